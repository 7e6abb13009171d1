// SPDX-License-Identifier: GPL-3.0-or-later

/// What the attributes of one log message say, as numbers and places; ``LogMessage`` shows it.
///
/// Trivial, without references to the bytes, so that it outlives its message: the next one often
/// begins with the same bytes, and then only what follows them is read again.
struct MessageFields: BitwiseCopyable {
    var family: UInt8 = 0
    var hook: UInt8 = 0
    var group: UInt16 = 0
    var hardwareProtocol: UInt16 = 0
    var hasPayload = false
    /// A length contradicts another; such a message is counted, not handed over.
    var isMalformed = false
    var interfaceIn: UInt32 = 0
    var interfaceOut: UInt32 = 0
    var prefix = Piece()
    var payload = Piece()
    var linkHeader = Piece()
    var timestamp: (seconds: Int64, nanoseconds: Int64)?
    var sequence: UInt32?
    /// Where the values of these two stand; meaningless where they are nil.
    var timestampStart = 0
    var sequenceStart = 0
    var linkType: UInt16?
    // Seldom there.
    var mark: UInt32?
    var physicalIn: UInt32 = 0
    var physicalOut: UInt32 = 0
    var hardwareAddress: HardwareAddress?
    var vlanTCI: UInt16?
    var vlanProtocol: UInt16?
    var l2Header = Piece()
    var uid: UInt32?
    var gid: UInt32?
    var conntrackInfo: UInt32?
    var conntrack = Piece()

    /// Some bytes of the message; none at all where the attribute is missing.
    struct Piece: BitwiseCopyable {
        var start = 0
        var count = 0
    }
}

extension MessageFields {
    /// Reads what stands after the netlink header: family, group, attributes.
    ///
    /// Unknown attributes are passed over. The first length that cannot be true ends the reading
    /// and marks the message as malformed.
    init(reading bytes: RawSpan) {
        let end = bytes.byteCount
        guard end >= MessageFields.headerLength else {
            isMalformed = true
            return
        }
        family = bytes.byte(at: 0)
        group = bytes.network16(at: 2)
        var offset = MessageFields.headerLength
        // Fewer bytes than a header at the end are padding.
        while end - offset >= Attribute.headerLength {
            let length = Int(bytes.host16(at: offset))
            guard length >= Attribute.headerLength, length <= end - offset else {
                isMalformed = true
                return
            }
            let type = bytes.host16(at: offset + 2) & Attribute.typeMask
            if let attribute = Attribute(rawValue: type) {
                let start = offset + Attribute.headerLength
                let count = length - Attribute.headerLength
                guard count >= attribute.minimumLength else {
                    isMalformed = true
                    return
                }
                take(attribute, from: bytes, at: start, count: count)
            }
            offset += (length + 3) & ~3
        }
    }

    /// Stores one attribute, whose length has been checked.
    private mutating func take(
        _ attribute: Attribute, from bytes: RawSpan, at start: Int, count: Int
    ) {
        let piece = Piece(start: start, count: count)
        switch attribute {
        case .packetHeader:
            hardwareProtocol = bytes.network16(at: start)
            hook = bytes.byte(at: start + 2)
        case .mark: mark = bytes.network32(at: start)
        case .timestamp:
            timestampStart = start
            timestamp = MessageFields.timestamp(bytes, at: start)
        case .interfaceIn: interfaceIn = bytes.network32(at: start)
        case .interfaceOut: interfaceOut = bytes.network32(at: start)
        case .physicalIn: physicalIn = bytes.network32(at: start)
        case .physicalOut: physicalOut = bytes.network32(at: start)
        case .hardwareAddress:
            hardwareAddress = HardwareAddress(
                bits: bytes.network64(at: start + 4),
                length: UInt8(min(bytes.network16(at: start), 8)))
        case .payload:
            payload = piece
            hasPayload = true
        case .prefix: prefix = text(in: bytes, piece)
        case .uid: uid = bytes.network32(at: start)
        case .gid: gid = bytes.network32(at: start)
        case .sequence:
            sequenceStart = start
            sequence = bytes.network32(at: start)
        case .linkType: linkType = bytes.network16(at: start)
        case .linkHeader: linkHeader = piece
        case .linkHeaderLength: break  // the link header's own length says it
        case .conntrack: conntrack = piece
        case .conntrackInfo: conntrackInfo = bytes.network32(at: start)
        case .vlan: takeVLAN(bytes.extracting(start..<start + count))
        case .l2Header: l2Header = piece
        }
    }

    @inline(__always)
    static func timestamp(
        _ bytes: RawSpan, at start: Int
    ) -> (seconds: Int64, nanoseconds: Int64) {
        let microseconds = Int64(truncatingIfNeeded: bytes.network64(at: start + 8))
        return (Int64(truncatingIfNeeded: bytes.network64(at: start)), microseconds &* 1000)
    }

    /// The kernel ends the prefix with a NUL and counts it.
    private func text(in bytes: RawSpan, _ piece: Piece) -> Piece {
        var length = 0
        while length < piece.count, bytes.byte(at: piece.start + length) != 0 { length += 1 }
        return Piece(start: piece.start, count: length)
    }

    private mutating func takeVLAN(_ bytes: RawSpan) {
        let end = bytes.byteCount
        var offset = 0
        while end - offset >= Attribute.headerLength {
            let length = Int(bytes.host16(at: offset))
            guard length >= Attribute.headerLength, length <= end - offset else {
                isMalformed = true
                return
            }
            let type = bytes.host16(at: offset + 2) & Attribute.typeMask
            if type == VLANAttribute.proto || type == VLANAttribute.tci {
                guard length >= Attribute.headerLength + 2 else {
                    isMalformed = true
                    return
                }
                let value = bytes.network16(at: offset + Attribute.headerLength)
                if type == VLANAttribute.tci { vlanTCI = value } else { vlanProtocol = value }
            }
            offset += (length + 3) & ~3
        }
    }

    /// struct nfgenmsg: family, version, group.
    static let headerLength = 4
}
