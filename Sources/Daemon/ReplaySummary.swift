// SPDX-License-Identifier: GPL-3.0-or-later

import Captures
import Decisions
import Detection
import Packets

/// What a replay read and what came of it, for the words at its end.
package struct ReplaySummary {
    var files = 0
    var input = CaptureProgress()
    /// The earliest and the latest packet.
    var first: Timestamp?
    var last: Timestamp?
    var grades: [(Grade, Int)] = []
    var martians: [String] = []
    var traceroutes: [String] = []
    private var actions = DecisionCounts()

    mutating func note(_ time: Timestamp) {
        first = min(first ?? time, time)
        last = max(last ?? time, time)
    }

    mutating func add(_ counts: DecisionCounts) { actions.add(counts) }

    mutating func add(_ progress: CaptureProgress) {
        input.packets &+= progress.packets
        input.lines &+= progress.lines
        input.linesWithoutPacket &+= progress.linesWithoutPacket
        input.linesCut &+= progress.linesCut
        input.otherProtocols &+= progress.otherProtocols
        input.refused.merge(progress.refused, uniquingKeysWith: &+)
    }

    /// The summary in lines of text.
    ///
    /// - Parameter processorTime: what the replay has used, for the rate.
    package func lines(processorTime: Duration) -> [String] {
        var lines = [read(processorTime: processorTime)]
        let graded = grades.filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }
        if !graded.isEmpty { lines.append("grades: " + graded.joined(separator: ", ")) }
        let refused = ParseFailure.allCases.compactMap { reason in
            input.refused[reason].map { "\($0) \(reason)" }
        }
        if !refused.isEmpty { lines.append("refused: " + refused.joined(separator: ", ")) }
        if input.otherProtocols > 0 {
            lines.append("not IP: \(input.otherProtocols), not counted as packets")
        }
        if input.linesCut > 0 { lines.append("lines cut for their length: \(input.linesCut)") }
        lines += martians
        lines += traceroutes
        let decided = Decision.Action.allCases.filter { actions[$0] > 0 }
            .map { "\(actions[$0]) \($0.rawValue)" }
        lines.append("decisions: " + (decided.isEmpty ? "none" : decided.joined(separator: ", ")))
        return lines
    }

    private func read(processorTime: Duration) -> String {
        var text = counted(input.packets, "packet")
        if input.lines > 0 {
            text += " in \(counted(input.lines, "line"))"
            text += " (\(input.linesWithoutPacket) without a packet)"
        }
        if files > 1 { text += " of \(files) files" }
        if let first, let last {
            let seconds = Double(last.nanoseconds(since: first)) / 1e9
            text += ", \(rounded(seconds)) s of traffic"
        }
        let used = processorTime / .seconds(1)
        text += ", \(rounded(used)) s of CPU"
        if used > 0.1 { text += " (\(Int(Double(input.packets) / used)) packets a CPU second)" }
        return text
    }

    private func counted(_ count: UInt64, _ noun: String) -> String {
        "\(count) \(noun)\(count == 1 ? "" : "s")"
    }

    private func rounded(_ value: Double) -> String {
        String((value * 100).rounded() / 100)
    }
}

/// How many decisions there were of each action.
package struct DecisionCounts {
    private static let actions = Decision.Action.allCases
    private var counts = [Int](repeating: 0, count: actions.count)

    subscript(action: Decision.Action) -> Int {
        get { DecisionCounts.actions.firstIndex(of: action).map { counts[$0] } ?? 0 }
        set {
            if let index = DecisionCounts.actions.firstIndex(of: action) {
                counts[index] = newValue
            }
        }
    }

    mutating func add(_ other: DecisionCounts) {
        for index in counts.indices { counts[index] &+= other.counts[index] }
    }
}
