// SPDX-License-Identifier: GPL-3.0-or-later

/// Something in the firewall's rules that keeps packets from Picket.
package struct RuleTrap: Hashable, Sendable {
    package enum Kind: String, Sendable {
        case unfed
        case wrongGroup = "wrong-group"
        case limit = "rate-limit"
        case threshold
        case size
        case missingFamily = "missing-family"
        case kernelLog = "kernel-log"
        case unreachable
        case unseenDrop = "unseen-drop"
        case letIn = "let-in"
        case notLookedAt = "not-looked-at"
    }

    package var kind: Kind
    /// Whether scans are missed; else it is a warning.
    package var isFailure: Bool
    /// The group that it is about; nil: all that are read.
    package var group: UInt16?
    package var finding: String
    package var mend: String
    /// The rules that it is about, as a person finds them.
    package var places: [String] = []
    /// The scans that are missed by it: `-sF`, `IPv6 -sF`.
    package var scans: [String] = []
}
