// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// What makes several decisions tell of the same scan: who, and since when.
///
/// Attempts that are no scan are one for each source.
enum EpisodeKey: Hashable {
    case scan(Network, Timestamp)
    case set(Network, Timestamp)
    /// The number that the journal gave a scan or a set.
    case numbered(Int64)
    case attempts(Network)

    /// Stands for the source of a set until the journal's scans are read.
    static let unknown = Network(host: .unspecified)

    init(_ record: DecisionRecord, source: Network) {
        if record.isAttempts {
            self = .attempts(source)
        } else if let number = record.scan {
            self = .numbered(number)
        } else {
            self =
                record.members == nil
                ? .scan(source, record.start) : .set(source, record.start)
        }
    }
}

/// One scan, or a source's repeated attempts, as the period's decisions tell it.
///
/// Shape: no reference but for the key, since there may be a million of them.
struct Episode {
    var source: Network
    var members: UInt32
    /// When the period's first decision about it was taken.
    let found: Timestamp
    var first: Timestamp
    var last: Timestamp
    var packets: UInt64 = 0
    var targets: UInt32 = 0
    var hosts: UInt32 = 0
    var level: UInt8 = 0
    var isScan = false
    var isExact = true
    /// It turned out to be part of a set, which is counted instead.
    var isJoined = false
    /// A bit for each technique, by its number.
    var techniques: UInt64 = 0
    /// Numbers of words.
    var kind: UInt16 = 0
    var tool: UInt16 = 0
    var prefix: UInt16 = 0
    var chain: UInt16 = 0
    var interface: UInt16 = 0
    var transport: UInt16 = 0
    /// Where its ports stand in the pool of all.
    var portStart = 0
    var portCount: UInt8 = 0

    /// Stands for the source of a set until the journal's scans are read.
    static let unknown = Network(host: .unspecified)

    init(_ record: DecisionRecord, source: Network) {
        self.source = source
        members = UInt32(clamping: record.members ?? 0)
        found = record.time
        (first, last) = record.span
    }

    /// The number of sources in words; a set goes by the first of them.
    var name: String {
        let first = source.isHost ? "\(source.address)" : "\(source)"
        return members > 1 ? "\(first) and \(members - 1) others" : first
    }
}
