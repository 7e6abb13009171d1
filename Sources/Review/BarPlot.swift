// SPDX-License-Identifier: GPL-3.0-or-later

/// A list of names with a bar each.
struct BarPlot {
    struct Bar {
        var name: String
        var note: String
        var value: Int
    }

    let title: String
    let description: String
    let bars: [Bar]

    private static let row = 34

    var svg: String {
        let most = Double(max(1, bars.map(\.value).max() ?? 1))
        let id = title.lowercased().split(separator: " ").joined(separator: "-")
        var text =
            "<svg height=\"\(bars.count * BarPlot.row)\" role=\"img\""
            + " aria-labelledby=\"\(id)-title \(id)-desc\">\n"
            + "<title id=\"\(id)-title\">\(HTMLText.escape(title))</title>\n"
            + "<desc id=\"\(id)-desc\">\(HTMLText.escape(description))</desc>\n"
        for (index, bar) in bars.enumerated() {
            let y = index * BarPlot.row
            let name = bar.note.isEmpty ? bar.name : "\(bar.name)  \(bar.note)"
            text +=
                "<g><text class=\"name\" x=\"0\" y=\"\(y + 14)\">\(HTMLText.escape(name))</text>\n"
                + "<text x=\"100%\" y=\"\(y + 14)\" text-anchor=\"end\">"
                + "\(ReportWords.number(bar.value))</text>\n"
                + "<rect class=\"back\" x=\"0\" y=\"\(y + 20)\" width=\"100%\" height=\"7\" rx=\"3.5\"/>\n"
                + "<rect class=\"fill\" x=\"0\" y=\"\(y + 20)\""
                + " width=\"\(HTMLText.percent(max(0.01, Double(bar.value) / most)))\""
                + " height=\"7\" rx=\"3.5\"/></g>\n"
        }
        return text + "</svg>\n"
    }
}
