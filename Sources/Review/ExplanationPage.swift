// SPDX-License-Identifier: GPL-3.0-or-later

import Control
import Decisions
import Detection
import Journal
import Packets

/// An ``Explanation`` as a page in plain sentences.
package struct ExplanationPage {
    private let explanation: Explanation
    private let clock: LocalClock
    private let ink: Ink
    private var lines: [String] = []

    package init(_ explanation: Explanation, clock: LocalClock, ink: Ink) {
        self.explanation = explanation
        self.clock = clock
        self.ink = ink
    }

    /// The lines of the page. Nothing in them steers a terminal but the colours that were asked for.
    package consuming func text() -> [String] {
        lines.append(ink.heading(Words.name(explanation.asked)))
        writePlace()
        writePast()
        writeNow()
        if !explanation.worst.isEmpty { writeWorst() }
        for (index, story) in explanation.scans.enumerated() {
            let isLast = index == explanation.scans.count - 1
            heading(
                isLast
                    ? "The latest scan"
                    : explanation.scans.count - index == 2
                        ? "The scan before" : "The scan before that")
            writeScan(story)
        }
        if explanation.earlierScans > 0 {
            say(
                "\(Words.count(explanation.earlierScans, "earlier scan")) "
                    + "\(explanation.earlierScans == 1 ? "is" : "are") in the journal: "
                    + "picket decisions --source \(Words.name(explanation.asked))")
        }
        writeOthers()
        heading("Blocks")
        writeBlocks()
        return lines
    }

    private mutating func writePlace() {
        let subject = explanation.asked.isHost ? "It" : "The network"
        guard let home = explanation.home else {
            say("\(subject) may be at home or not: neither settings nor journal say where home is.")
            return
        }
        say("\(subject) is \(home.place(of: explanation.asked)).")
    }

    private mutating func writePast() {
        let counts = explanation.counts
        let reach = reachWords
        guard counts.decisions > 0, let first = counts.first, let last = counts.last else {
            say("Nothing was ever decided about it. \(reach)")
            return
        }
        var words = "\(Words.count(counts.decisions, "decision")) "
        words += counts.decisions == 1 ? "is" : "are"
        words += explanation.asked.isHost ? " known of it" : " known of sources there"
        if !explanation.asked.isHost {
            words += " (\(Words.count(counts.sources, "source")))"
        }
        words +=
            first == last
            ? ", made at \(clock.text(first))."
            : ", from \(clock.text(first)) to \(clock.text(last))."
        if counts.inSets > 0 {
            words +=
                " \(counts.inSets) of these \(counts.inSets == 1 ? "is" : "are") about several "
                + "sources that acted as one."
        }
        say(words)
        say(reach)
    }

    private var reachWords: String {
        let reach = explanation.reach
        guard let begun = reach.begun else { return "The journal is empty." }
        guard let first = reach.first else {
            return "The journal was begun at \(clock.text(begun)) and has no decision yet."
        }
        return first < begun || reach.decisions == 0
            ? "The journal reaches back to \(clock.text(first))."
            : "The journal reaches back to \(clock.text(begun)), when it was begun; its first "
                + "decision is of \(clock.text(first))."
    }

    private mutating func writeNow() {
        switch explanation.live {
        case .notAsked: return
        case .silent(let why): say("What the detector has of it now is not known: \(why)")
        case .known(let report): say(Words.now(report))
        }
    }

    private mutating func writeWorst() {
        heading("The worst of them")
        for scan in explanation.worst {
            let level = ink.level(scan.level, "level \(scan.level)")
            lines.append(
                "  \(Words.name(scan.source).printable): \(level), \(scan.kind.printable), "
                    + "\(Words.count(scan.packets, "packet")) to "
                    + "\(Words.count(scan.targets, "target")), \(clock.text(scan.start))")
        }
        say("Ask about one: picket explain \(Words.name(explanation.worst[0].source))")
    }

    private mutating func writeScan(_ story: Explanation.ScanStory) {
        let words = ScanWords(story, settings: explanation.settings, clock: clock)
        say(words.summary)
        for step in story.steps.prefix(Explanation.stepLimit / 2) { writeStep(step) }
        if story.omitted > 0 { say("… \(Words.count(story.omitted, "more decision"))") }
        for step in story.steps.dropFirst(Explanation.stepLimit / 2) { writeStep(step) }
        say(words.counts)
        say(words.techniques)
        say(words.tool)
        say(words.level)
        if let likelihood = words.likelihood { say(likelihood) }
        if let place = words.place { say(place) }
        say(words.loss)
        if story.evidence.isEmpty {
            say("No packets of it are kept.")
        } else {
            for file in story.evidence { say(words.evidence(file)) }
            say("Replay it:")
            let paths = story.evidence.map { Words.shell($0.path) }.joined(separator: " ")
            let facts = explanation.factsPath.map { " --facts \(Words.shell($0))" } ?? ""
            lines.append("    picket replay\(facts) \(paths)".printable)
        }
    }

    private mutating func writeStep(_ step: JournalledDecision) {
        let level = ink.level(step.level, "level \(step.level)")
        lines.append(
            "    \(clock.text(step.time))  \(step.action.printable), \(level): "
                + step.reason.printable)
    }

    private mutating func writeOthers() {
        guard !explanation.others.isEmpty else { return }
        heading(explanation.worst.isEmpty ? "Beside that" : "The latest decisions")
        for decision in explanation.others { writeStep(decision) }
    }

    private mutating func writeBlocks() {
        guard !explanation.blocks.isEmpty else {
            say(
                explanation.counts.decisions == 0
                    ? "It was never blocked. This version of Picket reports and blocks nobody."
                    : "It was not blocked, whatever its level: this version of Picket reports and "
                        + "blocks nobody.")
            return
        }
        for block in explanation.blocks {
            let until = block.until.map { " until \(clock.text($0))" } ?? ""
            say("\(clock.text(block.time)): \(block.state)\(until): \(block.reason)")
        }
    }

    private mutating func heading(_ words: String) {
        lines.append("")
        lines.append(ink.heading(words))
    }

    private mutating func say(_ words: String) {
        lines.append(contentsOf: Words.wrapped("  " + words.printable, to: 88))
    }
}
