// SPDX-License-Identifier: GPL-3.0-or-later

import Control
import Packets

/// `picket top` as lines of text: a header, the sources, and the keys.
package struct TopScreen {
    private let model: TopModel
    private let width: Int
    private let style: Style
    private let words: ReportWords

    /// - Parameters:
    ///   - width: columns of the terminal.
    ///   - offset: of the zone in which the time is shown. Unit: seconds east of UTC.
    package init(_ model: TopModel, width: Int, style: Style, offset: Int) {
        self.model = model
        self.width = max(1, width)
        self.style = style
        words = ReportWords(offset: offset)
    }

    /// The lines of a screen of that height; the first `offset` sources are scrolled away.
    package func lines(height: Int, offset: Int) -> [String] {
        let body = max(0, height - TopScreen.headLines - 1)
        let rows = table(rows: model.rows.dropFirst(offset).prefix(body))
        var lines = (head + rows).prefix(max(0, height - 1))
        while lines.count < height - 1 { lines.append("") }
        return lines + (height > 0 ? [keys] : [])
    }

    /// All of it, for who does not look at a terminal.
    package var snapshot: [String] { head + table(rows: model.rows[...]) }

    /// Lines above the sources, with the names of the columns.
    static let headLines = 5

    /// How many sources a screen of that height shows.
    package static func rows(height: Int) -> Int { max(1, height - headLines - 1) }

    private var head: [String] {
        guard let status = model.status, let sources = model.sources else {
            return ["picket top: waiting for the daemon".cut(to: width), "", "", ""]
        }
        let now = Timestamp(nanoseconds: Int64((sources.time * 1e9).clampedToTime))
        let losses = status.losses
        return [
            "picket \(status.version), process \(status.pid)   "
                + "\(words.second(now)) \(words.zone(now))",
            "events  \(TopScreen.rate(status.rates.lastSecond)) a second, "
                + "\(TopScreen.rate(status.rates.lastMinute)) over a minute   "
                + lost(losses),
            "sources \(ReportWords.number(sources.tracked)) tracked, "
                + "\(ReportWords.counted(sources.openScans, "open scan"))",
            "",
        ].map { $0.printable.cut(to: width) }
    }

    private func lost(_ losses: StatusReport.Losses) -> String {
        if losses.gap == 0, losses.drop == 0 { return "lost nothing" }
        return "LOST \(ReportWords.number(losses.gap)) in the kernel, "
            + "\(ReportWords.number(losses.drop)) in the ring"
    }

    private func table(rows: ArraySlice<SourcesReport.Source>) -> [String] {
        let longest = rows.map { $0.source.printable.displayWidth }.max() ?? 0
        let columns = TopColumn.fitting(width, source: longest, order: model.order)
        let names = columns.map { $0.column.name(width: $0.width, sorted: model.order) }
        let header = names.joined(separator: " ")
        let lines = rows.map { source in
            columns.map { column, width in
                let text = column.text(
                    source, rate: model.rate(source), now: model.sources?.time ?? 0)
                let cell = column.isNumber ? text.right(width) : text.printable.left(width)
                return column == .level ? style.ink.level(source.level, cell) : cell
            }.joined(separator: " ")
        }
        return [style.reverse(header.left(width))] + lines
    }

    private var keys: String {
        var parts: [String] = []
        var room = width
        for order in TopOrder.allCases {
            let text = order == model.order ? "[\(order.rawValue)]" : " \(order.rawValue) "
            parts.append(order == model.order ? style.bold(text) : text)
            room -= text.displayWidth
        }
        let rest = " first letter sorts, arrows scroll, q quits"
        guard room >= 0 else { return "q quits".cut(to: width) }
        return parts.joined() + rest.cut(to: room)
    }

    /// `12.3`, `12,345`.
    static func rate(_ value: Double) -> String {
        guard value.isFinite else { return "-" }
        let value = max(0, min(value, 1e15))
        if value >= 100 { return ReportWords.number(Int(value.rounded())) }
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }

    /// How the parts of the screen stand out; what colours there are, if any.
    package struct Style: Sendable {
        /// Whether bold and reverse may be used: on a terminal.
        let isTerminal: Bool
        let ink: Ink

        package init(isTerminal: Bool, ink: Ink) {
            self.isTerminal = isTerminal
            self.ink = ink
        }

        package static let plain = Style(isTerminal: false, ink: .none)

        func reverse(_ text: String) -> String { isTerminal ? "\u{1b}[7m\(text)\u{1b}[0m" : text }
        func bold(_ text: String) -> String { isTerminal ? "\u{1b}[1m\(text)\u{1b}[0m" : text }
    }
}

extension Double {
    /// Nanoseconds that a ``Timestamp`` can hold, whatever the daemon said.
    fileprivate var clampedToTime: Double { isFinite ? max(-9e18, min(self, 9e18)) : 0 }
}
