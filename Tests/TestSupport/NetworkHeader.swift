// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// What a test may want to say about the IP header; lengths and checksums are always right.
package struct NetworkHeader: Sendable {
    /// 4 or 6; nil takes the family of the addresses, and IPv4 without addresses.
    package var version: Int?
    package var hopLimit: UInt8
    /// IPv4 identification, and that of an IPv6 fragment header.
    package var identification: UInt16
    package var dontFragment: Bool
    /// IPv4 options; padded with zeros to a multiple of four.
    package var options: [UInt8]
    /// IPv6 extension headers in their order.
    package var extensions: [ExtensionHeader]

    package init(
        version: Int? = nil, hopLimit: UInt8 = 64, identification: UInt16 = 0x1234,
        dontFragment: Bool = false, options: [UInt8] = [], extensions: [ExtensionHeader] = []
    ) {
        self.version = version
        self.hopLimit = hopLimit
        self.identification = identification
        self.dontFragment = dontFragment
        self.options = options
        self.extensions = extensions
    }

    package static let v4 = NetworkHeader(version: 4)
    package static let v6 = NetworkHeader(version: 6)

    /// The two ends, where a default stands for what the test left out.
    func ends(_ from: Address?, _ to: Address?) -> (source: Address, destination: Address) {
        let six = from.map { !$0.isV4 } ?? to.map { !$0.isV4 } ?? (version == 6)
        let source = from ?? (six ? .scanner6 : .scanner)
        let destination = to ?? (six ? .host6 : .host)
        precondition(source.isV4 == destination.isV4, "the two ends are of two families")
        return (source, destination)
    }
}

/// One IPv6 extension header: its number, and its bytes after the next-header field.
package struct ExtensionHeader: Sendable {
    package var number: UInt8
    /// Everything but the first byte.
    package var rest: [UInt8]

    package init(number: UInt8, rest: [UInt8]) {
        self.number = number
        self.rest = rest
    }

    /// A header counted in units of 8 bytes beyond the first 8 (RFC 8200 section 4).
    private static func counted(_ number: UInt8, _ content: [UInt8]) -> ExtensionHeader {
        let body = content + [UInt8](repeating: 0, count: (14 - content.count % 8) % 8)
        return ExtensionHeader(number: number, rest: [UInt8((body.count + 2) / 8 - 1)] + body)
    }

    /// Default: one PadN option.
    package static func hopByHop(_ options: [UInt8] = [1, 4, 0, 0, 0, 0]) -> ExtensionHeader {
        counted(0, options)
    }

    package static func destinationOptions(_ options: [UInt8] = [1, 4, 0, 0, 0, 0])
        -> ExtensionHeader
    { counted(60, options) }

    package static func routing(type: UInt8 = 4, segmentsLeft: UInt8 = 0) -> ExtensionHeader {
        counted(43, [type, segmentsLeft, 0, 0, 0, 0])
    }

    package static func fragment(
        offset: Int, more: Bool, identification: UInt32 = 0x1234
    ) -> ExtensionHeader {
        ExtensionHeader(
            number: 44,
            rest: [0] + UInt16(offset | (more ? 1 : 0)).wireBytes + identification.wireBytes)
    }

    /// An authentication header with a 96-bit check value (RFC 4302).
    package static func authentication() -> ExtensionHeader {
        ExtensionHeader(
            number: 51,
            rest: [4, 0, 0] + UInt32(0x100).wireBytes + UInt32(1).wireBytes
                + [UInt8](repeating: 0xaa, count: 12))
    }

    package static func mobility() -> ExtensionHeader { counted(135, [0, 0, 0, 0, 0, 0]) }
    package static func hostIdentity() -> ExtensionHeader { counted(139, [1, 1, 0, 0, 0, 0]) }
    package static func shim6() -> ExtensionHeader { counted(140, [0x80, 1, 0, 0, 0, 0]) }
}
