// SPDX-License-Identifier: GPL-3.0-or-later

/// The part of a packet that parsing may look at, read in network byte order.
///
/// Shape: starts at the IP header; at most ``PacketEvent/keptBytes``, so that a live packet and
/// its replay from a longer capture are understood alike.
/// Bound: reading beyond ``count`` traps; whoever reads has compared with it before.
struct PacketBytes: ~Escapable {
    private let bytes: Span<UInt8>

    @_lifetime(copy packet)
    init(_ packet: RawSpan) {
        let kept = packet.extracting(first: min(packet.byteCount, PacketEvent.keptBytes))
        bytes = Span<UInt8>(_bytes: kept)
    }

    @_lifetime(copy bytes)
    private init(_ bytes: Span<UInt8>) { self.bytes = bytes }

    var count: Int { bytes.count }

    /// The bytes from the offset on; none when it lies behind the end.
    @_lifetime(copy self)
    func dropping(_ offset: Int) -> PacketBytes {
        PacketBytes(bytes.extracting(min(offset, bytes.count)..<bytes.count))
    }

    @inline(__always)
    func byte(_ offset: Int) -> UInt8 { bytes[offset] }

    @inline(__always)
    func half(_ offset: Int) -> UInt16 {
        check(offset, 2)
        return UInt16(bytes[offset]) << 8 | UInt16(bytes[offset &+ 1])
    }

    @inline(__always)
    func word(_ offset: Int) -> UInt32 {
        check(offset, 4)
        return UInt32(bytes[offset]) << 24 | UInt32(bytes[offset &+ 1]) << 16
            | UInt32(bytes[offset &+ 2]) << 8 | UInt32(bytes[offset &+ 3])
    }

    @inline(__always)
    func long(_ offset: Int) -> UInt64 {
        check(offset, 8)
        return UInt64(word(offset)) << 32 | UInt64(word(offset &+ 4))
    }

    /// One check for all bytes of a number: the compiler then reads them at once, where a check
    /// for each byte stays between them.
    @inline(__always)
    private func check(_ offset: Int, _ size: Int) {
        precondition(offset >= 0 && bytes.count >= size && offset <= bytes.count &- size)
    }

    /// The IPv6 address at the offset.
    @inline(__always)
    func address(_ offset: Int) -> Address {
        Address(high: long(offset), low: long(offset &+ 8))
    }
}
