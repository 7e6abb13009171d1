// SPDX-License-Identifier: GPL-3.0-or-later

/// Cuts an input into lines, block by block.
///
/// Bound: a line is given up to 64 KiB; the rest of a longer one is skipped and counted.
struct LineReader {
    static let lineLimit = 64 << 10
    private static let blockSize = 256 << 10

    private var buffer: [UInt8] = []
    private var position = 0
    private var end = 0
    private var isAtEnd = false
    private var isSkipping = false
    private var range = 0..<0
    private(set) var bytesRead: UInt64 = 0
    private(set) var linesCut: UInt64 = 0

    /// For an input that is not text.
    init() {}

    /// Begins with bytes that were read already.
    init(head: [UInt8]) {
        buffer = head
        end = head.count
        bytesRead = UInt64(head.count)
        buffer.append(
            contentsOf: repeatElement(0, count: max(0, LineReader.blockSize - head.count)))
    }

    /// The line that was found last.
    var line: Span<UInt8> {
        @_lifetime(borrow self)
        get { buffer.span.extracting(range) }
    }

    /// Whether the next line is here already, whole.
    var hasLine: Bool { !isSkipping && newline(in: buffer, position..<end) != nil }

    /// Finds the next line, without its newline; false at the end of the input.
    mutating func next(from file: borrowing CaptureFile) throws(CaptureError) -> Bool {
        var searched = position
        while true {
            if let found = newline(in: buffer, searched..<end) {
                range = position..<found
                position = found + 1
                searched = position
                if isSkipping {
                    isSkipping = false
                    continue
                }
                return true
            }
            if isSkipping { position = end }
            if end - position > LineReader.lineLimit {
                range = position..<(position + LineReader.lineLimit)
                position = end
                isSkipping = true
                linesCut += 1
                return true
            }
            if isAtEnd {
                guard position < end else { return false }
                range = position..<end
                position = end
                return true
            }
            searched = end - position
            try refill(from: file)
        }
    }

    /// Moves the line that has begun to the front and reads behind it.
    private mutating func refill(from file: borrowing CaptureFile) throws(CaptureError) {
        let kept = end - position
        if position > 0 {
            for index in 0..<kept { buffer[index] = buffer[position + index] }
        }
        position = 0
        let count = try file.read(into: &buffer, from: kept)
        isAtEnd = count == 0
        end = kept + count
        bytesRead += UInt64(count)
    }
}
