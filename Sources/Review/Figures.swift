// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Packets

/// A period in numbers: what `picket report` shows, whatever it is shown as.
///
/// A scan is what one source, or one set of sources, did without a pause of a lifetime. It counts
/// once, with the numbers of its last decision in the period.
package struct Figures: Hashable, Sendable {
    /// A name and how many decisions or scans have it.
    package struct Count: Hashable, Sendable {
        package var name: String
        package var count: Int

        package init(_ name: String, _ count: Int) {
            self.name = name
            self.count = count
        }
    }

    /// A name, the scans that have it, and their packets.
    package struct Share: Hashable, Sendable {
        package var name: String
        package var scans: Int
        package var packets: UInt64

        package init(_ name: String, scans: Int, packets: UInt64) {
            self.name = name
            self.scans = scans
            self.packets = packets
        }
    }

    /// One source, or one set of sources, in the period.
    package struct Source: Hashable, Sendable {
        package var name: String
        package var level: Int
        package var scans: Int
        package var kinds: [String]
        package var techniques: [String]
        package var tools: [String]
        package var packets: UInt64
        package var targets: Int
        package var hosts: Int
        package var isExact: Bool
        package var first: Timestamp
        package var last: Timestamp
    }

    /// A piece of the timeline.
    package struct Piece: Hashable, Sendable {
        package var start: Timestamp
        /// Scans that were found in it, by the highest level that they reached, 0...5.
        package var levels: [Int]

        package var scans: Int { levels.reduce(0, +) }
    }

    package struct Losses: Hashable, Sendable {
        package var counts = LossCounts()
        /// Whether decisions from before the period, or the run's first, say where the count began.
        package var isComplete = true
    }

    package var start: Timestamp
    package var end: Timestamp
    /// The machines that decided.
    package var observers: [String] = []
    /// By action, the most frequent first.
    package var decisions: [Count] = []
    package var scans = 0
    package var sources = 0
    package var packets: UInt64 = 0
    /// Sources whose repeated attempts were no scan.
    package var attempts = 0
    package var floods = 0
    package var blocked = 0
    package var unblocked = 0
    /// Sources that would have been blocked, were they not protected.
    package var refusedBlocks = 0
    /// Scans by the highest level, 0...5.
    package var levels = [0, 0, 0, 0, 0, 0]
    package var kinds: [Share] = []
    package var techniques: [Share] = []
    package var tools: [Share] = []
    /// `tcp/22`; scans that have it among the up to 10 ports that a decision lists.
    package var ports: [Count] = []
    package var prefixes: [Share] = []
    package var chains: [Share] = []
    package var interfaces: [Share] = []
    package var topSources: [Source] = []
    package var timeline: [Piece] = []
    /// The width of a piece. Unit: nanoseconds.
    package var pieceWidth: Int64 = 3_600_000_000_000
    package var losses = Losses()

    package init(start: Timestamp, end: Timestamp) {
        self.start = start
        self.end = end
    }

    package func count(of action: String) -> Int {
        decisions.first { $0.name == action }?.count ?? 0
    }

    package var total: Int { decisions.reduce(0) { $0 + $1.count } }

    /// The highest level of a scan; nil without scans.
    package var worst: Int? { levels.lastIndex { $0 > 0 } }
}
