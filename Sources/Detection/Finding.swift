// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// Something that the detector found out, with the numbers at that moment.
package struct Finding: Hashable, Sendable {
    package enum Event: Hashable, Sendable {
        /// The distinct targets reached the threshold.
        case scanDetected
        /// The danger level rose.
        case scanEscalated
        /// The lifetime is over, the input ended, or the record was needed for another source.
        case scanEnded(EndReason)
        /// So many counted packets within the window, whatever their targets.
        case attemptsRepeated(packets: Int)
        /// A great many new sources, one packet each, ask for one target or port.
        case floodDetected(FloodCounts)
        case floodEnded(FloodCounts)
    }

    package enum EndReason: Hashable, Sendable {
        case lifetimeOver, inputEnded, memoryFull
        /// The source turned out to be one of a set, whose scan goes on.
        case joined
    }

    package var event: Event
    /// When it was found: the deciding packet's time, or the moment the lifetime was over.
    package var time: Timestamp
    package var summary: ScanSummary

    package init(event: Event, time: Timestamp, summary: ScanSummary) {
        self.event = event
        self.time = time
        self.summary = summary
    }
}
