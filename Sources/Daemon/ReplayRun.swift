// SPDX-License-Identifier: GPL-3.0-or-later

import Captures
import Decisions
import Foundation
import Packets
import Settings

/// `picket replay`: files in, decisions on standard output, a summary on standard error.
package struct ReplayRun {
    private let files: [String]
    private let settings: Settings
    private let format: DecisionFormat
    private let quiet: Bool

    /// Output is written in blocks of this size. Unit: bytes.
    private static let block = 64 << 10

    package init(files: [String], settings: Settings, format: DecisionFormat, quiet: Bool) {
        self.files = files
        self.settings = settings
        self.format = format
        self.quiet = quiet
    }

    /// Throws: ``CaptureError`` for the first file that cannot be read on; what its packets and
    /// those of the files before it led to is printed all the same.
    package func run() throws {
        System.ignoreBrokenPipes()
        let observer = Observer.thisHost
        var output = StandardOutput(blockBytes: ReplayRun.block)
        var replay = Replay(settings: settings)
        let meter = ProgressMeter(enabled: !quiet && System.errorIsTerminal)
        func carryOut(_ decision: Decision) throws {
            if let line = format.line(decision, observer: observer) { try output.line(line) }
        }
        var failure: CaptureError?
        for file in files {
            do {
                try replay.read(
                    path: file, options: options(for: file), carryOut: carryOut,
                    progress: { meter.show(file: file, $0) })
            } catch let error as CaptureError {
                failure = error
                break
            }
        }
        meter.clear()
        try replay.finish(carryOut: carryOut)
        try output.flush()
        if !quiet {
            for line in replay.summary.lines(processorTime: System.processorTime) {
                System.say(line)
            }
        }
        if let failure { throw failure }
    }

    /// The year of log lines comes from the file's own age, so that a replay does not change with
    /// the day on which it is made.
    private func options(for file: String) -> CaptureOptions {
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
