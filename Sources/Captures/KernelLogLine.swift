// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// Writes a packet as the kernel's LOG target does, with its flags on (`--log-ip-options`,
/// `--log-tcp-options`, over IPv4 `--log-tcp-sequence`): what ``LogText`` and other readers of kern.log read.
///
/// Source: net/netfilter/nf_log_syslog.c.
/// Bound: what was not copied of the packet shows as the kernel shows a cut one; a quoted packet is
/// written once and nothing inside it.
package struct KernelLogLine {
    private var out: [UInt8] = []

    /// Appends everything from the prefix on, without a newline.
    ///
    /// - Parameters:
    ///   - packet: from the IP header on.
    ///   - linkHeader: all of it; empty where the device has none.
    ///   - mark: the packet's; 0 is not shown.
    package static func write(
        _ packet: RawSpan, of origin: Origin, linkHeader: RawSpan = RawSpan(), mark: UInt32 = 0,
        to bytes: inout [UInt8]
    ) {
        var line = KernelLogLine()
        swap(&line.out, &bytes)
        line.writePlace(origin, linkHeader)
        let packet = Span<UInt8>(_bytes: packet)
        if packet.count > 0, packet[0] >> 4 == 6 {
            line.writeV6(packet, isQuoted: false)
        } else {
            line.writeV4(packet, isQuoted: false)
        }
        if mark != 0 {
            line.add("MARK=0x")
            line.addHex(mark, digits: 1)
            line.add(" ")
        }
        if line.out.last == 0x20 { line.out.removeLast() }
        swap(&line.out, &bytes)
    }

    private mutating func writePlace(_ origin: Origin, _ linkHeader: RawSpan) {
        // Prefix and names are the kernel's bytes: nothing of them may end the line.
        let prefix = origin.prefix.printable
        add(prefix)
        // NFLOG's prefix has lost its last blank; the kernel writes one where the rule has one.
        if let last = prefix.utf8.last, last != UInt8(ascii: ":") { add(" ") }
        add("IN=")
        add(KernelLogLine.name(origin.interfaceIn))
        add(" OUT=")
        add(KernelLogLine.name(origin.interfaceOut))
        add(" ")
        guard !origin.interfaceIn.isEmpty else { return }
        add("MAC=")
        let header = Span<UInt8>(_bytes: linkHeader)
        for index in header.indices {
            if index > 0 { add(":") }
            addHex(UInt32(header[index]), digits: 2)
        }
        add(" ")
    }

    /// The kernel takes no name with a blank or a slash; control characters it takes.
    private static func name(_ name: String) -> String {
        let name = name.printable
        return name.contains(" ") ? name.replacing(" ", with: "_") : name
    }

    private mutating func writeV4(_ packet: Span<UInt8>, isQuoted: Bool) {
        guard packet.count >= 20 else { return add("TRUNCATED") }
        add("SRC=")
        addV4(packet, 12)
        add(" DST=")
        addV4(packet, 16)
        add(" LEN=")
        add(packet.bigEndian16(at: 2))
        add(" TOS=0x")
        addHex(UInt32(packet[1] & 0x1e), digits: 2, upper: true)
        add(" PREC=0x")
        addHex(UInt32(packet[1] & 0xe0), digits: 2, upper: true)
        add(" TTL=")
        add(packet[8])
        add(" ID=")
        add(packet.bigEndian16(at: 4))
        add(" ")
        let fragment = packet.bigEndian16(at: 6)
        if fragment & 0x8000 != 0 { add("CE ") }
        if fragment & 0x4000 != 0 { add("DF ") }
        if fragment & 0x2000 != 0 { add("MF ") }
        let isLater = fragment & 0x1fff != 0
        if isLater {
            add("FRAG:")
            add(fragment & 0x1fff)
            add(" ")
        }
        let header = max(20, Int(packet[0] & 15) * 4)
        if header > 20 {
            guard packet.count >= header else { return add("TRUNCATED") }
            addOptions(packet, 20..<header)
        }
        // The kernel counts what the packet has, of which only the first bytes were copied.
        let length = max(packet.count, Int(packet.bigEndian16(at: 2)))
        writeTransport(
            packet, packet[9], at: min(header, packet.count), length: length, isLater: isLater,
            isV6: false, isQuoted: isQuoted)
    }

    private mutating func writeV6(_ packet: Span<UInt8>, isQuoted: Bool) {
        guard packet.count >= 40 else { return add("TRUNCATED") }
        add("SRC=")
        addV6(packet, 8)
        add(" DST=")
        addV6(packet, 24)
        let length = Int(packet.bigEndian16(at: 4)) + 40
        add(" LEN=")
        add(length)
        add(" TC=")
        add((packet.bigEndian32(at: 0) & 0x0ff0_0000) >> 20)
        add(" HOPLIMIT=")
        add(packet[7])
        add(" FLOWLBL=")
        add(packet.bigEndian32(at: 0) & 0x000f_ffff)
        add(" ")
        var next = packet[6]
        var offset = 40
        var isLater = false
        while next == 0 || next == 60 || next == 43 || next == 44 || next == 50 || next == 51 {
            guard packet.count - offset >= 2 else { return add("TRUNCATED") }
            add("OPT ( ")
            var size = 8
            switch next {
            case 44:
                guard packet.count - offset >= 8 else { return add("FRAG:TRUNCATED ") }
                let fragment = packet.bigEndian16(at: offset + 2)
                add("FRAG:")
                add(fragment & 0xfff8)
                add(" ")
                if fragment & 1 != 0 { add("INCOMPLETE ") }
                add("ID:")
                addHex(packet.bigEndian32(at: offset + 4), digits: 8)
                add(" ")
                if fragment & 0xfff8 != 0 { isLater = true }
            case 50:
                add("ESP ")
                if isLater { return add(")") }
                guard packet.count - offset >= 8 else {
                    addIncomplete(length - offset)
                    return add(")")
                }
                add("SPI=0x")
                addHex(packet.bigEndian32(at: offset), digits: 1)
                return add(" )")
            case 51:
                add("AH ")
                if isLater { return add(")") }
                guard packet.count - offset >= 12 else {
                    addIncomplete(length - offset)
                    return add(")")
                }
                add("SPI=0x")
                addHex(packet.bigEndian32(at: offset + 4), digits: 1)
                add(" ")
                size = (Int(packet[offset + 1]) + 2) * 4
            default:
                if isLater { return add(")") }
                size = (Int(packet[offset + 1]) + 1) * 8
            }
            add(") ")
            next = packet[offset]
            offset += size
            if offset > packet.count { offset = packet.count }
        }
        writeTransport(
            packet, next, at: offset, length: length, isLater: isLater, isV6: true,
            isQuoted: isQuoted)
    }

    private mutating func writeTransport(
        _ packet: Span<UInt8>, _ number: UInt8, at start: Int, length: Int, isLater: Bool,
        isV6: Bool, isQuoted: Bool
    ) {
        let bytes = packet.extracting(start..<packet.count)
        let rest = max(0, length - start)
        switch number {
        case 6: writeTCP(bytes, rest, isLater: isLater, isV6: isV6)
        case 17, 136:
            add(number == 17 ? "PROTO=UDP " : "PROTO=UDPLITE ")
            if isLater { return }
            guard bytes.count >= 8 else { return addIncomplete(rest) }
            addPorts(bytes)
            add("LEN=")
            add(bytes.bigEndian16(at: 4))
            add(" ")
        case 1 where !isV6: writeICMP(bytes, rest, isLater: isLater, isQuoted: isQuoted)
        case 58 where isV6: writeICMPv6(bytes, rest, isLater: isLater, isQuoted: isQuoted)
        case 51 where !isV6, 50 where !isV6:
            add(number == 51 ? "PROTO=AH " : "PROTO=ESP ")
            if isLater { return }
            guard bytes.count >= (number == 51 ? 12 : 8) else { return addIncomplete(rest) }
            add("SPI=0x")
            addHex(bytes.bigEndian32(at: number == 51 ? 4 : 0), digits: 1)
            add(" ")
        default:
            add("PROTO=")
            add(number)
            add(" ")
        }
    }

    private mutating func writeTCP(
        _ bytes: Span<UInt8>, _ rest: Int, isLater: Bool, isV6: Bool
    ) {
        add("PROTO=TCP ")
        if isLater { return }
        guard bytes.count >= 20 else { return addIncomplete(rest) }
        addPorts(bytes)
        // psad 2.4.6 reads no IPv6 line that has them.
        if !isV6 {
            add("SEQ=")
            add(bytes.bigEndian32(at: 4))
            add(" ACK=")
            add(bytes.bigEndian32(at: 8))
            add(" ")
        }
        add("WINDOW=")
        add(bytes.bigEndian16(at: 14))
        add(" RES=0x")
        addHex(UInt32(bytes[12] & 0x0f) << 2, digits: 2)
        add(" ")
        let names: [(UInt8, String)] = [
            (0x80, "CWR "), (0x40, "ECE "), (0x20, "URG "), (0x10, "ACK "), (0x08, "PSH "),
            (0x04, "RST "), (0x02, "SYN "), (0x01, "FIN "),
        ]
        for (bit, name) in names where bytes[13] & bit != 0 { add(name) }
        add("URGP=")
        add(bytes.bigEndian16(at: 18))
        add(" ")
        let header = Int(bytes[12] >> 4) * 4
        guard header > 20 else { return }
        guard bytes.count >= header else { return add("OPT (TRUNCATED)") }
        addOptions(bytes, 20..<header)
    }

    private mutating func writeICMP(
        _ bytes: Span<UInt8>, _ rest: Int, isLater: Bool, isQuoted: Bool
    ) {
        add("PROTO=ICMP ")
        if isLater { return }
        guard bytes.count >= 8 else { return addIncomplete(rest) }
        let type = bytes[0]
        addType(bytes)
        // What the kernel wants of each type before it reads on.
        let needed = [
            0: 4, 3: 28, 4: 28, 5: 28, 8: 4, 11: 28, 12: 28, 13: 20, 14: 20, 17: 12, 18: 12,
        ]
        if let needed = needed[Int(type)], rest < needed { return addIncomplete(rest) }
        switch type {
        case 0, 8: addEcho(bytes)
        case 12:
            add("PARAMETER=")
            add(bytes[4])
            add(" ")
        case 3, 4, 5, 11:
            if type == 5 {
                add("GATEWAY=")
                addV4(bytes, 4)
                add(" ")
            }
            if !isQuoted {
                add("[")
                writeV4(bytes.extracting(8..<bytes.count), isQuoted: true)
                add("] ")
            }
            if type == 3, bytes[1] == 4 {
                add("MTU=")
                add(bytes.bigEndian16(at: 6))
                add(" ")
            }
        default: break
        }
    }

    private mutating func writeICMPv6(
        _ bytes: Span<UInt8>, _ rest: Int, isLater: Bool, isQuoted: Bool
    ) {
        add("PROTO=ICMPv6 ")
        if isLater { return }
        guard bytes.count >= 8 else { return addIncomplete(rest) }
        let type = bytes[0]
        addType(bytes)
        switch type {
        case 128, 129: addEcho(bytes)
        case 1...4:
            if type == 4 {
                add("POINTER=")
                addHex(bytes.bigEndian32(at: 4), digits: 8)
                add(" ")
            }
            if !isQuoted {
                add("[")
                writeV6(bytes.extracting(8..<bytes.count), isQuoted: true)
                add("] ")
            }
            if type == 2 {
                add("MTU=")
                add(bytes.bigEndian32(at: 4))
                add(" ")
            }
        default: break
        }
    }

    // Pieces.

    private mutating func addType(_ bytes: Span<UInt8>) {
        add("TYPE=")
        add(bytes[0])
        add(" CODE=")
        add(bytes[1])
        add(" ")
    }

    private mutating func addEcho(_ bytes: Span<UInt8>) {
        add("ID=")
        add(bytes.bigEndian16(at: 4))
        add(" SEQ=")
        add(bytes.bigEndian16(at: 6))
        add(" ")
    }

    private mutating func addPorts(_ bytes: Span<UInt8>) {
        add("SPT=")
        add(bytes.bigEndian16(at: 0))
        add(" DPT=")
        add(bytes.bigEndian16(at: 2))
        add(" ")
    }

    private mutating func addIncomplete(_ rest: Int) {
        add("INCOMPLETE [")
        add(max(0, rest))
        add(" bytes] ")
    }

    private mutating func addOptions(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        add("OPT (")
        for index in range { addHex(UInt32(bytes[index]), digits: 2, upper: true) }
        add(") ")
    }

    private mutating func addV4(_ bytes: Span<UInt8>, _ start: Int) {
        for index in start..<start + 4 {
            if index > start { add(".") }
            add(bytes[index])
        }
    }

    /// In full, as the kernel writes it.
    private mutating func addV6(_ bytes: Span<UInt8>, _ start: Int) {
        for index in 0..<8 {
            if index > 0 { add(":") }
            addHex(UInt32(bytes.bigEndian16(at: start + index * 2)), digits: 4)
        }
    }

    private mutating func add(_ text: String) { out.append(contentsOf: text.utf8) }

    private mutating func add(_ number: some FixedWidthInteger) {
        var rest = UInt64(truncatingIfNeeded: number)
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var count = 0
        repeat {
            digits[count] = UInt8(0x30 + rest % 10)
            rest /= 10
            count += 1
        } while rest > 0
        while count > 0 {
            count -= 1
            out.append(digits[count])
        }
    }

    /// - Parameter digits: how many at least.
    private mutating func addHex(_ number: UInt32, digits: Int, upper: Bool = false) {
        var count = 8
        while count > digits, number >> UInt32((count - 1) * 4) == 0 { count -= 1 }
        while count > 0 {
            count -= 1
            let digit = UInt8(truncatingIfNeeded: number >> UInt32(count * 4) & 15)
            out.append(digit < 10 ? 0x30 + digit : (upper ? 0x41 : 0x61) + digit - 10)
        }
    }
}
