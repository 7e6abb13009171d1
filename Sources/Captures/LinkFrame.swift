// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// The link protocols whose captures can be read.
///
/// Source: the registry at https://www.tcpdump.org/linktypes.html; the raw value is libpcap's DLT_*
/// number on Linux.
enum LinkType: Int32 {
    case null = 0
    case ethernet = 1
    case raw = 12
    case rawOpenBSD = 14
    case rawRegistered = 101
    case loop = 108
    case linuxCooked = 113
    case ipv4 = 228
    case ipv6 = 229
    case nflog = 239
    case linuxCooked2 = 276
}

/// What a record's link header says: where the IP packet begins, and what only the link knows.
struct LinkFrame: Equatable {
    enum Payload: Equatable {
        /// An IP packet from the offset on; the version when the link announced it.
        case packet(offset: Int, version: UInt8?)
        case otherProtocol
        /// The record is shorter than its link header.
        case cut
    }

    var payload: Payload
    var traits = PacketTraits(rawValue: 0)
    /// The kernel's number of the interface, where the link has one.
    var interface: UInt32?

    /// Reads the header of any link but NFLOG, whose records have no fixed one.
    init(_ bytes: Span<UInt8>, link: LinkType) {
        switch link {
        case .ethernet: self.init(ethernet: bytes)
        case .linuxCooked: self.init(cooked: bytes)
        case .linuxCooked2: self.init(cooked2: bytes)
        case .null, .loop: self.init(loopback: bytes)
        case .ipv4: self.init(bare: 4)
        case .ipv6: self.init(bare: 6)
        case .raw, .rawOpenBSD, .rawRegistered, .nflog: self.init(bare: nil)
        }
    }

    private init(bare version: UInt8?) {
        payload = .packet(offset: 0, version: version)
    }

    private init(ethernet bytes: Span<UInt8>) {
        guard bytes.count >= 14 else {
            payload = .cut
            return
        }
        payload = LinkFrame.payload(bytes, type: bytes.bigEndian16(at: 12), offset: 14)
        if LinkAddress.isForMany(bytes) { traits = .linkMulticast }
        // Linux writes its loopback interface as Ethernet between two addresses of zeros.
        if bytes.bigEndian64(at: 0) == 0, bytes.bigEndian32(at: 8) == 0 { traits = .loopback }
    }

    /// Source: packet(7); pcap/sll.h: packet type, ARPHRD type, address length, address, protocol.
    private init(cooked bytes: Span<UInt8>) {
        guard bytes.count >= 16 else {
            payload = .cut
            return
        }
        payload = LinkFrame.payload(bytes, type: bytes.bigEndian16(at: 14), offset: 16)
        traits = LinkFrame.traits(
            packetType: bytes.bigEndian16(at: 0), hardware: bytes.bigEndian16(at: 2))
    }

    private init(cooked2 bytes: Span<UInt8>) {
        guard bytes.count >= 20 else {
            payload = .cut
            return
        }
        payload = LinkFrame.payload(bytes, type: bytes.bigEndian16(at: 0), offset: 20)
        traits = LinkFrame.traits(
            packetType: UInt16(bytes[10]), hardware: bytes.bigEndian16(at: 8))
        interface = bytes.bigEndian32(at: 4)
    }

    /// Four bytes of address family: the capturing host's byte order in NULL, the network's in LOOP.
    /// The numbers for IPv6 are those of Linux, NetBSD, FreeBSD and Darwin.
    private init(loopback bytes: Span<UInt8>) {
        guard bytes.count >= 4 else {
            payload = .cut
            return
        }
        let number = bytes.bigEndian32(at: 0)
        switch number > 0xffff ? number.byteSwapped : number {
        case 2: payload = .packet(offset: 4, version: 4)
        case 10, 24, 28, 30: payload = .packet(offset: 4, version: 6)
        default: payload = .otherProtocol
        }
        traits = .loopback
    }

    /// Steps over VLAN tags (802.1Q, 802.1ad, the old 0x9100), however many are stacked.
    private static func payload(_ bytes: Span<UInt8>, type: UInt16, offset: Int) -> Payload {
        var type = type
        var offset = offset
        while type == 0x8100 || type == 0x88a8 || type == 0x9100 {
            guard bytes.count >= offset + 4 else { return .cut }
            type = bytes.bigEndian16(at: offset + 2)
            offset += 4
        }
        switch type {
        case 0x0800: return .packet(offset: offset, version: 4)
        case 0x86dd: return .packet(offset: offset, version: 6)
        default: return .otherProtocol
        }
    }

    private static func traits(packetType: UInt16, hardware: UInt16) -> PacketTraits {
        var traits = PacketTraits(rawValue: 0)
        switch packetType {
        case 1, 2: traits.insert(.linkMulticast)
        case 4: traits.insert(.output)
        default: break
        }
        // ARPHRD_LOOPBACK
        if hardware == 772 { traits.insert(.loopback) }
        return traits
    }
}

extension Span<UInt8> {
    /// The caller has checked that the bytes are there.
    func bigEndian16(at offset: Int) -> UInt16 {
        UInt16(self[offset]) << 8 | UInt16(self[offset + 1])
    }

    func bigEndian64(at offset: Int) -> UInt64 {
        UInt64(bigEndian32(at: offset)) << 32 | UInt64(bigEndian32(at: offset + 4))
    }

    /// The first bytes of the IP packet that begins at the offset: no more than a live event keeps,
    /// and nothing that the link added behind it (Ethernet pads to 60 bytes).
    func packetRange(from offset: Int) -> Range<Int> {
        let available = count - offset
        guard available > 0 else { return count..<count }
        var length = available
        let version = self[offset] >> 4
        if version == 4, available >= 4 {
            length = Int(bigEndian16(at: offset + 2))
        } else if version == 6, available >= 6 {
            length = Int(bigEndian16(at: offset + 4))
            // A jumbogram's length is 0 here.
            length = length == 0 ? available : length + 40
        }
        // A length that cannot be, as offloading leaves 0, is for the parser to judge.
        if length < 20 { length = available }
        return offset..<(offset + Swift.min(length, available, PacketEvent.keptBytes))
    }
}
