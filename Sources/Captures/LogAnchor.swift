// SPDX-License-Identifier: GPL-3.0-or-later

/// Where a line's firewall text begins: `IN=eth0 OUT=` and what it names.
struct LogAnchor {
    /// Where `IN=` stands; the rule's prefix ends there.
    let start: Int
    let interfaceIn: Range<Int>
    let interfaceOut: Range<Int>

    /// Finds the first `IN=` that is followed by `OUT=`, since a prefix may hold the one but not
    /// both. The prefix may be glued to it: `Shorewall:net2fw:DROP:IN=eth0`.
    ///
    /// - Parameter from: before this there is none; the byte before it is no letter.
    init?(_ line: Span<UInt8>, from: Int = 0) {
        var index = from + 2
        while index < line.count {
            guard line[index] == UInt8(ascii: "="), line[index - 1] == UInt8(ascii: "N"),
                line[index - 2] == UInt8(ascii: "I")
            else {
                index += 1
                continue
            }
            let name = index + 1
            index = name
            // No interface has `=` in its name: a prefix `IN=x` is glued to the real one.
            while index < line.count, line[index] != 0x20, line[index] != UInt8(ascii: "=") {
                index += 1
            }
            if index < line.count, line[index] == UInt8(ascii: "=") { continue }
            let nameEnd = index
            line.skipSpaces(&index)
            guard index + 3 < line.count, line[index] == UInt8(ascii: "O"),
                line[index + 1] == UInt8(ascii: "U"), line[index + 2] == UInt8(ascii: "T"),
                line[index + 3] == UInt8(ascii: "=")
            else {
                index = name
                continue
            }
            let out = index + 4
            index = out
            while index < line.count, line[index] != 0x20 { index += 1 }
            start = name - 3
            interfaceIn = name..<nameEnd
            interfaceOut = out..<index
            return
        }
        return nil
    }
}
