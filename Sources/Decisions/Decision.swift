// SPDX-License-Identifier: GPL-3.0-or-later

import Detection
import Packets

/// What Picket says, once: an action with the reason, the numbers, and what was not seen.
package struct Decision: Hashable, Sendable {
    /// `event.action`.
    package enum Action: String, CaseIterable, Sendable {
        case scanDetected = "scan-detected"
        case scanEscalated = "scan-escalated"
        case scanEnded = "scan-ended"
        case attemptsRepeated = "attempts-repeated"
        case floodDetected = "flood-detected"
        case floodEnded = "flood-ended"
        case loss
    }

    /// Counts up by one from 1 over a run, so that a reader sees that nothing is missing.
    package var sequence: UInt64
    package var time: Timestamp
    package var action: Action
    /// The danger level, 0...5; 0 for `loss`, at most 1 for `attempts-repeated`.
    package var level: Int
    /// One English sentence without a full stop.
    package var reason: String
    /// Nil for `loss`. Of a flood: what was asked of whom.
    package var scan: ScanSummary?
    /// How many sources and how fast; only for floods.
    package var flood: FloodCounts?
    /// How many packets came within the window; only for `attempts-repeated`.
    package var attempts: Int?
    /// Why the scan ended; only for `scan-ended`.
    package var ending: Finding.EndReason?
    /// Where the last counted packet came from.
    package var origin: Origin
    /// Everything lost until now, at each step.
    package var loss: LossCounts

    package init(
        sequence: UInt64, time: Timestamp, action: Action, level: Int, reason: String,
        scan: ScanSummary? = nil, flood: FloodCounts? = nil, attempts: Int? = nil,
        ending: Finding.EndReason? = nil, origin: Origin = Origin(), loss: LossCounts = LossCounts()
    ) {
        self.sequence = sequence
        self.time = time
        self.action = action
        self.level = level
        self.reason = reason
        self.scan = scan
        self.flood = flood
        self.attempts = attempts
        self.ending = ending
        self.origin = origin
        self.loss = loss
    }
}
