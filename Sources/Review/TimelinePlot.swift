// SPDX-License-Identifier: GPL-3.0-or-later

/// Scans over time as stacked bars, in percent of the width, so that letters keep their size on a
/// phone and on a desk.
struct TimelinePlot {
    private let figures: Figures
    private let words: ReportWords

    private static let top = 16
    private static let height = 160

    init(_ figures: Figures, words: ReportWords) {
        self.figures = figures
        self.words = words
    }

    var svg: String {
        let base = TimelinePlot.top + TimelinePlot.height
        let most = figures.timeline.map(\.scans).max() ?? 0
        let scale = TimelinePlot.scale(most)
        var text =
            "<svg height=\"\(base + 24)\" role=\"img\" aria-labelledby=\"timeline-title timeline-desc\">\n"
            + "<title id=\"timeline-title\">Scans over time</title>\n"
            + "<desc id=\"timeline-desc\">\(description(most))</desc>\n"
        for step in 1...2 {
            let y = base - TimelinePlot.height * step / 2
            text +=
                "<line class=\"grid\" x1=\"0\" x2=\"100%\" y1=\"\(y)\" y2=\"\(y)\"/>\n"
                + "<text x=\"0\" y=\"\(y - 4)\">\(ReportWords.number(scale * step / 2))</text>\n"
        }
        let count = Double(max(1, figures.timeline.count))
        for (place, piece) in figures.timeline.enumerated() where piece.scans > 0 {
            text += bar(piece, at: Double(place) / count, width: 1 / count, scale, base)
        }
        text += "<line class=\"base\" x1=\"0\" x2=\"100%\" y1=\"\(base)\" y2=\"\(base)\"/>\n"
        return text + labels(y: base + 18) + "</svg>\n"
    }

    private func description(_ most: Int) -> String {
        let busiest = figures.timeline.first { $0.scans == most }
        let name = busiest.map { words.piece($0.start, width: figures.pieceWidth) } ?? ""
        return "\(ReportWords.counted(figures.scans, "scan")) in all; at most "
            + "\(ReportWords.number(most)), from \(name) on."
    }

    private func bar(
        _ piece: Figures.Piece, at place: Double, width: Double, _ scale: Int, _ base: Int
    ) -> String {
        let name = words.piece(piece.start, width: figures.pieceWidth)
        var text = "<g><title>\(name): \(ReportWords.counted(piece.scans, "scan"))</title>\n"
        var below = 0
        for level in 0...5 where piece.levels[level] > 0 {
            let low = below * TimelinePlot.height / scale
            below += piece.levels[level]
            // One scan among thousands is still to be seen.
            let high = max(low + 2, below * TimelinePlot.height / scale)
            text +=
                "<rect class=\"l\(level)\" x=\"\(HTMLText.percent(place + width * 0.1))\""
                + " width=\"\(HTMLText.percent(width * 0.8))\" y=\"\(base - high)\""
                + " height=\"\(high - low)\"/>\n"
        }
        return text + "</g>\n"
    }

    /// The first, the middle and the last moment.
    private func labels(y: Int) -> String {
        let last = figures.timeline.count - 1
        guard last >= 0 else { return "" }
        let count = Double(last + 1)
        let width = figures.pieceWidth
        func label(_ place: Int) -> String {
            let name = words.piece(figures.timeline[place].start, width: width)
            return String(name.dropFirst(5))
        }
        var text = "<text x=\"0\" y=\"\(y)\">\(label(0))</text>\n"
        if last >= 4 {
            let middle = (last + 1) / 2
            text +=
                "<text x=\"\(HTMLText.percent(Double(middle) / count))\" y=\"\(y)\""
                + " text-anchor=\"middle\">\(label(middle))</text>\n"
        }
        if last >= 1 {
            text += "<text x=\"100%\" y=\"\(y)\" text-anchor=\"end\">\(label(last))</text>\n"
        }
        return text
    }

    /// The number at the top of the scale: even, and with two digits at most that are not zero.
    static func scale(_ most: Int) -> Int {
        var unit = 1
        while unit < Int.max / 1000, most > 10 * unit { unit *= 10 }
        for tenths in [12, 16, 20, 30, 40, 50, 60, 80, 100] {
            let top = tenths * unit / 10
            if top % 2 == 0, top >= most, top * 10 == tenths * unit { return top }
        }
        return 10 * unit
    }
}
