// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Packets

/// The report for a spreadsheet: one table, whose first column says what a row is about.
///
/// Shape: RFC 4180, UTF-8, CRLF, one header row. A cell that a spreadsheet would take for a formula
/// begins with an apostrophe. Times are RFC 3339 in UTC.
package struct CSVReport {
    private var rows: [[String]] = [CSVReport.columns]

    package static let columns = [
        "section", "name", "count", "scans", "packets", "targets", "hosts", "level", "kinds",
        "techniques", "tools", "first", "last",
    ]

    package init(_ figures: Figures) {
        add("period", "start", ["first": ReportWords.utc(figures.start)])
        add("period", "end", ["last": ReportWords.utc(figures.end)])
        for name in figures.observers { add("host", name) }
        add("total", "scans", ["count": "\(figures.scans)"])
        add("total", "sources", ["count": "\(figures.sources)"])
        add("total", "packets", ["count": "\(figures.packets)"])
        add("total", "attempts", ["count": "\(figures.attempts)"])
        add("total", "floods", ["count": "\(figures.floods)"])
        add("total", "blocked", ["count": "\(figures.blocked)"])
        add("total", "unblocked", ["count": "\(figures.unblocked)"])
        add("total", "not blocked", ["count": "\(figures.refusedBlocks)"])
        add("lost", "gap", ["count": "\(figures.losses.counts.gap)"])
        add("lost", "drop", ["count": "\(figures.losses.counts.drop)"])
        add("lost", "refused", ["count": "\(figures.losses.counts.refused)"])
        for count in figures.decisions { add("decision", count.name, ["count": "\(count.count)"]) }
        for level in 0...5 {
            add("level", "\(level)", ["scans": "\(figures.levels[level])", "level": "\(level)"])
        }
        add("kind", figures.kinds)
        add("technique", figures.techniques)
        add("tool", figures.tools)
        for port in figures.ports { add("port", port.name, ["scans": "\(port.count)"]) }
        add("prefix", figures.prefixes)
        add("chain", figures.chains)
        add("interface", figures.interfaces)
        for source in figures.topSources { add(source) }
        for piece in figures.timeline {
            for level in 0...5 where piece.levels[level] > 0 {
                add(
                    "time", ReportWords.utc(piece.start),
                    [
                        "scans": "\(piece.levels[level])", "level": "\(level)",
                        "first": ReportWords.utc(piece.start),
                        "last": ReportWords.utc(
                            piece.start.advanced(byNanoseconds: figures.pieceWidth)),
                    ])
            }
        }
    }

    package var text: String {
        rows.map { $0.map(CSVReport.cell).joined(separator: ",") + "\r\n" }.joined()
    }

    private mutating func add(_ section: String, _ name: String, _ values: [String: String] = [:]) {
        rows.append(
            CSVReport.columns.map { column in
                column == "section" ? section : column == "name" ? name : values[column] ?? ""
            })
    }

    private mutating func add(_ section: String, _ shares: [Figures.Share]) {
        for share in shares {
            add(
                section, share.name,
                ["scans": "\(share.scans)", "packets": "\(share.packets)"])
        }
    }

    private mutating func add(_ source: Figures.Source) {
        add(
            "source", source.name,
            [
                "scans": "\(source.scans)", "packets": "\(source.packets)",
                "targets": "\(source.targets)", "hosts": "\(source.hosts)",
                "level": "\(source.level)", "kinds": source.kinds.joined(separator: " "),
                "techniques": source.techniques.joined(separator: " "),
                "tools": source.tools.joined(separator: " "),
                "first": ReportWords.utc(source.first),
                "last": ReportWords.utc(source.last),
            ])
    }

    /// One cell: nothing in it is a formula, ends the row, or steers who prints the file.
    ///
    /// Looked at scalar by scalar: a quote with an accent over it is still a quote.
    static func cell(_ text: String) -> String {
        var cell = text.printable
        // Spreadsheets also skip spaces before they look for a formula.
        let first = cell.unicodeScalars.first { $0 != " " }
        if let first, "=+-@\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}".unicodeScalars.contains(first) {
            cell = "'" + cell
        }
        guard cell.unicodeScalars.contains(where: { $0 == "," || $0 == "\"" }) else { return cell }
        var quoted = String.UnicodeScalarView("\"".unicodeScalars)
        for scalar in cell.unicodeScalars {
            if scalar == "\"" { quoted.append(scalar) }
            quoted.append(scalar)
        }
        quoted.append("\"")
        return String(quoted)
    }
}
