// SPDX-License-Identifier: GPL-3.0-or-later

/// Events that did not reach the detector, since the start.
package struct LossCounts: Hashable, Sendable {
    /// Lost in the kernel: missing sequence numbers of the NFLOG group.
    package var gap: UInt64
    /// Lost in the ring: the detector was behind.
    package var drop: UInt64
    /// Seen, but not understood: refused by the parser.
    package var refused: UInt64

    package init(gap: UInt64 = 0, drop: UInt64 = 0, refused: UInt64 = 0) {
        self.gap = gap
        self.drop = drop
        self.refused = refused
    }
}
