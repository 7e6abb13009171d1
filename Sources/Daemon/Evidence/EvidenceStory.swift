// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Detection
import Packets
import Ring

/// What a file of evidence is about.
struct EvidenceStory: Hashable, Sendable {
    /// The file's name: sorts by the moment at which the scan was told of.
    var name: String
    /// Nil for a set of sources.
    var source: Network?
    /// The first packet of the scan.
    var scanStart: Timestamp

    /// - Parameter time: when the scan was told of, or went on after a restart.
    init(_ summary: ScanSummary, at time: Timestamp) {
        scanStart = summary.start
        var name = EvidenceStory.stamp(time) + "_"
        if let crowd = summary.crowd, !crowd.isFlood {
            name += summary.kind.rawValue
            if let destination = summary.destinations.first {
                name += "_" + EvidenceStory.safe("\(destination)")
            }
        } else {
            source = summary.source
            name += EvidenceStory.safe(
                summary.source.isHost ? "\(summary.source.address)" : "\(summary.source)")
        }
        self.name = name + ".pcap"
    }

    /// `20101025T131638.341Z`: in UTC, so that names sort whatever the zone.
    private static func stamp(_ time: Timestamp) -> String {
        let text = time.inUTC.filter { $0 != "-" && $0 != ":" }
        // The last seven are the digits beyond milliseconds, and the Z.
        return text.dropLast(7) + "Z"
    }

    /// An address as a part of a file's name: `2001-db8--_64` for 2001:db8::/64.
    private static func safe(_ address: String) -> String {
        String(address.map { $0 == ":" ? "-" : $0 == "/" ? "_" : $0 })
    }

    /// Whether a file's name is one that we give, so that nobody else's is ever counted or removed.
    static func isName(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard bytes.count > 25, name.hasSuffix(".pcap"), bytes[8] == UInt8(ascii: "T"),
            bytes[15] == UInt8(ascii: "."), bytes[19] == UInt8(ascii: "Z"),
            bytes[20] == UInt8(ascii: "_")
        else { return false }
        return bytes[..<19].enumerated().allSatisfy {
            $0.offset == 8 || $0.offset == 15 || (0x30...0x39).contains($0.element)
        }
    }
}

/// Packets of evidence on their way to the disk.
struct EvidenceBlock: Sendable {
    let packets: PacketBlock
    /// What the files that begin in it are about, by their number.
    var stories: [UInt32: EvidenceStory] = [:]

    init(capacity: Int = EvidenceBlock.capacity) { packets = PacketBlock(capacity: capacity) }

    /// Unit: bytes.
    static let capacity = 512 << 10

    mutating func removeAll() {
        packets.removeAll()
        stories.removeAll(keepingCapacity: true)
    }
}

/// What a record of a block means for its file.
enum EvidenceMark {
    /// One of the first packets.
    static let packet: UInt8 = 0
    /// One of the last ones.
    static let last: UInt8 = 1
    /// The last packets follow, instead of those that were written as such before.
    static let lastBegin: UInt8 = 2
    /// Nothing more comes for the file. `number`: packets of the scan.
    static let end: UInt8 = 3
    static let begin: UInt8 = 4
}
