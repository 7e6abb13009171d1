// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

extension LogFields {
    /// Reads the word at the index when it is one that stands in nearly every line, written as the
    /// kernel writes it, and moves behind it; false, with nothing changed, for any other.
    ///
    /// A shorter way to what the general reading comes to, never to something else: a test compares
    /// the two. A word is told by its first four bytes, its value's digits are read at once.
    mutating func readUsual(_ line: Span<UInt8>, _ index: inout Int) -> Bool {
        let word = line.word(at: index).byteSwapped
        switch UInt32(truncatingIfNeeded: word >> 32) {
        case Usual.source:
            guard source == nil, let address = line.dottedAddress(at: index &+ 4) else {
                return false
            }
            source = Address(v4: address.bits)
            index = address.end
        case Usual.destination:
            guard destination == nil, let address = line.dottedAddress(at: index &+ 4) else {
                return false
            }
            destination = Address(v4: address.bits)
            index = address.end
        case Usual.length:
            guard let number = line.shortNumber(at: index &+ 4) else { return false }
            if ipProtocol == nil { length = UInt16(clamping: number.value) }
            index = number.end
        case Usual.timeToLive:
            guard let number = line.shortNumber(at: index &+ 4) else { return false }
            hopLimit = UInt8(clamping: number.value)
            index = number.end
        case Usual.sourcePort:
            guard let number = line.shortNumber(at: index &+ 4) else { return false }
            if sourcePort == nil { sourcePort = UInt16(exactly: number.value) }
            index = number.end
        case Usual.destinationPort:
            guard let number = line.shortNumber(at: index &+ 4) else { return false }
            if destinationPort == nil { destinationPort = UInt16(exactly: number.value) }
            index = number.end
        case Usual.service, Usual.reserved:
            // `TOS=0x00`, `RES=0x00`: eight bytes that say nothing.
            guard UInt32(truncatingIfNeeded: word) == Usual.zero, line.byte(at: index &+ 8) == 0x20
            else { return false }
            index &+= 9
        case Usual.precedence:
            guard line.word(at: index &+ 2).byteSwapped == Usual.precedenceZero else {
                return false
            }
            index &+= 10
        case Usual.window:
            guard word >> 8 == Usual.windowValue, let number = line.shortNumber(at: index &+ 7)
            else { return false }
            window = UInt16(clamping: number.value)
            index = number.end
        case Usual.ipProtocol:
            guard ipProtocol == nil, word >> 16 == Usual.protocolValue else { return false }
            return readUsualProtocol(line, &index)
        case Usual.synchronize: setFlag(0x02, &index)
        case Usual.acknowledgement: setFlag(0x10, &index)
        case Usual.finish: setFlag(0x01, &index)
        case Usual.reset: setFlag(0x04, &index)
        case Usual.push: setFlag(0x08, &index)
        default:
            switch UInt32(truncatingIfNeeded: word >> 40) {
            case Usual.identification:
                guard let number = line.shortNumber(at: index &+ 3) else { return false }
                if ipProtocol == nil {
                    identification = UInt16(clamping: number.value)
                } else {
                    icmpIdentifier = UInt16(clamping: number.value)
                }
                index = number.end
            case Usual.dontFragment:
                traits.insert(.dontFragment)
                index &+= 3
            default: return false
            }
        }
        return true
    }

    private mutating func setFlag(_ bit: UInt8, _ index: inout Int) {
        flags.insert(TCPFlags(rawValue: bit))
        index &+= 4
    }

    private mutating func readUsualProtocol(_ line: Span<UInt8>, _ index: inout Int) -> Bool {
        let value = line.word(at: index &+ 6).byteSwapped
        switch UInt32(truncatingIfNeeded: value >> 32) {
        case Usual.tcp:
            ipProtocol = IPProtocol(rawValue: 6)
            index &+= 10
        case Usual.udp:
            ipProtocol = IPProtocol(rawValue: 17)
            index &+= 10
        case Usual.icmp where value >> 24 & 0xff == 0x20:
            ipProtocol = IPProtocol(rawValue: 1)
            index &+= 11
        default: return false
        }
        return true
    }
}

/// The usual words with the byte behind them, as numbers, first byte highest (a test compares them
/// with the letters).
enum Usual {
    static let source: UInt32 = 0x5352_433d  // SRC=
    static let destination: UInt32 = 0x4453_543d  // DST=
    static let length: UInt32 = 0x4c45_4e3d  // LEN=
    static let timeToLive: UInt32 = 0x5454_4c3d  // TTL=
    static let sourcePort: UInt32 = 0x5350_543d  // SPT=
    static let destinationPort: UInt32 = 0x4450_543d  // DPT=
    static let service: UInt32 = 0x544f_533d  // TOS=
    static let reserved: UInt32 = 0x5245_533d  // RES=
    static let zero: UInt32 = 0x3078_3030  // 0x00
    static let precedence: UInt32 = 0x5052_4543  // PREC
    static let precedenceZero: UInt64 = 0x4543_3d30_7830_3020  // EC=0x00 and a blank
    static let window: UInt32 = 0x5749_4e44  // WIND
    static let windowValue: UInt64 = 0x57_494e_444f_573d  // WINDOW=
    static let ipProtocol: UInt32 = 0x5052_4f54  // PROT
    static let protocolValue: UInt64 = 0x5052_4f54_4f3d  // PROTO=
    static let synchronize: UInt32 = 0x5359_4e20  // SYN
    static let acknowledgement: UInt32 = 0x4143_4b20  // ACK
    static let finish: UInt32 = 0x4649_4e20  // FIN
    static let reset: UInt32 = 0x5253_5420  // RST
    static let push: UInt32 = 0x5053_4820  // PSH
    static let identification: UInt32 = 0x49_443d  // ID=
    static let dontFragment: UInt32 = 0x44_4620  // DF
    static let tcp: UInt32 = 0x5443_5020  // TCP
    static let udp: UInt32 = 0x5544_5020  // UDP
    static let icmp: UInt32 = 0x4943_4d50  // ICMP
}
