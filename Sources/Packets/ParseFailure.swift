// SPDX-License-Identifier: GPL-3.0-or-later

/// Why the parser refused a packet. Refusals are counted by reason, never logged one by one.
package enum ParseFailure: UInt8, Error, CaseIterable, Sendable, BitwiseCopyable {
    /// The message carried no packet bytes.
    case noPayload
    /// Neither 4 nor 6 in the version field, or not the one that the link layer announced.
    case version
    case truncatedNetworkHeader
    /// A header length or total length that contradicts itself or the bytes that are there.
    case networkLength
    /// An extension header chain that is cut, longer than its bound, or in an impossible order.
    case extensionHeaders
    case truncatedTransportHeader
    /// A data offset, UDP length or checksum coverage that its header cannot have.
    case transportLength
}
