// SPDX-License-Identifier: GPL-3.0-or-later

/// What a person may say to `picket top`.
package enum TopKey: Hashable, Sendable {
    case sort(TopOrder)
    case up, down, pageUp, pageDown, first
    case redraw, suspend, quit

    /// The keys in what a terminal sent; what is none is left out.
    ///
    /// Source: ECMA-48, and the cursor keys of xterm in both of their modes.
    package static func read(_ bytes: [UInt8]) -> [TopKey] {
        var keys: [TopKey] = []
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            if byte == 0x1b, let next = rest.first, next == 0x5b || next == 0x4f {
                rest.removeFirst()
                var parameters: [UInt8] = []
                while let part = rest.popFirst() {
                    if (0x40...0x7e).contains(part) {
                        if let key = key(final: part, parameters) { keys.append(key) }
                        break
                    }
                    parameters.append(part)
                }
            } else if let key = key(byte) {
                keys.append(key)
            }
        }
        return keys
    }

    private static func key(_ byte: UInt8) -> TopKey? {
        switch byte {
        case 0x03, 0x04, UInt8(ascii: "q"), UInt8(ascii: "Q"): .quit
        case 0x0c: .redraw
        case 0x1a: .suspend
        case UInt8(ascii: "k"): .up
        case UInt8(ascii: "j"): .down
        case UInt8(ascii: " "): .pageDown
        case UInt8(ascii: "g"): .first
        default: TopOrder.allCases.first { $0.key.asciiValue == byte | 0x20 }.map(TopKey.sort)
        }
    }

    private static func key(final: UInt8, _ parameters: [UInt8]) -> TopKey? {
        switch (final, parameters) {
        case (UInt8(ascii: "A"), _): .up
        case (UInt8(ascii: "B"), _): .down
        case (UInt8(ascii: "H"), _): .first
        case (UInt8(ascii: "~"), [UInt8(ascii: "5")]): .pageUp
        case (UInt8(ascii: "~"), [UInt8(ascii: "6")]): .pageDown
        default: nil
        }
    }
}
