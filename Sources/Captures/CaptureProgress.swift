// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// How far a capture is read, and what was in it.
package struct CaptureProgress: Hashable, Sendable {
    package var bytesRead: UInt64 = 0
    /// Nil where nobody knows: a pipe.
    package var totalBytes: UInt64?
    /// Packets handed over, the refused ones among them.
    package var packets: UInt64 = 0
    /// Lines of text, whole or cut.
    package var lines: UInt64 = 0
    /// Lines that tell of no packet: the rest of the kernel's log.
    package var linesWithoutPacket: UInt64 = 0
    /// Lines longer than ``LineReader/lineLimit``; only their beginning was read.
    package var linesCut: UInt64 = 0
    /// Packets that were not understood, by reason.
    package var refused: [ParseFailure: UInt64] = [:]
    /// Frames and lines of other link protocols: ARP, spanning tree. They are not handed over.
    package var otherProtocols: UInt64 = 0

    package init() {}
}
