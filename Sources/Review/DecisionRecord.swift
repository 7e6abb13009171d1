// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Packets

/// What a report needs to know of one decision, wherever the decision is kept.
///
/// Words are those of the decision's JSON, so that a record of an older or newer Picket, or one
/// that somebody edited, is counted as it stands.
package struct DecisionRecord: Hashable, Sendable {
    package var time: Timestamp
    /// `event.action`.
    package var action: String
    package var level = 0
    /// Starts again at 1 with each run of the daemon.
    package var sequence: UInt64 = 0
    /// The machine that decided; empty when it is not told.
    package var observer = ""
    /// The source, or of a set the first member; nil for losses and floods.
    package var source: Network?
    /// How many sources a set has; nil for a single source.
    package var members: Int?
    /// The journal's number of the scan; nil in a log, where source and start tell it.
    package var scan: Int64?
    package var kind: String?
    package var techniques: [String] = []
    package var tool: String?
    package var packets: UInt64 = 0
    package var targets = 0
    package var hosts = 0
    /// Whether targets and hosts are exact.
    package var isExact = true
    /// Up to 10 of the ports.
    package var ports: [UInt16] = []
    package var transport: String?
    /// The first and the last counted packet.
    package var start: Timestamp
    package var end: Timestamp
    package var prefix = ""
    package var hook = ""
    package var interface = ""
    /// `picket.scan.ended`.
    package var ending: String?
    package var loss = LossCounts()

    package init(time: Timestamp, action: String) {
        self.time = time
        self.action = action
        start = time
        end = time
    }

    /// Whether it tells of a scan, and not of attempts, a flood, a loss or a block.
    var isScan: Bool { action.hasPrefix("scan-") && kind != nil }
    var isAttempts: Bool { action == "attempts-repeated" }

    /// From when to when it tells of packets. Of attempts the journal keeps the decision's time
    /// alone, and so that is what counts everywhere.
    var span: (first: Timestamp, last: Timestamp) { isAttempts ? (time, time) : (start, end) }
}
