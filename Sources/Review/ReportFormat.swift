// SPDX-License-Identifier: GPL-3.0-or-later

/// What a report is written as: `--format`.
package enum ReportFormat: String, CaseIterable, Sendable {
    case text, html, csv

    /// The whole report.
    ///
    /// - Parameters:
    ///   - offset: of the zone in which times are shown; CSV is in UTC. Unit: seconds east of UTC.
    ///   - version: of the program that wrote it.
    package func text(_ figures: Figures, offset: Int, version: String) -> String {
        switch self {
        case .text: TextReport(figures, offset: offset).text
        case .html: HTMLReport(figures, offset: offset, version: version).text
        case .csv: CSVReport(figures).text
        }
    }
}
