// SPDX-License-Identifier: GPL-3.0-or-later

/// One netlink datagram: messages behind each other, each a header, a fixed part, and attributes.
///
/// Every length is checked before it is used, so that no bytes trap; what does not fit is left out.
/// Source: netlink(7), linux/netlink.h.
enum Datagram {
    /// struct nlmsghdr: length, type, flags, sequence, port.
    static let headerLength = 16
    /// struct nlattr: length, type.
    static let attributeHeaderLength = 4

    struct Header: Hashable {
        var type: UInt16
        var flags: UInt16
        var sequence: UInt32
    }

    /// Hands over each message with what is behind its header.
    static func walk(_ bytes: Span<UInt8>, _ body: (Header, Span<UInt8>) -> Void) {
        var offset = 0
        while bytes.count - offset >= headerLength {
            let length = Int(bytes.host32(at: offset))
            // A length that lies leaves no way to find the next message.
            guard length >= headerLength, length <= bytes.count - offset else { return }
            body(
                Header(
                    type: bytes.host16(at: offset + 4), flags: bytes.host16(at: offset + 6),
                    sequence: bytes.host32(at: offset + 8)),
                bytes.extracting(offset + headerLength..<offset + length))
            offset += aligned(length)
        }
    }

    /// Hands over each attribute behind a fixed part of the given length.
    static func attributes(
        _ content: Span<UInt8>, after fixed: Int, _ body: (UInt16, Span<UInt8>) -> Void
    ) {
        var offset = fixed
        while content.count - offset >= attributeHeaderLength {
            let length = Int(content.host16(at: offset))
            guard length >= attributeHeaderLength, length <= content.count - offset else { return }
            body(
                content.host16(at: offset + 2) & typeMask,
                content.extracting(offset + attributeHeaderLength..<offset + length))
            offset += aligned(length)
        }
    }

    /// Messages and attributes begin at multiples of four bytes.
    static func aligned(_ length: Int) -> Int { (length + 3) & ~3 }

    /// Bits of an attribute's type; the two above say "nested" and "network byte order".
    static let typeMask: UInt16 = 0x3fff
}

/// Numbers at any offset; the callers check lengths first.
extension Span where Element == UInt8 {
    /// In the machine's order, as netlink writes its headers.
    func host16(at offset: Int) -> UInt16 { UInt16(bigEndian: network16(at: offset)) }
    func host32(at offset: Int) -> UInt32 { UInt32(bigEndian: network32(at: offset)) }

    /// In network order, as netlink writes ports and addresses.
    func network16(at offset: Int) -> UInt16 {
        UInt16(self[offset]) << 8 | UInt16(self[offset + 1])
    }

    func network32(at offset: Int) -> UInt32 {
        UInt32(network16(at: offset)) << 16 | UInt32(network16(at: offset + 2))
    }

    func network64(at offset: Int) -> UInt64 {
        UInt64(network32(at: offset)) << 32 | UInt64(network32(at: offset + 4))
    }
}
