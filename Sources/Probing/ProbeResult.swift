// SPDX-License-Identifier: GPL-3.0-or-later

import Firewalls

/// What became of the packets of one scan.
package struct ProbeResult: Sendable {
    package var scan: ScanType
    package var v6: Bool
    /// How many packets were sent, each to another port.
    package var sent = 0
    /// Ports of which a copy came to a group that is read.
    package var seen: Set<UInt16> = []
    /// Ports that the rules let in, so that there was nothing to see.
    package var letIn: Set<UInt16> = []
    /// What the rules call themselves, in the order in which they were seen first. Printable.
    package var prefixes: [String] = []
    package var groups: [UInt16] = []

    /// Packets that were neither seen nor let in: dropped without a copy.
    package var lost: Int { sent - seen.union(letIn).count }

    package enum Verdict: String, Sendable {
        /// All that was refused was seen.
        case arrived
        /// Most of it.
        case arrivedInPart = "arrived-in-part"
        /// Nothing, or less than half of what was refused.
        case missing
        /// The port that it asks for is open.
        case letIn = "let-in"
    }

    package var verdict: Verdict {
        if seen.isEmpty { return scan == .smb && letIn.count == sent ? .letIn : .missing }
        if lost == 0 { return .arrived }
        return seen.count > lost ? .arrivedInPart : .missing
    }
}
