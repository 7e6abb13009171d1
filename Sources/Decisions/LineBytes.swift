// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// Writing the parts of a line as bytes, one behind the other: a line is made many times a second,
/// and a String for each part costs more than the part.
extension [UInt8] {
    mutating func write(_ text: String) {
        let bytes = text.utf8Span.span
        append(addingCapacity: bytes.count) { room in
            for index in bytes.indices { room.append(bytes[index]) }
        }
    }

    mutating func write(_ address: Address) { address.write(to: &self) }

    mutating func write(_ number: Int) {
        if number < 0 { append(UInt8(ascii: "-")) }
        write(UInt64(number.magnitude))
    }

    mutating func write(_ number: UInt64) {
        if number < 10 {
            append(UInt8(truncatingIfNeeded: number) &+ 0x30)
            return
        }
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var rest = number
        var first = 20
        while rest > 0 {
            first &-= 1
            digits[first] = UInt8(truncatingIfNeeded: rest % 10) &+ 0x30
            rest /= 10
        }
        for index in first..<20 { append(digits[index]) }
    }

    /// The number in at least so many digits, as a date or a fraction has them.
    ///
    /// Range: at least zero.
    mutating func write(_ number: Int, digits width: Int) {
        var limit = 10
        var count = 1
        while count < width {
            if number < limit { append(0x30) }
            limit &*= 10
            count &+= 1
        }
        write(number)
    }

    /// Whether all bytes from the index on are letters, digits, signs and spaces of ASCII.
    func isPlainASCII(from start: Int) -> Bool {
        // Without a way out of the loop, so that many bytes are compared at once.
        var others: UInt8 = 0
        for index in start..<count { others |= self[index] &- 0x20 < 0x5f ? 0 : 1 }
        return others == 0
    }
}
