// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// One line of a scenario: a packet, or a row of packets that differ in time, port and host.
struct ScenarioPacket {
    typealias Reason = ScenarioError.Reason

    private var event: PacketEvent
    private var origin = Origin()
    private var ports: ClosedRange<UInt16> = 0...0
    /// How many addresses follow the destination, which is the first.
    private var hosts: UInt32 = 1
    private var times = 1
    /// How many sources there are, of which the line names the first.
    private var sources: UInt32 = 1
    /// Each packet comes from the next source in turn; else each source sends all of them.
    private var isShared = false
    /// Between one packet of the row and the next. Unit: nanoseconds.
    private var step: Int64 = 0

    /// `12.5  tcp 198.51.100.7:40001 > 192.0.2.10:22  S  ttl=50`.
    init(_ words: [String]) throws(Reason) {
        guard let time = ScenarioPacket.seconds(words[0]) else {
            throw Reason("a line begins with seconds, \"#\" or \"=>\", not \"\(words[0])\"")
        }
        guard words.count >= 2, let ipProtocol = ScenarioPacket.protocolNamed(words, 1) else {
            throw Reason("no such protocol: \(words.dropFirst().prefix(2).joined(separator: " "))")
        }
        let start = words[1] == "proto" ? 3 : 2
        guard words.count >= start + 3, words[start + 1] == ">" else {
            throw Reason("after the protocol stands SOURCE > DESTINATION")
        }
        let from = try ScenarioEnd(words[start])
        let to = try ScenarioEnd(words[start + 2])
        guard from.address.isV4 == to.address.isV4, from.hosts == 1, from.ports.count == 1 else {
            throw Reason("the source is one address and port, of the destination's family")
        }
        event = PacketEvent(
            time: Timestamp(nanoseconds: time), source: from.address, destination: to.address,
            ipProtocol: ipProtocol, sourcePort: from.ports.lowerBound, length: 28,
            traits: from.address.isV4 ? [] : .v6)
        hosts = to.hosts
        ports = to.ports
        var rest = words.dropFirst(start + 3)
        try readDetail(&rest)
        for word in rest { try read(word) }
    }

    var count: Int {
        let row = Int(hosts).multipliedReportingOverflow(by: ports.count)
        let all = row.partialValue.multipliedReportingOverflow(by: times)
        let sent = all.partialValue.multipliedReportingOverflow(by: isShared ? 1 : Int(sources))
        return row.overflow || all.overflow || sent.overflow ? .max : sent.partialValue
    }

    /// The packets of the row: each repeat goes over all hosts, each host over all ports.
    func events(_ origins: inout OriginTable) -> [PacketEvent] {
        var event = event
        event.origin = origins.intern(origin)
        event.traits.formUnion(PacketTraits(of: origin))
        let sender = event.source
        /// The next IPv4 addresses, or the next /48s, since what lies in one is one source.
        func source(_ number: UInt32) -> Address {
            sender.isV4
                ? Address(v4: sender.v4Bits &+ number)
                : Address(high: sender.high &+ UInt64(number) << 16, low: sender.low)
        }
        let first = event.destination
        var events: [PacketEvent] = []
        for _ in 0..<times {
            for host in 0..<hosts {
                for port in ports {
                    event.destination = Address(high: first.high, low: first.low &+ UInt64(host))
                    if !event.ipProtocol.isICMP { event.destinationPort = port }
                    let turn = isShared ? UInt32(events.count % Int(sources)) : 0
                    for number in turn..<(isShared ? turn + 1 : sources) {
                        event.source = source(number)
                        events.append(event)
                    }
                    event.time = event.time.advanced(byNanoseconds: step)
                }
            }
        }
        return events
    }

    private static func protocolNamed(_ words: [String], _ index: Int) -> IPProtocol? {
        switch words[index] {
        case "tcp": .tcp
        case "udp": .udp
        case "udplite": .udpLite
        case "icmp": .icmp
        case "icmpv6", "icmp6": .icmpv6
        case "sctp": .sctp
        case "dccp": .dccp
        case "proto" where index + 1 < words.count:
            UInt8(words[index + 1]).map { IPProtocol(rawValue: $0) }
        default: nil
        }
    }

    /// What stands behind the ends: flags, type/code, or the first chunk.
    private mutating func readDetail(_ rest: inout ArraySlice<String>) throws(Reason) {
        switch event.ipProtocol {
        case .tcp:
            event.length = event.traits.contains(.v6) ? 60 : 40
            event.window = 1024
            guard let word = rest.popFirst(), let flags = TCPFlags(letters: word) else {
                throw Reason("tcp ends in its flags: of S A F R P U E W, or - for none")
            }
            event.flags = flags.rawValue
        case .icmp, .icmpv6:
            let parts = rest.popFirst()?.split(separator: "/") ?? []
            guard parts.count == 2, let type = UInt8(parts[0]), let code = UInt8(parts[1]) else {
                throw Reason("icmp ends in type/code")
            }
            event.destinationPort = UInt16(type) << 8 | UInt16(code)
        case .sctp:
            let names = ["data": 0, "init": 1, "init-ack": 2, "abort": 6, "cookie-echo": 10]
            guard let word = rest.popFirst(), let chunk = names[word].map(UInt8.init) ?? UInt8(word)
            else {
                throw Reason("sctp ends in its first chunk: init, init-ack, abort, or a number")
            }
            event.flags = chunk
        case .dccp:
            let names = ["request": 0, "response": 1, "reset": 7]
            guard let word = rest.popFirst(), let type = names[word].map(UInt8.init) ?? UInt8(word)
            else { throw Reason("dccp ends in its type: request, response, reset, or a number") }
            event.flags = type
        default: break
        }
    }

    private mutating func read(_ word: String) throws(Reason) {
        let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2 else {
            if word == "shared" {
                isShared = true
                return
            }
            guard let trait = ScenarioPacket.traits[word] else {
                throw Reason("no such word: \(word)")
            }
            event.traits.insert(trait)
            return
        }
        let value = parts[1]
        switch parts[0] {
        case "seq": event.sequenceNumber = try number(value, word)
        case "id": event.identification = try number(value, word)
        case "win": event.window = try number(value, word)
        case "ttl": event.hopLimit = try number(value, word)
        case "len": event.length = try number(value, word)
        case "echo-id" where event.ipProtocol.isICMP:
            event.sourcePort = try number(value, word)
        case "opts": try readOptions(value)
        case "mac" where value == "multicast": event.traits.insert(.linkMulticast)
        case "via" where value == "output":
            origin.hook = .output
            event.traits.insert(.output)
        case "via" where value == "forward": origin.hook = .forward
        case "via" where value == "input": origin.hook = .input
        case "in": origin.interfaceIn = value
        case "out": origin.interfaceOut = value
        case "prefix": origin = origin.named(value)
        case "times": times = max(1, try number(value, word))
        case "sources": sources = max(1, try number(value, word))
        case "every":
            guard let step = ScenarioPacket.seconds(value) else {
                throw Reason("\"\(word)\" does not say how many seconds")
            }
            self.step = step
        default: throw Reason("no such word: \(word)")
        }
    }

    private static let traits: [String: PacketTraits] = [
        "accepted": .accepted, "answer": .answer, "media": [.answer, .media], "df": .dontFragment,
        "quotes": .quotesPacket,
        "options": .networkOptions, "first-fragment": .firstFragment,
        "later-fragment": .laterFragment, "short": .shortTransport, "loopback": .loopback,
        "martian": .martian, "refused": .refused.union(.addressed),
    ]

    /// `full` is what a whole stack sends, `mss` what a raw scanner does.
    private mutating func readOptions(_ value: String) throws(Reason) {
        switch value {
        case "none": event.tcpOptions = []
        case "mss": event.tcpOptions = .maximumSegmentSize
        case "full":
            event.tcpOptions = [.maximumSegmentSize, .windowScale, .sackPermitted, .timestamps]
            if event.window == 1024 { event.window = 64240 }
        default: throw Reason("opts is full, mss or none")
        }
        let header: UInt16 = event.traits.contains(.v6) ? 60 : 40
        if event.length == header { event.length += value == "full" ? 20 : value == "mss" ? 4 : 0 }
    }

    private func number<Number: FixedWidthInteger>(
        _ value: String, _ word: String
    ) throws(Reason) -> Number {
        guard let number = Number(value) else {
            throw Reason("\"\(word)\" is not a number from 0 to \(Number.max)")
        }
        return number
    }

    /// Decimal seconds as nanoseconds, exactly; nil when it is none, or beyond a hundred years.
    static func seconds(_ text: String) -> Int64? {
        let bytes = text.utf8Span.span
        var index = 0
        guard let whole = bytes.digits(&index), whole < 3_200_000_000 else { return nil }
        var nanoseconds: Int64 = 0
        if bytes.byte(at: index) == UInt8(ascii: "."), bytes.isDigit(at: index + 1) {
            index += 1
            nanoseconds = bytes.fraction(&index)
        }
        return index == bytes.count ? whole * 1_000_000_000 + nanoseconds : nil
    }
}

/// An address with a port: `192.0.2.10:22`, `[2001:db8::1]:22`, `192.0.2.1-20:1-1000`, or no port.
struct ScenarioEnd {
    let address: Address
    var ports: ClosedRange<UInt16> = 0...0
    var hosts: UInt32 = 1

    init(_ text: String) throws(ScenarioError.Reason) {
        var host = Substring(text)
        var port: Substring?
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            if rest.hasPrefix(":") { port = rest.dropFirst() }
        } else if let colon = text.lastIndex(of: ":"), text.firstIndex(of: ":") == colon {
            host = text[..<colon]
            port = text[text.index(after: colon)...]
        }
        let parts = host.split(separator: "-", omittingEmptySubsequences: false)
        guard let address = Address(String(parts[0])) else {
            throw ScenarioError.Reason("not an address: \(text)")
        }
        self.address = address
        if parts.count == 2, address.isV4, let last = UInt8(parts[1]),
            UInt32(last) >= address.v4Bits & 255
        {
            hosts = UInt32(last) - address.v4Bits & 255 + 1
        } else if parts.count > 1 {
            throw ScenarioError.Reason("not a range of addresses: \(text)")
        }
        guard let port else { return }
        let ends = port.split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) }
        guard ends.count <= 2, let low = ends[0], let high = ends[ends.count - 1], low <= high
        else { throw ScenarioError.Reason("not a port: \(text)") }
        ports = low...high
    }
}

extension TCPFlags {
    /// Reads letters in any order; `-` alone is none. E is ECE, W is CWR.
    init?(letters: String) {
        self = []
        if letters == "-" { return }
        for letter in letters {
            switch letter {
            case "S": insert(.syn)
            case "A": insert(.ack)
            case "F": insert(.fin)
            case "R": insert(.rst)
            case "P": insert(.psh)
            case "U": insert(.urg)
            case "E": insert(.ece)
            case "W", "C": insert(.cwr)
            default: return nil
            }
        }
        guard !isEmpty else { return nil }
    }
}

extension Origin {
    /// The same place under another rule's prefix.
    fileprivate func named(_ prefix: String) -> Origin {
        Origin(
            group: group, prefix: prefix, hook: hook, interfaceIn: interfaceIn,
            interfaceOut: interfaceOut)
    }
}
