// SPDX-License-Identifier: GPL-3.0-or-later

/// What one packet is evidence of. Every packet has exactly one grade.
package enum Grade: UInt8, CaseIterable, Sendable {
    /// The firewall let it through: never a probe, and the other side of the odds.
    case accepted
    /// Only somebody asking "are you there?" sends it.
    case probe
    /// A scan or a stray: it takes many to say which.
    case ambiguous
    /// The tail of a conversation that the firewall has forgotten.
    case late
    /// The answer of a victim whom somebody flooded in a forged name.
    case backscatter
    /// The neighbourhood talking.
    case chatter
    /// Addresses that cannot be on that wire.
    case martian
    /// A later fragment.
    case fragment
    /// Headers truncated or contradictory, or no payload.
    case refused
}
