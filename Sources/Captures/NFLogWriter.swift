// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// Writes packets as the records of a capture of an NFLOG group: what ``NFLogRecord`` reads.
///
/// Shape: pcap 2.4 with nanoseconds in this machine's byte order, link type 239. An attribute's length
/// and type are in the same order, numbers inside it in network order.
/// Source: https://www.tcpdump.org/linktypes/LINKTYPE_NFLOG.html; pcap-savefile(5).
package enum NFLogWriter {
    /// The 24 bytes that a capture begins with.
    package static let fileHeader: [UInt8] =
        host(0xa1b2_3c4d as UInt32) + host(2 as UInt16) + host(4 as UInt16)
        + host(0 as UInt32) + host(0 as UInt32) + host(65535 as UInt32) + host(239 as UInt32)

    /// Of interface names, which the kernel does not write: a capture knows an interface by its number,
    /// and rules name it. No NFULA_* attribute has a number near these, and readers pass over them.
    static let nameIn: UInt16 = 0x3e01
    static let nameOut: UInt16 = 0x3e02

    /// What all packets of an origin have in common: the short header and the attributes before the
    /// timestamp.
    ///
    /// - Parameter interfaceIn: its number, 0 when there is none or nobody knows it any more.
    package static func opening(
        of origin: Origin, isV6: Bool, interfaceIn: UInt32, interfaceOut: UInt32
    ) -> [UInt8] {
        let group = origin.group ?? 0
        var bytes: [UInt8] = [isV6 ? 10 : 2, 0, UInt8(group >> 8), UInt8(group & 0xff)]
        // EtherType, hook (255: not known), a byte of padding.
        bytes += attribute(
            1, [isV6 ? 0x86 : 0x08, isV6 ? 0xdd : 0x00, origin.hook?.rawValue ?? 255, 0])
        if interfaceIn != 0 { bytes += attribute(4, network(interfaceIn)) }
        if interfaceOut != 0 { bytes += attribute(5, network(interfaceOut)) }
        bytes += attribute(10, text(origin.prefix, upTo: 255))
        if !origin.interfaceIn.isEmpty {
            bytes += attribute(nameIn, text(origin.interfaceIn, upTo: 63))
        }
        if !origin.interfaceOut.isEmpty {
            bytes += attribute(nameOut, text(origin.interfaceOut, upTo: 63))
        }
        return bytes
    }

    /// Appends one record.
    ///
    /// The timestamp's attribute has microseconds, as the kernel's; a finer time stands in the record's
    /// header alone.
    package static func append(
        _ packet: RawSpan, time: Timestamp, opening: [UInt8], to bytes: inout [UInt8]
    ) {
        var seconds = time.nanoseconds / 1_000_000_000
        var fraction = time.nanoseconds % 1_000_000_000
        if fraction < 0 {
            seconds -= 1
            fraction += 1_000_000_000
        }
        let isExact = fraction % 1000 == 0
        // An attribute's length, type and value; values are padded to four bytes.
        let payload = (4 + packet.byteCount + 3) & ~3
        let count = opening.count + (isExact ? 20 : 0) + payload
        bytes += host(UInt32(truncatingIfNeeded: seconds)) + host(UInt32(fraction))
        bytes += host(UInt32(count)) + host(UInt32(count))
        bytes += opening
        if isExact {
            bytes += attribute(
                3, network(UInt64(bitPattern: seconds)) + network(UInt64(fraction / 1000)))
        }
        bytes += host(UInt16(4 + packet.byteCount)) + host(9 as UInt16)
        let span = Span<UInt8>(_bytes: packet)
        bytes.append(addingCapacity: payload - 4) { room in
            for index in span.indices { room.append(span[index]) }
            for _ in span.count..<payload - 4 { room.append(0) }
        }
    }

    /// How much of a capture's bytes are whole records; 0 when it does not begin as one of ours.
    package static func wholeLength(of bytes: Span<UInt8>) -> Int {
        guard bytes.count >= 24 else { return 0 }
        for index in 0..<24 where bytes[index] != fileHeader[index] { return 0 }
        var offset = 24
        while bytes.count - offset >= 16 {
            let count = Int(bytes.host32(at: offset + 8))
            guard count <= 65535, bytes.count - offset - 16 >= count else { break }
            offset += 16 + count
        }
        return offset
    }

    private static func text(_ text: String, upTo limit: Int) -> [UInt8] {
        Array(text.utf8.prefix(limit).prefix { $0 != 0 }) + [0]
    }

    private static func attribute(_ type: UInt16, _ value: [UInt8]) -> [UInt8] {
        let bytes = host(UInt16(4 + value.count)) + host(type) + value
        return bytes + [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4)
    }

    private static func network<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        (0..<Number.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }

    private static func host<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        network(Number(bigEndian: number))
    }
}

extension Span<UInt8> {
    fileprivate func host32(at offset: Int) -> UInt32 {
        #if _endian(little)
            bigEndian32(at: offset).byteSwapped
        #else
            bigEndian32(at: offset)
        #endif
    }
}
