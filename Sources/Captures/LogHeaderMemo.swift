// SPDX-License-Identifier: GPL-3.0-or-later

/// The header that was read last, for lines that begin with the same bytes: those of one second,
/// but for the digits of the kernel's stamp.
///
/// Only a regular header is kept, of which nothing depends on what stands behind it: a time, a
/// program, and no mark that makes the reading look further (`<`). A test compares lines read with
/// the memory and without.
struct LogHeaderMemo {
    private var bytes: [UInt8] = []
    private var header: LogHeader?
    /// Where the digits of the kernel's stamp stand; at the end when there is none.
    private var digits = 0..<0

    /// Keeps the header of a line, if it is one that can be kept.
    mutating func keep(_ found: LogHeader, of line: Span<UInt8>) {
        header = nil
        let end = found.end
        guard found.isRegular, end > 0, end < line.count, line[end - 1] == 0x20 else { return }
        var digits = end..<end
        if let bracket = found.uptimeStart {
            var start = bracket + 1
            line.skipSpaces(&start)
            var behind = start
            while line.isDigit(at: behind) || line.byte(at: behind) == UInt8(ascii: ".") {
                behind += 1
            }
            guard line.byte(at: behind) == UInt8(ascii: "]") else { return }
            digits = start..<behind
        } else if line[end] == UInt8(ascii: "[") {
            // In the next line it may be the kernel's stamp.
            return
        }
        bytes.removeAll(keepingCapacity: true)
        for index in 0..<end { bytes.append(line[index]) }
        for index in 0..<end {
            if bytes[index] == UInt8(ascii: "<") { return }
            // The firewall's text could begin inside.
            if bytes[index] == UInt8(ascii: "="), bytes.span.holds("IN", at: index - 2) { return }
        }
        self.digits = digits
        header = found
    }

    /// The line's header, when the one that is kept stands there too.
    func header(of line: Span<UInt8>) -> LogHeader? {
        guard let header, header.end < line.count, line[header.end] != 0x20 else { return nil }
        let known = bytes.span
        guard line.begins(with: known.extracting(0..<digits.lowerBound), at: 0) else { return nil }
        guard !digits.isEmpty else {
            return header.stamp.uptime == nil && line[header.end] == UInt8(ascii: "[")
                ? nil : header
        }
        guard
            line.begins(
                with: known.extracting(digits.upperBound..<header.end), at: digits.upperBound)
        else { return nil }
        var index = digits.lowerBound
        guard let seconds = line.digits(&index), known[index] == UInt8(ascii: "."),
            line[index] == UInt8(ascii: ".")
        else { return nil }
        index += 1
        let nanoseconds = line.fraction(&index)
        guard index == digits.upperBound else { return nil }
        return LogHeader(like: header, uptime: seconds * 1_000_000_000 + nanoseconds)
    }
}
