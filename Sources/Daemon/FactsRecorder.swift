// SPDX-License-Identifier: GPL-3.0-or-later

import Control
import Dispatch
import Foundation
import HostFacts
import Packets
import Synchronization

/// The facts file: what the host said of itself and from when on, so that a replay sees the same.
///
/// The file is replaced as a whole, so that it is never half written, and a line that found a full
/// disk is there with the next one.
/// Bound: 1 MiB of lines; the oldest go first, the latest always stays.
/// Thread: any; a queue of its own keeps a slow disk from delaying anybody.
final class FactsRecorder: Sendable {
    private let path: String
    private let complaints: Complaints
    /// Hears of every line as well: the journal.
    private let tell: @Sendable (Timestamp, String) -> Void
    private let queue = DispatchQueue(label: "picket.facts")
    /// The lines of the file. Used on the queue alone once the daemon runs.
    private let lines: Mutex<[String]>

    static let limit = 1 << 20

    /// Goes on with the file that is there; one that cannot be read is told and replaced.
    init(
        path: String, complaints: Complaints,
        tell: @escaping @Sendable (Timestamp, String) -> Void = { _, _ in }
    ) {
        self.path = path
        self.tell = tell
        self.complaints = complaints
        var found: [String] = []
        if FileManager.default.fileExists(atPath: path) {
            do {
                let data = try Data(contentsOf: URL(filePath: path))
                found = String(decoding: data.suffix(FactsRecorder.limit), as: UTF8.self)
                    .split(separator: "\n").map(String.init)
                // What was cut at its beginning is no line.
                if data.count > FactsRecorder.limit { found.removeFirst(min(1, found.count)) }
            } catch {
                complaints.tell(
                    "facts",
                    TableFileError(doing: "read the host's facts from", path: path, cause: error))
            }
        }
        lines = Mutex(found)
    }

    /// Records what holds from a moment on; what is known already is not written again.
    func note(_ reading: HostReading, from time: Timestamp) {
        queue.async { [self] in
            let line = StatusReport.Host(reading, from: time).json
            tell(time, line)
            let text: String? = lines.withLock { lines in
                if let last = lines.last, Self.facts(of: last) == Self.facts(of: line) {
                    return nil
                }
                lines.append(line)
                var bytes = lines.reduce(0) { $0 + $1.utf8.count + 1 }
                while bytes > FactsRecorder.limit, lines.count > 1 {
                    bytes -= lines.removeFirst().utf8.count + 1
                }
                return lines.joined(separator: "\n") + "\n"
            }
            if let text { write(text) }
        }
    }

    /// Waits until everything is written, at most for the time given.
    func drain(for limit: Duration = .seconds(2)) {
        let done = DispatchSemaphore(value: 0)
        queue.async { done.signal() }
        _ = done.wait(timeout: .now() + .milliseconds(Int(limit / .milliseconds(1))))
    }

    private func write(_ text: String) {
        do {
            try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
        } catch {
            complaints.tell(
                "facts",
                TableFileError(doing: "record the host's facts in", path: path, cause: error))
        }
    }

    /// A line without its time, which comes last.
    private static func facts(of line: String) -> Substring {
        line.range(of: ",\"time\":", options: .backwards).map { line[..<$0.lowerBound] }
            ?? line[...]
    }
}
