// SPDX-License-Identifier: GPL-3.0-or-later

/// How a file was compressed, and the command that undoes it.
package enum Compression: String, Sendable {
    case gzip, xz, zstd, bzip2, lz4

    package var command: String {
        switch self {
        case .gzip: "zcat"
        case .xz: "xzcat"
        case .zstd: "zstdcat"
        case .bzip2: "bzcat"
        case .lz4: "lz4cat"
        }
    }
}

/// What an input is, told by its first bytes.
enum CaptureFormat: Equatable {
    case packets
    case logText
    case scenario
    case compressed(Compression)
    case unknown

    /// Source: pcap-savefile(5), with pcap's modified magic of 1998 and the nanosecond one; the
    /// block type of draft-ietf-opsawg-pcapng section 4.1; each compressor's file format.
    init(head: Span<UInt8>) {
        let magic = head.count >= 4 ? head.bigEndian32(at: 0) : 0
        switch magic {
        case 0xa1b2_c3d4, 0xd4c3_b2a1, 0xa1b2_3c4d, 0x4d3c_b2a1, 0xa1b2_cd34, 0x34cd_b2a1,
            0x0a0d_0d0a:
            self = .packets
        case 0xfd37_7a58: self = .compressed(.xz)
        case 0x28b5_2ffd: self = .compressed(.zstd)
        case 0x0422_4d18: self = .compressed(.lz4)
        case _ where magic >> 16 == 0x1f8b: self = .compressed(.gzip)
        case _ where magic >> 8 == 0x425a68 && !CaptureFormat.isText(head):
            self = .compressed(.bzip2)
        default:
            guard CaptureFormat.isText(head) else {
                self = .unknown
                return
            }
            self = CaptureFormat.isScenario(head) ? .scenario : .logText
        }
    }

    /// Whether so few bytes cannot tell: not a whole magic, or the title of what may be a scenario.
    static func needsMore(_ head: Span<UInt8>) -> Bool {
        guard head.count >= 4 else { return true }
        if head.bigEndian32(at: 0) == 0x0a0d_0d0a { return false }
        for index in head.indices where !head.isBlank(at: index) {
            return head[index] == UInt8(ascii: "#")
        }
        return true
    }

    /// Text has at most one byte in ten that is neither printable nor part of UTF-8: log lines quote
    /// what outsiders send, so a few must be borne. NUL is in no text but a log whose machine lost its
    /// power, where whole blocks were never written: believed beside a line with a packet.
    private static func isText(_ head: Span<UInt8>) -> Bool {
        var strange = 0
        var nulls = 0
        var index = 0
        while index < head.count {
            let byte = head[index]
            if byte == 0 {
                nulls += 1
                index += 1
                continue
            }
            if byte >= 0x80 {
                let length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 0
                let end = index + max(length, 1)
                var whole = length > 0 && byte < 0xf5
                for next in (index + 1)..<max(end, index + 1) where next < head.count {
                    if head[next] & 0xc0 != 0x80 { whole = false }
                }
                if whole {
                    index = end
                    continue
                }
                strange += 1
            } else if byte < 0x20 && !(0x07...0x0d).contains(byte) && byte != 0x1b {
                strange += 1
            }
            index += 1
        }
        return strange * 10 <= head.count - nulls && (nulls == 0 || namesPacket(head))
    }

    /// Whether a line has the addresses of a packet, as the kernel's log writes them.
    private static func namesPacket(_ head: Span<UInt8>) -> Bool {
        for index in head.indices where head[index] == UInt8(ascii: "S") {
            if head.holds("SRC=", at: index), index > 0, head[index - 1] == 0x20 { return true }
        }
        return false
    }

    /// A title and, on a later line, one packet of the notation.
    private static func isScenario(_ head: Span<UInt8>) -> Bool {
        var index = 0
        while index < head.count, head.isBlank(at: index) { index += 1 }
        guard index < head.count, head[index] == UInt8(ascii: "#") else { return false }
        while index < head.count, head[index] != 0x0a { index += 1 }
        while index + 2 < head.count {
            if head[index] == 0x20, head[index + 1] == UInt8(ascii: ">"), head[index + 2] == 0x20 {
                return true
            }
            index += 1
        }
        return false
    }
}
