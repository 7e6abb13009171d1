// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// The report for a terminal or a mail: 80 columns, no colour.
package struct TextReport {
    private let figures: Figures
    private let words: ReportWords
    private var lines: [String] = []

    private static let width = 80

    /// - Parameter offset: of the zone in which times are shown. Unit: seconds east of UTC.
    package init(_ figures: Figures, offset: Int) {
        self.figures = figures
        words = ReportWords(offset: offset)
        writeOverview()
        writeTimeline()
        writeSources()
        writePorts()
        write("Kinds", figures.kinds)
        write("Techniques", figures.techniques)
        write("Tools", figures.tools)
        write("Prefixes", figures.prefixes)
        write("Chains", figures.chains)
        write("Interfaces", figures.interfaces)
        writeDecisions()
    }

    /// Lines with a newline at the end of each.
    package var text: String {
        // Nothing that came from outside may steer the terminal or begin a line.
        lines.map { $0.printable.trimmed + "\n" }.joined()
    }

    private mutating func add(_ line: String = "") { lines.append(line) }

    private mutating func head(_ title: String, _ note: String = "") {
        add()
        let room = TextReport.width - title.displayWidth
        add(note.isEmpty ? title : title + note.right(room))
        add(String(repeating: "-", count: TextReport.width))
    }

    private mutating func row(_ label: String, _ text: String) {
        // What is made printable later may be wider than it was.
        add(label.left(12) + text.printable.cut(to: TextReport.width - 12))
    }

    private mutating func writeOverview() {
        add("Picket report")
        add(String(repeating: "=", count: TextReport.width))
        row("from", "\(words.second(figures.start)) \(words.zone(figures.start))")
        row("to", "\(words.second(figures.end)) \(words.zone(figures.end)), \(words.span(figures))")
        if !figures.observers.isEmpty {
            row("host", figures.observers.joined(separator: ", "))
        }
        let worst = figures.worst.map { ", the worst of level \($0)" } ?? ""
        row("scans", "\(ReportWords.number(figures.scans))\(worst)")
        row("sources", ReportWords.number(figures.sources))
        row("packets", ReportWords.number(figures.packets))
        if figures.attempts > 0 {
            row("attempts", "by \(ReportWords.counted(figures.attempts, "source")) without a scan")
        }
        if figures.floods > 0 { row("floods", ReportWords.number(figures.floods)) }
        for (label, count) in [
            ("blocked", figures.blocked), ("unblocked", figures.unblocked),
            ("not blocked", figures.refusedBlocks),
        ] where count > 0 {
            row(label, ReportWords.number(count))
        }
        row("lost", ReportWords.losses(figures.losses) ?? "nothing")
        if figures.scans > 0 {
            let levels = (0...5).reversed().filter { figures.levels[$0] > 0 }
                .map { "\($0): \(ReportWords.number(figures.levels[$0]))" }
            row("by level", levels.joined(separator: "   "))
        }
    }

    private mutating func writeTimeline() {
        let most = figures.timeline.map(\.scans).max() ?? 0
        guard most > 0 else { return }
        head("Scans by time", "found within \(words.width(figures.pieceWidth))")
        for piece in figures.timeline {
            let bar = (piece.scans * 48 + most - 1) / most
            add(
                words.piece(piece.start, width: figures.pieceWidth).left(18)
                    + ReportWords.number(piece.scans).right(10) + "  "
                    + String(repeating: "#", count: bar))
        }
    }

    private mutating func writeSources() {
        guard !figures.topSources.isEmpty else { return }
        let shown = figures.topSources.count
        head(
            "Top sources",
            shown < figures.sources
                ? "\(shown) of \(ReportWords.number(figures.sources)), by level and packets"
                : "by level and packets")
        add(
            "source".left(23) + "lvl".right(5) + "packets".right(11) + "targets".right(8)
                + "hosts".right(7) + "  " + "first".left(11) + "  " + "last".left(11))
        for source in figures.topSources {
            var name = source.name.printable
            if name.displayWidth > 23 {
                add(name)
                name = ""
            }
            add(
                name.left(23) + "\(source.level)".right(5)
                    + ReportWords.number(source.packets).right(11)
                    + ReportWords.estimate(source.targets, isExact: source.isExact).right(8)
                    + ReportWords.estimate(source.hosts, isExact: source.isExact).right(7)
                    + "  " + words.short(source.first) + "  " + words.short(source.last))
            var parts = [ReportWords.kinds(source), source.techniques.joined(separator: ", ")]
            if source.scans > 1 { parts[0] += " (\(ReportWords.counted(source.scans, "scan")))" }
            parts += source.tools
            add("  " + parts.filter { !$0.isEmpty }.joined(separator: "; ").printable.cut(to: 78))
        }
    }

    private mutating func writePorts() {
        guard !figures.ports.isEmpty else { return }
        head("Top ports", "scans that list the port")
        for port in figures.ports {
            add(
                port.name.printable.left(18) + ReportWords.number(port.count).right(10) + "  "
                    + (ServiceNames.name(of: port.name) ?? ""))
        }
    }

    private mutating func write(_ title: String, _ shares: [Figures.Share]) {
        guard !shares.isEmpty else { return }
        head(title)
        add("".left(46) + "scans".right(14) + "packets".right(20))
        for share in shares {
            add(
                share.name.printable.left(46) + ReportWords.number(share.scans).right(14)
                    + ReportWords.number(share.packets).right(20))
        }
    }

    private mutating func writeDecisions() {
        head("Decisions")
        for count in figures.decisions {
            add(count.name.printable.left(46) + ReportWords.number(count.count).right(14))
        }
        add("all".left(46) + ReportWords.number(figures.total).right(14))
    }
}

extension String {
    /// Without spaces at the end.
    fileprivate var trimmed: String {
        var end = endIndex
        while end > startIndex, self[index(before: end)] == " " { end = index(before: end) }
        return String(self[..<end])
    }
}
