// SPDX-License-Identifier: GPL-3.0-or-later

/// Reading numbers and words out of bytes, without a String and without a trap.
extension Span<UInt8> {
    /// The caller has checked that the four bytes are there.
    func bigEndian32(at index: Int) -> UInt32 {
        UInt32(self[index]) << 24 | UInt32(self[index + 1]) << 16
            | UInt32(self[index + 2]) << 8 | UInt32(self[index + 3])
    }

    func isBlank(at index: Int) -> Bool {
        let byte = self[index]
        return byte == 0x20 || (0x09...0x0d).contains(byte)
    }

    func isDigit(at index: Int) -> Bool { index < count && self[index] &- 0x30 < 10 }

    func byte(at index: Int) -> UInt8? { index >= 0 && index < count ? self[index] : nil }

    func holds(_ word: String, at start: Int) -> Bool {
        var index = start
        for byte in word.utf8 {
            guard index < count, self[index] == byte else { return false }
            index += 1
        }
        return true
    }

    func skipSpaces(_ index: inout Int) {
        while index < count, self[index] == 0x20 { index += 1 }
    }

    /// Reads the digits at the index and moves behind them; nil when there are none or more than
    /// 18, the most that cannot overflow.
    func digits(_ index: inout Int) -> Int64? {
        let word = word(at: index)
        let count = Digits.count(word)
        if count < 8 {
            index &+= count
            return count > 0 ? Int64(Digits.value(word, count)) : nil
        }
        return manyDigits(&index)
    }

    private func manyDigits(_ index: inout Int) -> Int64? {
        var value: Int64 = 0
        let start = index
        while index < count {
            let digit = self[index] &- 0x30
            guard digit < 10 else { break }
            guard index - start < 18 else { return nil }
            value = value * 10 + Int64(digit)
            index += 1
        }
        return index > start ? value : nil
    }

    /// Reads exactly so many digits, as a date has them.
    func digits(_ index: inout Int, exactly width: Int) -> Int? {
        guard index + width <= count else { return nil }
        var value = 0
        for position in index..<(index + width) {
            let digit = self[position] &- 0x30
            guard digit < 10 else { return nil }
            value = value * 10 + Int(digit)
        }
        index += width
        return value
    }

    /// Reads digits behind a decimal point as nanoseconds; what is finer is dropped.
    func fraction(_ index: inout Int) -> Int64 {
        // Microseconds, as the kernel writes them.
        let word = word(at: index)
        if Digits.count(word) == 6 {
            index &+= 6
            return Int64(Digits.value(word, 6)) &* 1000
        }
        var value: Int64 = 0
        var scale: Int64 = 1_000_000_000
        while index < count {
            let digit = self[index] &- 0x30
            guard digit < 10 else { break }
            scale /= 10
            value += Int64(digit) * scale
            index += 1
        }
        return value
    }

    /// A decimal or 0x number that fills the range up to a blank; saturates; nil when it is none.
    func number(_ range: Range<Int>) -> UInt32? {
        var index = range.lowerBound
        var value: UInt64 = 0
        guard index < range.upperBound else { return nil }
        if range.count > 2, self[index] == 0x30, self[index + 1] | 0x20 == UInt8(ascii: "x") {
            index += 2
            while index < range.upperBound {
                guard let digit = hexDigit(at: index) else { return nil }
                value = Swift.min(value << 4 | UInt64(digit), UInt64(UInt32.max))
                index += 1
            }
            return UInt32(value)
        }
        while index < range.upperBound {
            let digit = self[index] &- 0x30
            guard digit < 10 else { return nil }
            value = Swift.min(value * 10 + UInt64(digit), UInt64(UInt32.max))
            index += 1
        }
        return UInt32(value)
    }

    /// A decimal number of one to seven digits that a blank or the end of the line follows, and
    /// the index behind it; nil for any other, which ``number(_:)`` reads.
    func shortNumber(at index: Int) -> (value: UInt32, end: Int)? {
        let word = word(at: index)
        let count = Digits.count(word)
        guard count &- 1 < 7, count > 0 else { return nil }
        let end = index &+ count
        guard end == self.count || UInt8(truncatingIfNeeded: word >> UInt64(count &* 8)) == 0x20
        else { return nil }
        return (Digits.value(word, count), end)
    }

    /// A dotted IPv4 address that a blank or the end of the line follows, and the index behind it;
    /// nil for anything else, which `Address.parse` reads.
    func dottedAddress(at start: Int) -> (bits: UInt32, end: Int)? {
        var bits: UInt32 = 0
        var index = start
        var octets = 0
        while true {
            let word = word(at: index)
            let count = Digits.count(word)
            // Leading zeros are refused.
            guard count > 0, count <= 3, count == 1 || word & 0xff != 0x30 else { return nil }
            let octet = Digits.value(word, count)
            guard octet <= 255 else { return nil }
            bits = bits << 8 | octet
            octets &+= 1
            index &+= count
            let next = UInt8(truncatingIfNeeded: word >> UInt64(count &* 8))
            if octets == 4 {
                return next == 0x20 || index == self.count ? (bits, index) : nil
            }
            guard next == UInt8(ascii: ".") else { return nil }
            index &+= 1
        }
    }

    /// Whether the bytes from the index on begin with these.
    func begins(with other: Span<UInt8>, at start: Int) -> Bool {
        guard start &+ other.count <= count else { return false }
        var index = 0
        while index &+ 8 <= other.count {
            if word(at: start &+ index) != other.word(at: index) { return false }
            index &+= 8
        }
        while index < other.count {
            if self[start &+ index] != other[index] { return false }
            index &+= 1
        }
        return true
    }

    func hexByte(at index: Int) -> UInt8? {
        guard let high = hexDigit(at: index), let low = hexDigit(at: index + 1) else { return nil }
        return high << 4 | low
    }

    func hexDigit(at index: Int) -> UInt8? {
        guard index < count else { return nil }
        switch self[index] {
        case 0x30...0x39: return self[index] - 0x30
        case 0x41...0x46: return self[index] - 0x41 + 10
        case 0x61...0x66: return self[index] - 0x61 + 10
        default: return nil
        }
    }

    /// The bytes as text; what is not UTF-8 becomes U+FFFD.
    func text(_ range: Range<Int>) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        for index in range { bytes.append(self[index]) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
