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
    private let settings: Settings
    /// What the host said over time; nil where nobody recorded it.
    private var facts: FactsHistory?
    package private(set) var summary = ReplaySummary()

    /// Unit: packets.
    private static let progressInterval = 1 << 16

    private static let seed: UInt64 = 0x7069_636b_6574_2121

    package init(settings: Settings, facts: FactsHistory? = nil) {
        self.settings = settings
        self.facts = facts
        analysis = Analysis(
            settings: settings.detection, facts: HostFacts(settings, host: facts?.first),
            seed: Replay.seed)
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
        var counts = DecisionCounts()
        defer { summary.add(counts) }
        var failure: (any Error)?
        var batch = PacketBatch()
        var untilProgress = Replay.progressInterval
        while try reader.fill(&batch) {
            analysis.announce(batch.events)
            for index in 0..<batch.count {
                let event = batch.events[index]
                if !analysis.knows(event.origin) { analysis.admit(reader.origins) }
                summary.note(event.time)
                followHost(to: event.time)
                analysis.observe(event, packet: batch.packet(index)) { decision in
                    if failure != nil { return }
                    do {
                        try carryOut(decision)
                        counts[decision.action] += 1
                    } catch { failure = error }
                }
                if let failure { throw failure }
            }
            untilProgress &-= batch.count
            if untilProgress <= 0 {
                untilProgress = Replay.progressInterval
                try progress(reader.progress)
            }
        }
    }

    /// Reads one file to its end, for later.
    mutating func gather(
        path: String, options: CaptureOptions, into packets: inout MergedPackets
    ) throws {
        var reader = try CaptureReader.open(path: path, options: options, origins: origins)
        defer {
            origins = reader.origins
            summary.add(reader.progress)
        }
        summary.files += 1
        var batch = PacketBatch()
        while try reader.fill(&batch) {
            for index in 0..<batch.count {
                packets.append(batch.events[index], batch.packet(index))
            }
        }
    }

    /// Decides what was gathered.
    mutating func play(_ packets: MergedPackets, carryOut: (Decision) throws -> Void) throws {
        var counts = DecisionCounts()
        defer { summary.add(counts) }
        analysis.admit(origins)
        var failure: (any Error)?
        try packets.play { event, packet in
            summary.note(event.time)
            followHost(to: event.time)
            analysis.observe(event, packet: packet) { decision in
                if failure != nil { return }
                do {
                    try carryOut(decision)
                    counts[decision.action] += 1
                } catch { failure = error }
            }
            if let failure { throw failure }
        }
    }

    /// Takes over what the host said from this event on.
    private mutating func followHost(to time: Timestamp) {
        guard facts != nil else { return }
        if let reading = facts?.change(at: analysis.detector.time(after: time)) {
            analysis.apply(
                settings: settings.detection, facts: HostFacts(settings, host: reading))
        }
    }

    /// The end of all files: open scans end, and the summary is whole.
    package mutating func finish(carryOut: (Decision) throws -> Void) throws {
        var counts = DecisionCounts()
        defer { summary.add(counts) }
        var failure: (any Error)?
        analysis.finish(at: summary.last ?? Timestamp(nanoseconds: 0)) { decision in
            if failure != nil { return }
            do {
                try carryOut(decision)
                counts[decision.action] += 1
            } catch { failure = error }
        }
        if let failure { throw failure }
        summary.grades = Grade.allCases.map { ($0, analysis.counts.total($0)) }
        summary.martians = analysis.martianLines
        summary.traceroutes = analysis.detector.traces.lines
    }
}
