// SPDX-License-Identifier: GPL-3.0-or-later

extension Address: CustomStringConvertible, LosslessStringConvertible {
    /// Reads dotted IPv4 and every text form of IPv6 (RFC 4291 section 2.2), without a zone.
    ///
    /// Leading zeros in IPv4 are refused, because some readers take them as octal.
    @usableFromInline package init?(_ text: String) {
        guard let parsed = Address.parse(text.utf8Span.span) else { return nil }
        self = parsed
    }

    /// The canonical form: dotted for IPv4, RFC 5952 for IPv6.
    @usableFromInline package var description: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(40)
        write(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the canonical form.
    package func write(to bytes: inout [UInt8]) {
        if isV4 {
            for shift: UInt32 in [24, 16, 8, 0] {
                Address.write(octet: UInt8(truncatingIfNeeded: v4Bits >> shift), to: &bytes)
                if shift > 0 { bytes.append(UInt8(ascii: ".")) }
            }
            return
        }
        // The longest run of zero groups, the first of equals, is shortened; never a single group.
        var best = 8..<8
        var start = 0
        while start < 8 {
            var end = start
            while end < 8 && group(end) == 0 { end += 1 }
            if end - start > max(best.count, 1) { best = start..<end }
            start = max(end, start + 1)
        }
        var index = 0
        while index < 8 {
            if index == best.lowerBound {
                bytes.append(0x3a)
                if index == 0 { bytes.append(0x3a) }
                index = best.upperBound
                continue
            }
            Address.write(group: group(index), to: &bytes)
            index += 1
            if index < 8 { bytes.append(0x3a) }
        }
    }

    private func group(_ index: Int) -> UInt16 {
        UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64(48 - 16 * (index % 4)))
    }

    private static func write(octet: UInt8, to bytes: inout [UInt8]) {
        if octet >= 100 { bytes.append(octet / 100 + 0x30) }
        if octet >= 10 { bytes.append(octet / 10 % 10 + 0x30) }
        bytes.append(octet % 10 + 0x30)
    }

    private static func write(group: UInt16, to bytes: inout [UInt8]) {
        var shift: UInt16 = group > 0xfff ? 12 : group > 0xff ? 8 : group > 0xf ? 4 : 0
        while true {
            let digit = UInt8(truncatingIfNeeded: group >> shift) & 0x0f
            bytes.append(digit < 10 ? digit + 0x30 : digit - 10 + 0x61)
            if shift == 0 { return }
            shift -= 4
        }
    }

    /// Reads an address from ASCII bytes without allocating; nil when they are not one.
    package static func parse(_ text: Span<UInt8>) -> Address? {
        for index in text.indices where text[index] == UInt8(ascii: ":") { return parseV6(text) }
        return parseV4(text, from: 0).map { Address(v4: $0) }
    }

    private static func parseV4(_ text: Span<UInt8>, from start: Int) -> UInt32? {
        var bits: UInt32 = 0
        var octet: UInt32 = 0
        var digits = 0
        var dots = 0
        for index in start..<text.count {
            let byte = text[index]
            if byte == UInt8(ascii: ".") {
                guard digits > 0, dots < 3 else { return nil }
                bits = bits << 8 | octet
                (octet, digits, dots) = (0, 0, dots + 1)
            } else {
                guard byte >= 0x30, byte <= 0x39, digits == 0 || octet != 0 else { return nil }
                octet = octet * 10 + UInt32(byte - 0x30)
                digits += 1
                guard octet <= 255 else { return nil }
            }
        }
        guard dots == 3, digits > 0 else { return nil }
        return bits << 8 | octet
    }

    private static func parseV6(_ text: Span<UInt8>) -> Address? {
        // Groups before the `::` fill from the left, groups after it from the right.
        var front = Address.unspecified
        var back = Address.unspecified
        var frontCount = 0
        var backCount = 0
        var gap = false
        var index = 0
        func appending(_ group: UInt16, to address: Address) -> Address {
            Address(
                high: address.high << 16 | address.low >> 48, low: address.low << 16 | UInt64(group)
            )
        }
        func add(_ group: UInt16) -> Bool {
            guard frontCount + backCount < 8 else { return false }
            if gap {
                back = appending(group, to: back)
                backCount += 1
            } else {
                front = appending(group, to: front)
                frontCount += 1
            }
            return true
        }
        if text.count >= 2, text[0] == 0x3a {
            guard text[1] == 0x3a else { return nil }
            gap = true
            index = 2
        }
        while index < text.count {
            var end = index
            var dotted = false
            while end < text.count, text[end] != 0x3a {
                if text[end] == UInt8(ascii: ".") { dotted = true }
                end += 1
            }
            if dotted {
                guard end == text.count, let bits = parseV4(text, from: index),
                    add(UInt16(bits >> 16)), add(UInt16(bits & 0xffff))
                else { return nil }
                index = end
                break
            }
            guard let group = hexGroup(text, index..<end), add(group) else { return nil }
            if end == text.count {
                index = end
                break
            }
            index = end + 1
            guard index < text.count else { return nil }
            if text[index] == 0x3a {
                guard !gap else { return nil }
                gap = true
                index += 1
            }
        }
        let count = frontCount + backCount
        guard gap ? count < 8 : count == 8 else { return nil }
        for _ in 0..<(8 - frontCount) { front = appending(0, to: front) }
        return Address(high: front.high | back.high, low: front.low | back.low)
    }

    private static func hexGroup(_ text: Span<UInt8>, _ range: Range<Int>) -> UInt16? {
        guard (1...4).contains(range.count) else { return nil }
        var value: UInt16 = 0
        for index in range {
            let digit: UInt8
            switch text[index] {
            case 0x30...0x39: digit = text[index] - 0x30
            case 0x41...0x46: digit = text[index] - 0x41 + 10
            case 0x61...0x66: digit = text[index] - 0x61 + 10
            default: return nil
            }
            value = value << 4 | UInt16(digit)
        }
        return value
    }
}
