// SPDX-License-Identifier: GPL-3.0-or-later

import Detection
import Packets

/// The line for people: when, what, how bad, the sentence, and in brackets where and what is lost.
///
/// Columns are of fixed width up to the sentence, and lines of one zone sort by time.
struct TextLine {
    let line: String

    init(_ decision: Decision, observer: Observer) {
        let time = CivilTime(decision.time, offset: observer.localTimeOffset)
        let action = decision.action.rawValue
        // `attempts-repeated` and `signature-matched` are the longest actions.
        let padding = String(repeating: " ", count: max(0, 17 - action.utf8.count))
        var line = "\(time.date) \(time.clockWithMilliseconds)\(time.zone) \(action)\(padding)"
        line += " level \(decision.level): \(decision.reason)"
        for note in [TextLine.place(decision), TextLine.loss(decision)] where !note.isEmpty {
            line += " [\(note.joined(separator: ", "))]"
        }
        self.line = line.printable
    }

    private static func place(_ decision: Decision) -> [String] {
        var notes: [String] = []
        if let direction = decision.scan?.direction, direction != .inbound {
            notes.append(direction.rawValue)
        }
        let origin = decision.origin
        if !origin.prefix.isEmpty { notes.append("prefix \(origin.prefix)") }
        if !origin.interfaceIn.isEmpty { notes.append("in \(origin.interfaceIn)") }
        if !origin.interfaceOut.isEmpty { notes.append("out \(origin.interfaceOut)") }
        return notes
    }

    /// Empty for a `loss` decision, whose sentence says it.
    private static func loss(_ decision: Decision) -> [String] {
        guard decision.action != .loss else { return [] }
        var notes: [String] = []
        if decision.loss.gap > 0 { notes.append("lost \(decision.loss.gap) in the kernel") }
        if decision.loss.drop > 0 { notes.append("lost \(decision.loss.drop) in the ring") }
        if decision.loss.refused > 0 { notes.append("refused \(decision.loss.refused)") }
        return notes
    }
}
