// SPDX-License-Identifier: GPL-3.0-or-later

import Captures
import Configuration
import Decisions
import Foundation
import Packets

/// `picket replay`: files in, decisions on standard output, a summary on standard error.
package struct ReplayRun {
    private let files: [String]
    private let settings: Settings
    private let facts: FactsHistory?
    private let format: DecisionFormat
    private let quiet: Bool
    private let byTime: Bool

    /// Output is written in blocks of this size. Unit: bytes.
    private static let block = 64 << 10

    /// - Parameter facts: what the host said of itself over time; nil: as the settings state.
    /// - Parameter byTime: whether packets of all files are played in one order, each once.
    package init(
        files: [String], settings: Settings, facts: FactsHistory? = nil, format: DecisionFormat,
        quiet: Bool, byTime: Bool = false
    ) {
        self.byTime = byTime
        self.files = files
        self.settings = settings
        self.facts = facts
        self.format = format
        self.quiet = quiet
    }

    /// SIGINT and SIGTERM end the input: what was decided until then is printed, open scans end,
    /// and the process ends by the signal.
    ///
    /// Throws: ``CaptureError`` for the first file that cannot be read on; what its packets and
    /// those of the files before it led to is printed all the same.
    package func run() throws {
        System.ignoreBrokenPipes()
        System.catchInterrupts()
        let observer = HostObserver()
        // Who looks on, or feeds a log that still grows, wants each decision at once.
        let isLive = System.outputIsTerminal || files.contains("-")
        var output = StandardOutput(blockBytes: isLive ? 0 : ReplayRun.block)
        var replay = Replay(settings: settings, facts: facts)
        let meter = ProgressMeter(enabled: !quiet && System.errorIsTerminal)
        func carryOut(_ decision: Decision) throws {
            try output.line { observer.write(decision, as: format, to: &$0) }
        }
        var failure: CaptureError?
        if byTime {
            failure = try replay.readByTime(
                paths: files, options: { ReplayRun.options(for: $0, settings) },
                carryOut: carryOut)
        }
        for file in byTime ? [] : files where System.interrupt == nil {
            do {
                try replay.read(
                    path: file, options: ReplayRun.options(for: file, settings), carryOut: carryOut
                ) {
                    meter.show(file: file, $0)
                    if System.interrupt != nil { throw Interrupted() }
                }
            } catch let error as CaptureError {
                failure = error
                break
            } catch is Interrupted {}
        }
        meter.clear()
        try replay.finish(carryOut: carryOut)
        try output.flush()
        let interrupt = System.interrupt
        if !quiet, replay.summary.files > 0 {
            if interrupt != nil { System.say("interrupted: the rest of the input was not read") }
            for line in replay.summary.lines(processorTime: System.processorTime) {
                System.say(line)
            }
        }
        if let interrupt { System.die(of: interrupt) }
        if let failure { throw failure }
    }

    /// Leaves the reading of a file when a signal came.
    private struct Interrupted: Error {}

    /// The year of log lines comes from the file's own age, so that a replay does not change with
    /// the day on which it is made.
    static func options(for file: String, _ settings: Settings) -> CaptureOptions {
        let attributes = try? FileManager.default.attributesOfItem(atPath: file)
        let changed = attributes?[.modificationDate] as? Date
        let reference =
            changed.map { Timestamp(seconds: Int64($0.timeIntervalSince1970)) } ?? System.now
        return CaptureOptions(
            referenceTime: reference, utcOffsetSeconds: System.localOffset(at: reference),
            bootTime: System.bootTime,
            acceptedGroups: Set(settings.groups.filter(\.accepted).map(\.group)))
    }
}
