// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// One message of an NFLOG group as a capture keeps it: a short header, then attributes.
///
/// Shape: family, version 0, the group in network order; then attributes of length and type in the
/// reader's byte order (libpcap swaps them) and their values, padded to four bytes.
/// Source: https://www.tcpdump.org/linktypes/LINKTYPE_NFLOG.html; linux/netfilter/nfnetlink_log.h.
struct NFLogRecord {
    let group: UInt16
    /// Nil when the family is not one of IP, and the packet header does not say.
    private(set) var version: UInt8?
    /// ARP and whatever else a bridge or netdev hook logs.
    private(set) var isOtherProtocol = false
    private(set) var hook: UInt8?
    private(set) var interfaceIn: UInt32 = 0
    private(set) var interfaceOut: UInt32 = 0
    private(set) var time: Timestamp?
    private(set) var prefix = 0..<0
    /// The interfaces' names, which only our own evidence has; empty otherwise.
    private(set) var nameIn = 0..<0
    private(set) var nameOut = 0..<0
    /// Empty when there is none: the message was cut, or carried no packet.
    private(set) var payload = 0..<0
    /// The Ethernet header's destination is a group.
    private(set) var isLinkMulticast = false

    /// Nil when even the short header is not there, or its version is not 0.
    init?(_ bytes: Span<UInt8>, isCut: Bool) {
        guard bytes.count >= 4, bytes[1] == 0 else { return nil }
        group = bytes.bigEndian16(at: 2)
        let family = bytes[0]
        // AF_INET and AF_INET6; a bridge's and a device's packets name their protocol themselves.
        version = family == 2 ? 4 : family == 10 ? 6 : nil
        var hardware = 0
        var offset = 4
        while bytes.count - offset >= 4 {
            let length = Int(bytes.hostOrder16(at: offset))
            let type = bytes.hostOrder16(at: offset + 2) & 0x3fff
            let start = offset + 4
            var end = offset + length
            if end > bytes.count, isCut, type == 9 { end = bytes.count }
            guard length >= 4, end <= bytes.count else {
                // What follows a wrong length is anything; a packet before it stands.
                return
            }
            read(bytes, type, start..<end, &hardware)
            offset += (length + 3) & ~3
        }
    }

    private mutating func read(
        _ bytes: Span<UInt8>, _ type: UInt16, _ value: Range<Int>, _ hardware: inout Int
    ) {
        let start = value.lowerBound
        switch (type, value.count) {
        case (1, 3...):
            hook = bytes[start + 2]
            guard version == nil else { return }
            switch bytes.bigEndian16(at: start) {
            case 0x0800: version = 4
            case 0x86dd: version = 6
            default: isOtherProtocol = true
            }
        case (3, 16...):
            time = Timestamp(
                seconds: Int64(clamping: bytes.bigEndian64(at: start)),
                nanoseconds: Int64(clamping: bytes.bigEndian64(at: start + 8))
                    .multipliedSaturating(by: 1000))
        case (4, 4...): interfaceIn = bytes.bigEndian32(at: start)
        case (5, 4...): interfaceOut = bytes.bigEndian32(at: start)
        case (9, _): payload = value
        case (10, _): prefix = start..<end(of: value, bytes)
        case (NFLogWriter.nameIn, _): nameIn = start..<end(of: value, bytes)
        case (NFLogWriter.nameOut, _): nameOut = start..<end(of: value, bytes)
        case (15, 2...): hardware = Int(bytes.bigEndian16(at: start))
        // The whole link header; its length alone tells Ethernet where its type comes later.
        case (16, 14):
            isLinkMulticast =
                (hardware == 0 || hardware == 1)
                && LinkAddress.isForMany(bytes.extracting(start..<start + 14))
        default: break
        }
    }

    /// Where a text ends, without the NUL and the blanks behind it.
    private func end(of value: Range<Int>, _ bytes: Span<UInt8>) -> Int {
        var end = value.upperBound
        while end > value.lowerBound, bytes[end - 1] == 0 || bytes[end - 1] == 0x20 { end -= 1 }
        return end
    }

    /// The bytes that name the origin beside the numbers: the prefix, and the names where there are any.
    var names: Range<Int> {
        guard !nameIn.isEmpty || !nameOut.isEmpty else { return prefix }
        let parts = [prefix, nameIn, nameOut].filter { !$0.isEmpty }
        let start = parts.map(\.lowerBound).min() ?? 0
        return start..<max(start, parts.map(\.upperBound).max() ?? 0)
    }
}

extension Int64 {
    func multipliedSaturating(by factor: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: factor)
        return overflow ? ((self < 0) != (factor < 0) ? .min : .max) : product
    }
}

extension Span<UInt8> {
    /// The caller has checked that both bytes are there.
    func hostOrder16(at offset: Int) -> UInt16 {
        #if _endian(little)
            bigEndian16(at: offset).byteSwapped
        #else
            bigEndian16(at: offset)
        #endif
    }
}
