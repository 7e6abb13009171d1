// SPDX-License-Identifier: GPL-3.0-or-later

import Detection
import Packets

/// The grade table once more, written as one reads it and without the grader's own tools.
///
/// It knows the facts of the test only: 192.0.2.0/24 is home, 192.0.2.10 is this host.
enum GradeOracle {
    static func grade(_ event: PacketEvent) -> Grade {
        if event.traits.contains(.martian) { return .martian }
        if event.traits.contains(.refused) { return .refused }
        if event.traits.contains(.accepted) { return .accepted }
        if event.traits.contains(.laterFragment) { return .fragment }
        if event.traits.contains(.linkMulticast) { return .chatter }
        if event.traits.contains(.shortTransport) { return .probe }
        let v4 = event.source.description.contains(".")
        switch event.ipProtocol.rawValue {
        case 6: return tcp(event)
        case 17, 136: return udp(event)
        case 132: return sctp(event)
        case 33: return dccp(event)
        case 1 where v4:
            return icmp(
                event, requests: requests4, replies: replies4,
                errors: errors4, link: link4, discovery: [:], odd: odd4)
        case 58 where !v4:
            return icmp(
                event, requests: requests6, replies: replies6,
                errors: errors6, link: link6, discovery: discovery6, odd: odd6)
        case 2 where v4: return onLink(event) ? .chatter : .probe
        case 59 where !v4: return .ambiguous
        default: return .probe
        }
    }

    private static func onLink(_ event: PacketEvent) -> Bool {
        let text = event.source.description
        return text.hasPrefix("192.0.2.") || text.hasPrefix("169.254.") || text.hasPrefix("fe80:")
            || text.hasPrefix("2001:db8:0:1:")
    }

    private static func service(_ port: UInt16) -> Bool {
        port < 1024 || [1433, 3306, 3389, 5060, 5432, 5900, 6379, 8080, 8443].contains(port)
    }

    private static func ephemeral(_ port: UInt16) -> Bool { port >= 32768 }

    private static func tail(_ event: PacketEvent) -> Grade {
        service(event.sourcePort) && ephemeral(event.destinationPort) ? .late : .ambiguous
    }

    /// The six flags in the order of their bits: F S R P A U.
    private static func tcp(_ event: PacketEvent) -> Grade {
        var letters = ""
        for (bit, letter) in "FSRPAU".enumerated() where event.flags >> UInt8(bit) & 1 == 1 {
            letters.append(letter)
        }
        switch letters {
        case "SA", "R", "RA", "RP", "RPA": return .backscatter
        case "A", "FA", "PA", "AU", "FPA", "FAU", "PAU", "FPAU": return tail(event)
        default: return .probe
        }
    }

    private static func udp(_ event: PacketEvent) -> Grade {
        let (from, to) = (event.sourcePort, event.destinationPort)
        let local: Set<UInt16> = [67, 68, 137, 138, 546, 547, 1900, 5353, 5355]
        if onLink(event), local.contains(to) || (local.contains(from) && ephemeral(to)) {
            return .chatter
        }
        if from == to, [123, 500, 4500].contains(to) { return .late }
        if service(from), to >= 1024, event.traits.contains(.answer) { return .late }
        let isCall = event.traits.contains(.answer) && event.traits.contains(.media)
        if isCall, from >= 1024, to >= 1024 { return .late }
        return ephemeral(to) ? .ambiguous : .probe
    }

    private static func sctp(_ event: PacketEvent) -> Grade {
        if event.flags == 1 { return .probe }
        return [2, 6, 10].contains(event.flags) ? .backscatter : tail(event)
    }

    private static func dccp(_ event: PacketEvent) -> Grade {
        if event.flags == 0 { return .probe }
        return [1, 7].contains(event.flags) ? .backscatter : tail(event)
    }

    private typealias Codes = [UInt8: ClosedRange<UInt8>]

    private static func icmp(
        _ event: PacketEvent, requests: Codes, replies: Codes, errors: Codes, link: Codes,
        discovery: Codes, odd: Codes
    ) -> Grade {
        let (type, code) = (event.icmpType, event.icmpCode)
        func isIn(_ codes: Codes) -> Bool { codes[type]?.contains(code) ?? false }
        if isIn(requests) { return .probe }
        if isIn(replies) { return .backscatter }
        if isIn(errors) { return event.traits.contains(.quotesPacket) ? .backscatter : .ambiguous }
        if isIn(discovery) { return event.hopLimit == 255 ? .chatter : .probe }
        // A router's own code for Mobile IP (RFC 5944), and the code that resets sequence numbers.
        let extra = link[9] != nil && type == 9 && code == 16
        if isIn(link) || extra { return onLink(event) ? .chatter : .probe }
        if isIn(odd) || odd[138] != nil && type == 138 && code == 255 { return .ambiguous }
        return .probe
    }

    private static let any: ClosedRange<UInt8> = 0...255
    private static let requests4: Codes = [
        8: 0...0, 13: 0...0, 15: 0...0, 17: 0...0, 33: any, 35: any, 37: any, 42: 0...0,
    ]
    private static let replies4: Codes = [
        0: 0...0, 14: 0...0, 16: 0...0, 18: 0...0, 34: any, 36: any, 38: any, 43: 0...4,
    ]
    private static let errors4: Codes = [3: 0...15, 4: 0...0, 11: 0...1, 12: 0...2]
    private static let link4: Codes = [5: 0...3, 9: 0...0, 10: 0...0]
    private static let odd4: Codes = [
        6: 0...0, 30: any, 31: any, 32: any, 39: any, 40: 0...5, 41: any, 253: any, 254: any,
    ]
    private static let requests6: Codes = [
        128: 0...0, 139: 0...2, 144: 0...0, 146: 0...0, 160: 0...0,
    ]
    private static let replies6: Codes = [
        129: 0...0, 140: 0...2, 145: 0...0, 147: 0...0, 161: 0...4,
    ]
    private static let errors6: Codes = [1: 0...8, 2: 0...0, 3: 0...1, 4: 0...10]
    private static let discovery6: Codes = [
        133: 0...0, 134: 0...0, 135: 0...0, 136: 0...0, 137: 0...0, 141: 0...0, 142: 0...0,
        148: 0...0, 149: 0...0,
    ]
    private static let link6: Codes = [
        130: 0...0, 131: 0...0, 132: 0...0, 143: 0...0, 151: any, 152: 0...0, 153: 0...0, 155: any,
    ]
    private static let odd6: Codes = [
        100: any, 101: any, 200: any, 201: any, 138: 0...1, 150: any, 154: any, 156: any,
        157: any, 158: any, 159: any,
    ]
}
