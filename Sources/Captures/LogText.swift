// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// Reads kernel log lines, one after the other, as packets.
struct LogText {
    enum Outcome: Equatable {
        case packet(PacketEvent, ParseFailure?)
        /// ARP and its like.
        case otherProtocol
        case noPacket
    }

    private var clock: LogClock
    private var memo = OriginMemo()
    private var headers = LogHeaderMemo()
    /// Off only in the test that compares what is read with and without them.
    var shortcuts = true

    init(_ options: CaptureOptions) {
        clock = LogClock(options)
    }

    /// Reads the line that the reader stands at.
    mutating func read(_ lines: borrowing LineReader, _ origins: inout OriginTable) -> Outcome {
        read(lines.line, &origins)
    }

    mutating func read(_ whole: Span<UInt8>, _ origins: inout OriginTable) -> Outcome {
        var end = whole.count
        while end > 0, whole.isBlank(at: end - 1) { end -= 1 }
        // A block that was never written stands before the first line after the power came back.
        var start = 0
        while start < end, whole[start] == 0 { start += 1 }
        let line = whole.extracting(start..<end)
        let known = shortcuts ? headers.header(of: line) : nil
        guard let anchor = LogAnchor(line, from: known?.end ?? 0) else {
            return readMartian(line, &origins)
        }
        let header: LogHeader
        if let known {
            header = known
        } else {
            header = LogHeader(line, limit: anchor.start)
            headers.keep(header, of: line)
        }
        let time = clock.time(of: header.stamp)
        let fields = LogFields(
            line, from: anchor.interfaceOut.upperBound, shortcuts: shortcuts)
        if fields.isOtherProtocol { return .otherProtocol }
        let (origin, traits) = memo.origin(line, header.end..<anchor.interfaceOut.upperBound) {
            LogText.origin(line, header.end, anchor, &origins)
        }
        guard let packet = LogPacket(fields, time: time, origin: origin, traits: traits) else {
            return .noPacket
        }
        return .packet(packet.event, packet.failure)
    }

    /// The rule and the interfaces that a line names. Only the incoming interface there: input; only
    /// the outgoing one: output; both: forward. The text does not name the hook itself.
    private static func origin(
        _ line: Span<UInt8>, _ prefixStart: Int, _ anchor: LogAnchor, _ origins: inout OriginTable
    ) -> (origin: OriginID, traits: PacketTraits) {
        var prefixEnd = anchor.start
        while prefixEnd > prefixStart, line.isBlank(at: prefixEnd - 1) { prefixEnd -= 1 }
        let isIn = !anchor.interfaceIn.isEmpty
        let isOut = !anchor.interfaceOut.isEmpty
        let origin = Origin(
            prefix: line.text(prefixStart..<prefixEnd),
            hook: isIn && isOut ? .forward : isIn ? .input : isOut ? .output : nil,
            interfaceIn: line.text(anchor.interfaceIn),
            interfaceOut: line.text(anchor.interfaceOut))
        return (origins.intern(origin), PacketTraits(of: origin))
    }

    /// `martian destination 0.0.0.0 from 192.0.2.7, dev eth0` and `martian source D from S, on dev
    /// eth0`: the destination stands first in both.
    ///
    /// Source: ip_handle_martian_source and ip_route_input_slow, net/ipv4/route.c.
    private mutating func readMartian(_ line: Span<UInt8>, _ origins: inout OriginTable) -> Outcome
    {
        guard let start = LogText.martian(line) else { return .noPacket }
        var index = start + 8
        let kind =
            line.byte(at: index) == UInt8(ascii: "s") ? "martian source" : "martian destination"
        index = start + kind.utf8.count
        guard line.holds(kind, at: start),
            let destination = LogText.address(line, &index), line.holds(" from ", at: index)
        else { return .noPacket }
        index += 5
        guard let source = LogText.address(line, &index), line.holds(",", at: index) else {
            return .noPacket
        }
        index += line.holds(", on dev ", at: index) ? 9 : line.holds(", dev ", at: index) ? 6 : 1
        let nameStart = min(index, line.count)
        var nameEnd = nameStart
        while nameEnd < line.count, line[nameEnd] != 0x20 { nameEnd += 1 }
        let header = LogHeader(line, limit: start)
        let origin = Origin(prefix: kind, interfaceIn: line.text(nameStart..<nameEnd))
        var traits = PacketTraits.martian
        if !source.isV4 { traits.insert(.v6) }
        let event = PacketEvent(
            time: clock.time(of: header.stamp), source: source, destination: destination,
            ipProtocol: IPProtocol(rawValue: 255), length: 0, hopLimit: 0, traits: traits,
            origin: origins.intern(origin))
        return .packet(event, nil)
    }

    private static func martian(_ line: Span<UInt8>) -> Int? {
        var index = 0
        while index + 8 < line.count {
            if line[index] == UInt8(ascii: "m"), line.holds("martian ", at: index) { return index }
            index += 1
        }
        return nil
    }

    private static func address(_ line: Span<UInt8>, _ index: inout Int) -> Address? {
        line.skipSpaces(&index)
        let start = min(index, line.count)
        while index < line.count, line[index] != 0x20, line[index] != UInt8(ascii: ",") {
            index += 1
        }
        return Address.parse(line.extracting(start..<max(start, index)))
    }
}

extension PacketTraits {
    /// What an origin alone says of its packets.
    init(of origin: Origin) {
        self = []
        if origin.rule.isAccepted { insert(.accepted) }
        if origin.interfaceIn == "lo" || origin.interfaceOut == "lo" { insert(.loopback) }
        let isOutOnly = origin.interfaceIn.isEmpty && !origin.interfaceOut.isEmpty
        if origin.hook == .output || isOutOnly { insert(.output) }
    }
}
