// SPDX-License-Identifier: GPL-3.0-or-later

/// Whether something was seen before.
enum Novelty: Sendable {
    case new
    /// Seen, but only as an ambiguous packet's target until now.
    case stronger
    case repeated
    /// Beyond the exact count nobody can tell.
    case unknown
}
