// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// The report as one self-contained page: no script, nothing that is fetched, well-formed XML too.
package struct HTMLReport {
    private let figures: Figures
    private let words: ReportWords
    private let version: String
    /// The page; elements of a line each, so that a difference is easy to see.
    package private(set) var text = ""

    /// - Parameters:
    ///   - offset: of the zone in which times are shown. Unit: seconds east of UTC.
    ///   - version: of the program that wrote it.
    package init(_ figures: Figures, offset: Int, version: String) {
        self.figures = figures
        self.version = version
        words = ReportWords(offset: offset)
        writeHead()
        writeTiles()
        writeLosses()
        writeTimeline()
        writeSources()
        add("<div class=\"pair\">")
        writePorts()
        write("Danger levels", levels)
        write("Kinds of scan", figures.kinds)
        write("Techniques", figures.techniques)
        write("Tools", figures.tools)
        write("Log prefixes", figures.prefixes)
        write("Chains", figures.chains)
        write("Interfaces", figures.interfaces)
        writeDecisions()
        add("</div>")
        add(
            "<footer><p>Picket \(HTMLText.escape(version)). A source address can be forged: this page"
        )
        add(
            "says what was seen, not who did it. A scan counts once, with its last numbers.</p></footer>"
        )
        add("</main></body></html>")
    }

    private mutating func add(_ line: String) { text += line + "\n" }

    private var period: String {
        "\(words.minute(figures.start)) to \(words.minute(figures.end)) \(words.zone(figures.end))"
    }

    /// Not to be broken at the end of a line.
    private var span: String {
        String(words.span(figures).map { $0 == " " ? "\u{a0}" : $0 })
    }

    private mutating func writeHead() {
        add("<!DOCTYPE html>")
        add("<html lang=\"en\"><head><meta charset=\"utf-8\"/>")
        // A second lock: even if something from outside got through, it could load and run nothing.
        // The nonce only lets our own style in, and need not be secret for that.
        add("<meta http-equiv=\"Content-Security-Policy\"")
        add(" content=\"default-src 'none'; style-src 'nonce-report'\"/>")
        add("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>")
        add("<title>Picket report, \(period)</title>")
        add("<style nonce=\"report\">\(HTMLStyle.css)</style></head>")
        add("<body><main><header><h1>Port scans</h1>")
        let hosts =
            figures.observers.isEmpty
            ? "" : " · " + figures.observers.map(HTMLText.foreign).joined(separator: ", ")
        add("<p class=\"soft\">\(period) (\(span))\(hosts)</p></header>")
    }

    private mutating func writeTiles() {
        add("<dl class=\"tiles\">")
        let (blocked, unblocked) = (figures.blocked, figures.unblocked)
        let refused = figures.refusedBlocks
        tile("Scans", ReportWords.number(figures.scans), figures.scans == 0 ? "none was seen" : nil)
        if let worst = figures.worst {
            tile(
                "Worst level", "<span class=\"level\">\(HTMLReport.swatch(worst)) \(worst)</span>",
                ReportWords.counted(figures.levels[worst], "scan"))
        }
        tile("Sources", ReportWords.number(figures.sources), nil)
        tile("Packets counted", ReportWords.number(figures.packets), nil)
        if figures.attempts > 0 {
            tile(
                "Repeated attempts", ReportWords.number(figures.attempts), "sources without a scan")
        }
        if figures.floods > 0 { tile("Floods", ReportWords.number(figures.floods), nil) }
        if blocked > 0 || unblocked > 0 || refused > 0 {
            var note = unblocked > 0 ? "\(ReportWords.number(unblocked)) unblocked" : ""
            if refused > 0 {
                note += (note.isEmpty ? "" : ", ") + "\(ReportWords.number(refused)) refused"
            }
            tile("Blocked", ReportWords.number(blocked), note.isEmpty ? nil : note)
        }
        if warning == nil {
            let refused = figures.losses.counts.refused
            tile(
                "Events lost", "0",
                refused > 0 ? "\(ReportWords.number(refused)) refused by the parser" : nil)
        }
        add("</dl>")
    }

    private mutating func tile(_ label: String, _ value: String, _ note: String?) {
        let small = note.map { "<small>\($0)</small>" } ?? ""
        add("<div class=\"tile\"><dt>\(label)</dt><dd>\(value)\(small)</dd></div>")
    }

    private mutating func writeLosses() {
        guard let losses = warning else { return }
        add(
            "<p class=\"warn\"><strong>Events lost:</strong> \(losses). What was lost is not in these"
        )
        add("figures.</p>")
    }

    /// What was lost, in a sentence; packets that the parser refused were seen, and warn nobody.
    private var warning: String? {
        let counts = figures.losses.counts
        if counts.gap == 0, counts.drop == 0, figures.losses.isComplete { return nil }
        return ReportWords.losses(figures.losses)
    }

    static func swatch(_ level: Int) -> String { "<i class=\"l\(level)\"></i>" }

    private mutating func writeTimeline() {
        guard figures.scans > 0 else { return }
        add("<section><h2>Scans over time</h2>")
        add(
            "<p class=\"note\">found within \(words.width(figures.pieceWidth)) each, by the highest"
        )
        add("level that they reached; \(words.zone(figures.start))</p>")
        text += TimelinePlot(figures, words: words).svg
        add("<ul class=\"key\">")
        for level in (0...5) where figures.levels[level] > 0 {
            add("<li>\(HTMLReport.swatch(level))level \(level)</li>")
        }
        add("</ul>")
        add("<details><summary>The numbers</summary><table><thead><tr><th scope=\"col\">from</th>")
        for level in 0...5 { add("<th scope=\"col\" class=\"n\">\(level)</th>") }
        add("<th scope=\"col\" class=\"n\">scans</th></tr></thead><tbody>")
        for piece in figures.timeline where piece.scans > 0 {
            let name = words.piece(piece.start, width: figures.pieceWidth)
            add("<tr><th scope=\"row\">\(name)</th>")
            for count in piece.levels { add("<td class=\"n\">\(count)</td>") }
            add("<td class=\"n\">\(piece.scans)</td></tr>")
        }
        add("</tbody></table></details></section>")
    }

    private mutating func writeSources() {
        guard !figures.topSources.isEmpty else { return }
        let shown = ReportWords.number(figures.topSources.count)
        add("<section><h2>Top sources</h2>")
        add("<p class=\"note\">\(shown) of \(ReportWords.number(figures.sources)), by level and")
        add("packets</p><table class=\"cards\"><thead><tr><th scope=\"col\">source</th>")
        add("<th scope=\"col\">level</th><th scope=\"col\">kind, technique, tool</th>")
        for name in ["packets", "targets", "hosts"] {
            add("<th scope=\"col\" class=\"n\">\(name)</th>")
        }
        add("<th scope=\"col\">first and last packet</th></tr></thead><tbody>")
        for source in figures.topSources { write(source) }
        add("</tbody></table></section>")
    }

    private mutating func write(_ source: Figures.Source) {
        var parts = [ReportWords.kinds(source), source.techniques.joined(separator: ", ")]
        if source.scans > 1 { parts[0] += " (\(ReportWords.counted(source.scans, "scan")))" }
        parts += source.tools
        let what = parts.filter { !$0.isEmpty }.joined(separator: " · ")
        let number = { (value: Int) in ReportWords.estimate(value, isExact: source.isExact) }
        add("<tr><th scope=\"row\">\(HTMLText.foreign(source.name))</th>")
        add(
            "<td><span class=\"level\">\(HTMLReport.swatch(source.level))\(source.level)</span></td>"
        )
        add("<td class=\"wide\">\(HTMLText.foreign(what))</td>")
        add("<td class=\"n num\" data-label=\"packets\">\(ReportWords.number(source.packets))</td>")
        add("<td class=\"n num\" data-label=\"targets\">\(number(source.targets))</td>")
        add("<td class=\"n num\" data-label=\"hosts\">\(number(source.hosts))</td>")
        add("<td class=\"wide when\"><span>\(words.short(source.first))</span> –")
        add("<span>\(words.short(source.last))</span></td></tr>")
    }

    private mutating func writePorts() {
        guard !figures.ports.isEmpty else { return }
        add("<section><h2>Top ports</h2>")
        add("<p class=\"note\">scans that list the port among their up to ten</p>")
        text +=
            BarPlot(
                title: "Top ports",
                description: "Scans that list each port; the most frequent first.",
                bars: figures.ports.map { port in
                    BarPlot.Bar(
                        name: port.name, note: ServiceNames.name(of: port.name) ?? "",
                        value: port.count)
                }
            ).svg
        add("</section>")
    }

    private var levels: [Figures.Share] {
        (0...5).reversed().filter { figures.levels[$0] > 0 }
            .map { Figures.Share("\($0)", scans: figures.levels[$0], packets: 0) }
    }

    private mutating func write(_ title: String, _ shares: [Figures.Share]) {
        guard !shares.isEmpty else { return }
        let hasPackets = shares.contains { $0.packets > 0 }
        add("<section><h2>\(title)</h2><table><thead><tr><th scope=\"col\">name</th>")
        add("<th scope=\"col\" class=\"n\">scans</th>")
        if hasPackets { add("<th scope=\"col\" class=\"n\">packets</th>") }
        add("</tr></thead><tbody>")
        for share in shares {
            let mark = hasPackets ? "" : HTMLReport.swatch(Int(share.name) ?? 0)
            add(
                "<tr><th scope=\"row\"><span class=\"level\">\(mark)</span>\(HTMLText.foreign(share.name))</th>"
            )
            add("<td class=\"n\">\(ReportWords.number(share.scans))</td>")
            if hasPackets { add("<td class=\"n\">\(ReportWords.number(share.packets))</td>") }
            add("</tr>")
        }
        add("</tbody></table></section>")
    }

    private mutating func writeDecisions() {
        add("<section><h2>Decisions</h2><table><thead><tr><th scope=\"col\">action</th>")
        add("<th scope=\"col\" class=\"n\">number</th></tr></thead><tbody>")
        for count in figures.decisions {
            add("<tr><th scope=\"row\">\(HTMLText.foreign(count.name))</th>")
            add("<td class=\"n\">\(ReportWords.number(count.count))</td></tr>")
        }
        add("<tr><th scope=\"row\">all</th>")
        add(
            "<td class=\"n\">\(ReportWords.number(figures.total))</td></tr></tbody></table></section>"
        )
    }
}
