// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// The header fields that one line of the kernel's packet log shows.
///
/// Fields of a quoted packet, in brackets behind an ICMP error, are not among them.
struct LogFields {
    /// Written with colons, so that an IPv4-mapped address is not taken for an IPv4 one.
    var isV6 = false
    var source: Address?
    var destination: Address?
    var ipProtocol: IPProtocol?
    var sourcePort: UInt16?
    var destinationPort: UInt16?
    var length: UInt16 = 0
    var hopLimit: UInt8 = 0
    var identification: UInt16 = 0
    var sequenceNumber: UInt32 = 0
    var window: UInt16 = 0
    // Not `[]`: across modules that is a generic call, and these three were a fifth of all time.
    var flags = TCPFlags(rawValue: 0)
    var tcpOptions = TCPOptionKinds(rawValue: 0)
    var traits = PacketTraits(rawValue: 0)
    var icmpType: UInt8?
    var icmpCode: UInt8 = 0
    var icmpIdentifier: UInt16 = 0
    /// The kernel said that it had not the whole transport header.
    var isIncomplete = false
    /// The last field of a TCP header was there, so that no flag is missing.
    var isTCPWhole = false
    /// An extension header was begun and not closed.
    var isInExtension = false
    /// ARP and whatever else is not IP.
    var isOtherProtocol = false

    /// Reads the fields from the index to the end of the line.
    ///
    /// - Parameter shortcuts: whether usual words are read by ``readUsual(_:_:)``.
    init(_ line: Span<UInt8>, from start: Int, shortcuts: Bool = true) {
        var index = start
        while index < line.count {
            let first = line[index]
            if first == 0x20 {
                index += 1
                continue
            }
            if shortcuts, readUsual(line, &index) { continue }
            if first == UInt8(ascii: "[") {
                if ipProtocol != nil { traits.insert(.quotesPacket) }
                index = LogFields.behindBracket(line, index)
                continue
            }
            var word: UInt64 = 0
            while index < line.count {
                let byte = line[index]
                if byte == UInt8(ascii: "=") || byte == 0x20 || byte == 0x3a { break }
                word = word << 8 | UInt64(byte)
                index += 1
            }
            let valueStart = Swift.min(index + 1, line.count)
            let hasValue = index < line.count && line[index] != 0x20
            if hasValue {
                index = valueStart
                while index < line.count, line[index] != 0x20 { index += 1 }
            }
            guard let field = LogField(rawValue: word) else { continue }
            if hasValue {
                read(field, line, valueStart..<index)
            } else {
                read(field, line, behind: &index)
            }
        }
    }

    private mutating func read(_ field: LogField, _ line: Span<UInt8>, _ value: Range<Int>) {
        switch field {
        case .source where source == nil:
            source = Address.parse(line.extracting(value))
            for index in value.prefix(5) where line[index] == 0x3a { isV6 = true }
        case .destination where destination == nil:
            destination = Address.parse(line.extracting(value))
        case .mac: readMAC(line, value, count: 14)
        case .destinationMAC: readMAC(line, value, count: 6)
        case .linkProtocol:
            let type = hex(line, value)
            isOtherProtocol = type != 0x0800 && type != 0x86dd
        case .length where ipProtocol == nil: length = narrow(line, value)
        case .hopLimit, .timeToLive: hopLimit = narrow(line, value)
        case .identification:
            // Behind a colon it is an IPv6 fragment's, which events do not carry.
            guard line[value.lowerBound - 1] == UInt8(ascii: "=") else { return }
            if ipProtocol == nil {
                identification = narrow(line, value)
            } else {
                icmpIdentifier = narrow(line, value)
            }
        case .fragment:
            isInExtension = false
            if line.number(value) ?? 0 > 0 {
                traits.remove(.firstFragment)
                traits.insert(.laterFragment)
            }
        case .ipProtocol where ipProtocol == nil: readProtocol(line, value)
        case .sourcePort where sourcePort == nil: sourcePort = port(line, value)
        case .destinationPort where destinationPort == nil: destinationPort = port(line, value)
        case .sequence where ipProtocol == .tcp: sequenceNumber = line.number(value) ?? 0
        case .window: window = narrow(line, value)
        case .urgentPointer: isTCPWhole = true
        case .type: icmpType = line.number(value).map { UInt8(truncatingIfNeeded: $0) }
        case .code: icmpCode = narrow(line, value)
        default: break
        }
    }

    /// A word without a value: a flag, an option, a remark.
    private mutating func read(_ field: LogField, _ line: Span<UInt8>, behind index: inout Int) {
        switch field {
        case .dontFragment: traits.insert(.dontFragment)
        case .moreFragments: traits.insert(.firstFragment)
        case .options: readOptions(line, &index)
        case .closing where isInExtension:
            traits.insert(.networkOptions)
            isInExtension = false
        case .authentication where isInExtension: traits.insert(.networkOptions)
        case .encapsulated where isInExtension:
            ipProtocol = .esp
            isInExtension = false
        case .incomplete:
            // `INCOMPLETE [8 bytes]` against `FRAG:0 INCOMPLETE ID:…`, where it means the M bit.
            var next = index
            line.skipSpaces(&next)
            if line.byte(at: next) == UInt8(ascii: "[") {
                isIncomplete = true
                index = LogFields.behindBracket(line, next)
            } else if !traits.contains(.laterFragment) {
                traits.insert(.firstFragment)
            }
        case .reduced: flags.insert(.cwr)
        case .echo: flags.insert(.ece)
        case .urgent: flags.insert(.urg)
        case .acknowledgement: flags.insert(.ack)
        case .push: flags.insert(.psh)
        case .reset: flags.insert(.rst)
        case .synchronize: flags.insert(.syn)
        case .finish: flags.insert(.fin)
        default: break
        }
    }

    /// `OPT (020405B4)` holds option bytes; `OPT ( … )` is the frame of an IPv6 extension header.
    private mutating func readOptions(_ line: Span<UInt8>, _ index: inout Int) {
        var next = index
        line.skipSpaces(&next)
        guard line.byte(at: next) == UInt8(ascii: "(") else { return }
        next += 1
        index = next
        guard line.hexDigit(at: next) != nil else {
            if ipProtocol == nil { isInExtension = true }
            return
        }
        while line.hexDigit(at: next) != nil { next += 1 }
        let bytes = index..<next
        index = line.byte(at: next) == UInt8(ascii: ")") ? next + 1 : next
        if ipProtocol == nil {
            traits.insert(.networkOptions)
        } else if ipProtocol == .tcp {
            tcpOptions = TCPOptionKinds(hexText: line, bytes)
        }
    }

    private mutating func readMAC(_ line: Span<UInt8>, _ value: Range<Int>, count: Int) {
        // Tunnels put other headers here, of other lengths; only Ethernet's says multicast.
        guard value.count == count * 3 - 1 || (count == 14 && value.count == 53),
            let first = line.hexByte(at: value.lowerBound),
            let second = line.hexByte(at: value.lowerBound + 3),
            let third = line.hexByte(at: value.lowerBound + 6)
        else { return }
        if LinkAddress.isForMany(first, second, third) { traits.insert(.linkMulticast) }
    }

    private mutating func readProtocol(_ line: Span<UInt8>, _ value: Range<Int>) {
        if let number = line.number(value) {
            ipProtocol = IPProtocol(rawValue: UInt8(truncatingIfNeeded: number))
            return
        }
        var word: UInt64 = 0
        for index in value { word = word << 8 | UInt64(line[index]) }
        switch word {
        case 0x5443_50: ipProtocol = .tcp
        case 0x5544_50: ipProtocol = .udp
        case 0x4943_4d50: ipProtocol = .icmp
        case 0x4943_4d50_7636: ipProtocol = .icmpv6
        case 0x5544_504c_4954_45: ipProtocol = .udpLite
        case 0x5343_5450: ipProtocol = .sctp
        case 0x4443_4350: ipProtocol = .dccp
        case 0x4553_50: ipProtocol = .esp
        case 0x4148: ipProtocol = .ah
        case 0x4947_4d50: ipProtocol = .igmp
        case 0x4752_45: ipProtocol = .gre
        default: break
        }
    }

    private func port(_ line: Span<UInt8>, _ value: Range<Int>) -> UInt16? {
        line.number(value).flatMap { UInt16(exactly: $0) }
    }

    private func narrow<Narrow: FixedWidthInteger>(_ line: Span<UInt8>, _ value: Range<Int>)
        -> Narrow
    {
        Narrow(clamping: line.number(value) ?? 0)
    }

    private func hex(_ line: Span<UInt8>, _ value: Range<Int>) -> UInt32 {
        var number: UInt32 = 0
        for index in value { number = number << 4 | UInt32(line.hexDigit(at: index) ?? 0) }
        return number
    }

    /// The index behind the bracket that closes the one at the index, or the end of a cut line.
    private static func behindBracket(_ line: Span<UInt8>, _ start: Int) -> Int {
        var depth = 0
        var index = start
        while index < line.count {
            if line[index] == UInt8(ascii: "[") { depth += 1 }
            if line[index] == UInt8(ascii: "]") {
                depth -= 1
                if depth == 0 { return index + 1 }
            }
            index += 1
        }
        return index
    }
}

extension TCPOptionKinds {
    /// The kinds among a TCP header's option bytes, given as hexadecimal digits.
    ///
    /// Source: RFC 9293 section 3.2, RFC 7323, RFC 2018.
    init(hexText text: Span<UInt8>, _ range: Range<Int>) {
        self.init(rawValue: 0)
        var index = range.lowerBound
        func byte(at index: Int) -> UInt8? {
            guard index + 1 < range.upperBound, let high = text.hexDigit(at: index),
                let low = text.hexDigit(at: index + 1)
            else { return nil }
            return high << 4 | low
        }
        while let kind = byte(at: index) {
            if kind == 0 { return }
            if kind == 1 {
                index += 2
                continue
            }
            guard let length = byte(at: index + 2), length >= 2,
                index + Int(length) * 2 <= range.upperBound
            else {
                insert(.malformed)
                return
            }
            switch (kind, length) {
            case (2, 4): insert(.maximumSegmentSize)
            case (3, 3): insert(.windowScale)
            case (4, 2): insert(.sackPermitted)
            case (8, 10): insert(.timestamps)
            case (2, _), (3, _), (4, _), (8, _): insert(.malformed)
            default: insert(.other)
            }
            index += Int(length) * 2
        }
    }
}
