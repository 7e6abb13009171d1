// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import TestSupport

/// One record of a capture to be written.
struct Record {
    var bytes: [UInt8]
    var time = Timestamp.testStart
    /// The length that the packet had on the wire; nil when all of it was captured.
    var originalLength: Int?
}

private func little32(_ value: UInt32) -> [UInt8] { value.byteSwapped.wireBytes }
private func little16(_ value: UInt16) -> [UInt8] { value.byteSwapped.wireBytes }

/// A pcap file with nanoseconds, in either byte order (pcap-savefile(5)).
func pcap(_ records: [Record], link: UInt32, bigEndian: Bool = false) -> [UInt8] {
    func word(_ value: UInt32) -> [UInt8] { bigEndian ? value.wireBytes : little32(value) }
    func half(_ value: UInt16) -> [UInt8] { bigEndian ? value.wireBytes : little16(value) }
    var file = word(0xa1b2_3c4d) + half(2) + half(4) + word(0) + word(0) + word(65535) + word(link)
    for record in records {
        file += word(UInt32(record.time.nanoseconds / 1_000_000_000))
        file += word(UInt32(record.time.nanoseconds % 1_000_000_000))
        file += word(UInt32(record.bytes.count))
        file += word(UInt32(record.originalLength ?? record.bytes.count)) + record.bytes
    }
    return file
}

/// A pcapng file: section header, one interface with nanoseconds, one enhanced packet a record.
func pcapng(_ records: [Record], link: UInt16) -> [UInt8] {
    func block(_ type: UInt32, _ body: [UInt8]) -> [UInt8] {
        let padded = body.padded(toMultipleOf: 4)
        let length = little32(UInt32(padded.count + 12))
        return little32(type) + length + padded + length
    }
    // Version 1.0, of a length that is not known.
    let section = little32(0x1a2b_3c4d) + little16(1) + little16(0)
    var file = block(0x0a0d_0d0a, section + [UInt8](repeating: 0xff, count: 8))
    // if_tsresol 9, then the end of options.
    let options: [UInt8] = [9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0]
    let interface: [UInt8] = little16(link) + [0, 0] + little32(UInt32(65535))
    file += block(1, interface + options)
    for record in records {
        let time = UInt64(record.time.nanoseconds)
        let original = record.originalLength ?? record.bytes.count
        var body = little32(0) + little32(UInt32(time >> 32))
        body += little32(UInt32(truncatingIfNeeded: time))
        body += little32(UInt32(record.bytes.count)) + little32(UInt32(original)) + record.bytes
        file += block(6, body)
    }
    return file
}

/// An Ethernet frame around a packet, with the VLAN tags given as ethertypes, outermost first.
func ethernet(
    _ packet: [UInt8], to destination: [UInt8] = [2, 0, 0, 0, 0, 1], tags: [UInt16] = [],
    type: UInt16? = nil
) -> [UInt8] {
    var frame = destination + [2, 0, 0, 0, 0, 2]
    for tag in tags { frame += tag.wireBytes + UInt16(100).wireBytes }
    return frame + (type ?? etherType(packet)).wireBytes + packet
}

func etherType(_ packet: [UInt8]) -> UInt16 { packet[0] >> 4 == 6 ? 0x86dd : 0x0800 }

/// Linux cooked, version 1.
func cooked(_ packet: [UInt8], packetType: UInt16 = 0, hardware: UInt16 = 1) -> [UInt8] {
    packetType.wireBytes + hardware.wireBytes + [0, 6, 2, 0, 0, 0, 0, 2, 0, 0]
        + etherType(packet).wireBytes + packet
}

/// Linux cooked, version 2.
func cooked2(_ packet: [UInt8], packetType: UInt8 = 0, interface: UInt32 = 3) -> [UInt8] {
    etherType(packet).wireBytes + [0, 0] + interface.wireBytes + [0, 1, packetType, 6]
        + [2, 0, 0, 0, 0, 2, 0, 0] + packet
}

/// One attribute of an NFLOG record, in the byte order of the machine that wrote it.
func attribute(_ type: UInt16, _ value: [UInt8], bigEndian: Bool = false) -> [UInt8] {
    let length = UInt16(4 + value.count)
    let head = bigEndian ? length.wireBytes + type.wireBytes : little16(length) + little16(type)
    return head + value.padded(toMultipleOf: 4)
}

/// An NFLOG record as the kernel fills it for a packet that came in by interface 2.
func nflog(
    _ packet: [UInt8], group: UInt16 = 5, prefix: String = "net-fw DROP ", hook: UInt8 = 1,
    time: Timestamp? = nil, interfaceIn: UInt32 = 2, interfaceOut: UInt32 = 0,
    linkHeader: [UInt8]? = nil, family: UInt8? = nil, bigEndian: Bool = false
) -> [UInt8] {
    func add(_ type: UInt16, _ value: [UInt8]) -> [UInt8] {
        attribute(type, value, bigEndian: bigEndian)
    }
    let version: UInt8 = packet.first.map { $0 >> 4 == 6 ? 10 : 2 } ?? 2
    var record = [family ?? version, 0] + group.wireBytes
    record += add(1, (packet.isEmpty ? 0x0800 : etherType(packet)).wireBytes + [hook, 0])
    record += add(10, Array(prefix.utf8) + [0])
    if interfaceIn > 0 { record += add(4, interfaceIn.wireBytes) }
    if interfaceOut > 0 { record += add(5, interfaceOut.wireBytes) }
    record += add(2, UInt32(7).wireBytes)
    record += add(8, [0, 6, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0])
    record += add(11, UInt32(1000).wireBytes)
    if let linkHeader {
        record += add(15, [0, 1]) + add(16, linkHeader)
    }
    if let time {
        record += add(
            3,
            UInt64(time.nanoseconds / 1_000_000_000).wireBytes
                + UInt64(time.nanoseconds % 1_000_000_000 / 1000).wireBytes)
    }
    return packet.isEmpty ? record : record + add(9, packet)
}
