// SPDX-License-Identifier: GPL-3.0-or-later

extension TCPOptionKinds {
    /// Which options these bytes are, without their order and values: ``TCPOptionList/kinds``.
    ///
    /// Every TCP packet comes through here, and the list is ten times as large as what is asked for.
    @inline(__always)
    init(_ bytes: PacketBytes, _ range: Range<Int>) {
        // The segment size alone: what most scanners send.
        if range.count == 4, bytes.half(range.lowerBound) == 0x0204 {
            self = .maximumSegmentSize
        } else {
            self = TCPOptionKinds.read(bytes, range)
        }
    }

    @inline(never)
    private static func read(_ bytes: PacketBytes, _ range: Range<Int>) -> TCPOptionKinds {
        var kinds: UInt8 = 0
        let end = min(range.upperBound, range.lowerBound &+ 40)
        var offset = range.lowerBound
        while offset < end {
            let kind = bytes.byte(offset)
            if kind == TCPOptionList.Kind.endOfList { break }
            if kind == TCPOptionList.Kind.noOperation {
                offset &+= 1
                continue
            }
            let size = offset &+ 1 < end ? Int(bytes.byte(offset &+ 1)) : 0
            guard size >= 2, offset &+ size <= end else {
                kinds |= TCPOptionKinds.malformed.rawValue
                break
            }
            kinds |= TCPOptionKinds.of(kind, size)
            offset &+= size
        }
        return TCPOptionKinds(rawValue: kinds)
    }

    /// The bit of one option; one that we know has one length only.
    @inline(__always)
    private static func of(_ kind: UInt8, _ size: Int) -> UInt8 {
        switch kind {
        case TCPOptionList.Kind.maximumSegmentSize:
            (size == 4 ? maximumSegmentSize : malformed).rawValue
        case TCPOptionList.Kind.windowScale: (size == 3 ? windowScale : malformed).rawValue
        case TCPOptionList.Kind.sackPermitted: (size == 2 ? sackPermitted : malformed).rawValue
        case TCPOptionList.Kind.timestamps: (size == 10 ? timestamps : malformed).rawValue
        default: other.rawValue
        }
    }
}
