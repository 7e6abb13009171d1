// SPDX-License-Identifier: GPL-3.0-or-later

import Captures
import Configuration
import Decisions
import Detection
import Packets

/// The detector offline: captures and logs in, decisions out, time from the packets.
///
/// The same files with the same settings give the same bytes: the hash key is a constant here,
/// since nobody can aim at a replay, and no clock is asked for anything but the year of log lines.
/// Thread: one.
package struct Replay: ~Copyable {
    private var analysis: Analysis
    /// The origins of all files until now: the next file goes on with their numbers.
    private var origins = OriginTable()
    package private(set) var summary = ReplaySummary()

    private static let seed: UInt64 = 0x7069_636b_6574_2121

    package init(settings: Settings) {
        analysis = Analysis(
            settings: settings.detection, facts: HostFacts(settings), seed: Replay.seed)
    }

    /// Reads one file to its end.
    ///
    /// - Parameter carryOut: gets the decisions in order; what it throws ends the replay.
    /// - Parameter progress: is called now and then with how far the file is read; what it throws
    ///   ends the replay.
    /// Throws: ``CaptureError`` at the place where the file cannot be read on; decisions that the
    /// packets before it led to were carried out.
    package mutating func read(
        path: String, options: CaptureOptions, carryOut: (Decision) throws -> Void,
        progress: (CaptureProgress) throws -> Void
    ) throws {
        var reader = try CaptureReader.open(path: path, options: options, origins: origins)
        defer {
            origins = reader.origins
            summary.add(reader.progress)
        }
        summary.files += 1
        var decided: [Decision] = []
        var packets = 0
        while try reader.next({ event, packet, table in
            if !analysis.knows(event.origin) { analysis.admit(table) }
            summary.note(event.time)
            analysis.observe(event, packet: packet) { decided.append($0) }
        }) {
            packets &+= 1
            if packets & 0xffff == 0 { try progress(reader.progress) }
            guard !decided.isEmpty else { continue }
            for decision in decided { try carryOut(decision) }
            summary.add(decided)
            decided.removeAll(keepingCapacity: true)
        }
    }

    /// The end of all files: open scans end, and the summary is whole.
    package mutating func finish(carryOut: (Decision) throws -> Void) rethrows {
        var decided: [Decision] = []
        let end = summary.last ?? Timestamp(nanoseconds: 0)
        analysis.finish(at: end) { decided.append($0) }
        for decision in decided { try carryOut(decision) }
        summary.add(decided)
        summary.grades = Grade.allCases.map { ($0, analysis.counts.total($0)) }
        summary.martians = analysis.martianLines
        summary.traceroutes = analysis.detector.traces.lines
    }
}
