// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Packets
import Testing

@testable import Review

/// What a log prefix, an interface or a host may be called by somebody who means harm.
private let hostile = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'--></style><svg onload=1>",
    "\u{1b}]0;owned\u{7}\u{1b}[2J", "two\nlines\r\nand more", "quote \" and \u{27} and &amp; &",
    "\u{202e}gnp.exe", "\u{2066}isolate", "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(1+1)",
    "  =1+1", "\t=1+1", "\u{ff1d}1+1", "\"\u{301},=1+1", "<\u{301}b>", "nul\u{0}nul",
    "\u{fffe}\u{ffff}", "\u{85}\u{2028}", String(repeating: "x", count: 4000),
    "\u{5e8}\u{5d5}\u{5e2}", "日本語の接頭辞",
]

@Suite("Text from outside in a report")
struct HostileTextTests {
    private func figures(_ text: String) throws -> Figures {
        var record = try scan(at: hour(1), tool: text, prefix: text)
        record.interface = text
        record.observer = text
        record.hook = text
        record.techniques = [text]
        record.kind = text
        record.transport = text
        return ReviewTests.figures(of: [record])
    }

    @Test(
        "A page has no element, attribute or script that did not come from us", arguments: hostile)
    func page(text: String) throws {
        let page = ReportFormat.html.text(try figures(text), offset: 0, version: "0")
        for harm in ["<script", "<img", "<svg onload", "<b>", "\u{1b}", "\u{202e}"] {
            #expect(!page.contains(harm))
        }
        let scalars = page.unicodeScalars
        #expect(scalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 && $0.value != 0x7f })
        let markup = try Markup(page)
        #expect(markup.elements.subtracting(Markup.ours).isEmpty)
        #expect(markup.attributes.isDisjoint(with: ["src", "href", "action", "style", "onload"]))
    }

    @Test(
        "The text has no control character and no line wider than a terminal", arguments: hostile)
    func text(text: String) throws {
        let report = ReportFormat.text.text(try figures(text), offset: 0, version: "0")
        for line in report.split(separator: "\n", omittingEmptySubsequences: false) {
            #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f })
            #expect(String(line).displayWidth <= 80)
            #expect(!line.contains("\u{202e}"))
        }
    }

    @Test("A table's cell is neither a formula nor the end of its row", arguments: hostile)
    func table(text: String) throws {
        let table = ReportFormat.csv.text(try figures(text), offset: 0, version: "0")
        let rows = try CSVTable(table).rows
        #expect(Set(rows.map(\.count)) == [13])
        for cell in rows.joined() {
            let first = cell.unicodeScalars.first { $0 != " " }
            #expect(first.map { !"=+-@\t\r".unicodeScalars.contains($0) } ?? true, "\(cell)")
        }
        #expect(rows.contains { $0[0] == "prefix" })
    }

    @Test("What is harmless is shown as it is")
    func harmless() throws {
        let figures = try figures("日本語 DROP: é ~!$%*()_/\\{}")
        for format in ReportFormat.allCases {
            let text = format.text(figures, offset: 0, version: "0")
            #expect(text.contains("日本語 DROP: é ~!$%*()_/\\{}"))
        }
    }
}

/// A table read as RFC 4180 says.
private struct CSVTable {
    private(set) var rows: [[String]] = []

    init(_ text: String) throws {
        var cell = String.UnicodeScalarView()
        var row: [String] = []
        var scalars = text.unicodeScalars[...]
        while let scalar = scalars.popFirst() {
            switch scalar {
            case "\"":
                #expect(cell.isEmpty)
                while let inner = scalars.popFirst() {
                    if inner == "\"" {
                        guard scalars.first == "\"" else { break }
                        scalars.removeFirst()
                    }
                    cell.append(inner)
                }
            case ",":
                row.append(String(cell))
                cell = String.UnicodeScalarView()
            case "\r":
                let next = scalars.popFirst()
                #expect(next == "\n")
                rows.append(row + [String(cell)])
                (row, cell) = ([], String.UnicodeScalarView())
            default: cell.append(scalar)
            }
        }
        #expect(row.isEmpty && cell.isEmpty, "the last row ends with a newline")
    }
}
