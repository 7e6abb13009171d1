// SPDX-License-Identifier: GPL-3.0-or-later

import Captures
import Decisions
import Detection
import Packets
import Testing

@testable import Daemon

@Suite("The summary of a replay")
struct ReplaySummaryTests {
    private func progress(packets: UInt64) -> CaptureProgress {
        var progress = CaptureProgress()
        progress.packets = packets
        return progress
    }

    @Test("Nothing read says so")
    func nothing() {
        #expect(
            ReplaySummary().lines(processorTime: .zero) == [
                "0 packets, 0.0 s of CPU", "decisions: none",
            ])
    }

    @Test("One packet is one packet, and its traffic lasts no time")
    func one() {
        var summary = ReplaySummary()
        summary.files = 1
        var input = progress(packets: 1)
        input.lines = 1
        summary.add(input)
        summary.note(Timestamp(seconds: 5))
        #expect(
            summary.lines(processorTime: .milliseconds(50)).first
                == "1 packet in 1 line (0 without a packet), 0.0 s of traffic, 0.05 s of CPU")
    }

    @Test("Packets, files, time and speed of several files")
    func several() {
        var summary = ReplaySummary()
        summary.files = 2
        summary.add(progress(packets: 600_000))
        summary.add(progress(packets: 400_000))
        // Not in order.
        summary.note(Timestamp(seconds: 100))
        summary.note(Timestamp(seconds: 40))
        #expect(
            summary.lines(processorTime: .milliseconds(500)).first
                == "1000000 packets of 2 files, 60.0 s of traffic, 0.5 s of CPU "
                + "(2000000 packets a CPU second)")
    }

    @Test("Whatever was not understood is told by reason, and what was decided by action")
    func parts() {
        var summary = ReplaySummary()
        var input = progress(packets: 5)
        input.refused = [.truncatedTransportHeader: 2]
        input.otherProtocols = 3
        input.linesCut = 1
        summary.add(input)
        summary.grades = [(.probe, 3), (.late, 0), (.refused, 2)]
        summary.martians = ["martian source 192.0.2.10 from 127.0.0.1: 1 packet"]
        var decisions = DecisionCounts()
        decisions[.scanEnded] = 2
        summary.add(decisions)
        #expect(
            Array(summary.lines(processorTime: .zero).dropFirst()) == [
                "grades: 3 probe, 2 refused", "refused: 2 truncatedTransportHeader",
                "not IP: 3, not counted as packets", "lines cut for their length: 1",
                "martian source 192.0.2.10 from 127.0.0.1: 1 packet", "decisions: 2 scan-ended",
            ])
    }
}
