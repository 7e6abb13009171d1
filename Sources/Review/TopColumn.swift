// SPDX-License-Identifier: GPL-3.0-or-later

import Control

/// A column of `picket top`.
enum TopColumn: CaseIterable {
    case source, level, kind, techniques, tool, packets, targets, hosts, seen, rate

    var isNumber: Bool {
        switch self {
        case .source, .kind, .techniques, .tool: false
        default: true
        }
    }

    /// What it takes at least; that of the source is as its sources are.
    private var least: Int {
        switch self {
        case .source: 15
        case .level: 3
        case .kind: 10
        case .techniques, .tool, .packets, .targets: 7
        case .hosts: 5
        case .seen: 4
        case .rate: 6
        }
    }

    /// Who goes first when the terminal is narrow; the source and its level never go.
    private static let dispensable: [TopColumn] = [
        .techniques, .tool, .kind, .hosts, .targets, .rate, .seen, .packets,
    ]

    /// The columns that there is room for, and how wide each is. What is left goes to the
    /// techniques. The column that is sorted by stays longest.
    static func fitting(
        _ width: Int, source: Int, order: TopOrder
    ) -> [(column: TopColumn, width: Int)] {
        func needed(_ column: TopColumn) -> Int {
            column == .source ? max(column.least, min(source, 43)) : column.least
        }
        func total(_ columns: [TopColumn]) -> Int {
            columns.reduce(-1) { $0 + needed($1) + 1 }
        }
        var columns = allCases
        let sorted = columns.first { $0.order == order }
        for column in dispensable.filter({ $0 != sorted }) + dispensable
        where total(columns) > width {
            columns.removeAll { $0 == column }
        }
        let others = total(columns) - needed(.source)
        guard width > others else { return [(.source, width)] }
        var room = max(0, width - total(columns))
        return columns.map { column in
            // An address that is wider than the terminal is cut.
            if column == .source { return (column, min(needed(column), width - others)) }
            guard column == .techniques else { return (column, needed(column)) }
            let more = min(room, 20)
            room -= more
            return (column, needed(column) + more)
        }
    }

    private var order: TopOrder? {
        switch self {
        case .level: .level
        case .packets: .packets
        case .targets: .targets
        case .hosts: .hosts
        case .seen: .seen
        case .rate: .rate
        case .source, .kind, .techniques, .tool: nil
        }
    }

    func name(width: Int, sorted: TopOrder) -> String {
        let name =
            switch self {
            case .source: "source"
            case .level: "lvl"
            case .kind: "kind"
            case .techniques: "techniques"
            case .tool: "tool"
            case .packets: "packets"
            case .targets: "targets"
            case .hosts: "hosts"
            case .seen: "seen"
            case .rate: "rate/s"
            }
        return isNumber ? name.right(width) : name.left(width)
    }

    /// What stands in it. `now` is the daemon's time in seconds since 1970.
    func text(_ source: SourcesReport.Source, rate: Double?, now: Double) -> String {
        switch self {
        case .source: source.source
        case .level: source.scanning ? "\(source.level)" : "-"
        case .kind: source.kind ?? "-"
        case .techniques: source.techniques.isEmpty ? "-" : source.techniques.joined(separator: ",")
        case .tool: source.tool ?? "-"
        case .packets: TopColumn.short(source.packets)
        case .targets: TopColumn.estimate(source.targets, source.exact)
        case .hosts: TopColumn.estimate(source.hosts, source.exact)
        case .seen: TopColumn.age(now - source.last)
        case .rate: rate.map(TopScreen.rate) ?? "-"
        }
    }

    private static func estimate(_ count: Int, _ isExact: Bool) -> String {
        let number = short(UInt64(max(0, count)))
        return isExact || count <= 256 ? number : "~" + number
    }

    /// `99,999`, `123k`, `1.2M`: at most six columns.
    static func short(_ number: UInt64) -> String {
        if number < 100_000 { return ReportWords.number(number) }
        for (unit, size) in [("k", UInt64(1000)), ("M", 1_000_000), ("G", 1_000_000_000)] {
            let whole = number / size
            if whole < 10, unit != "k" { return "\(whole).\(number / (size / 10) % 10)\(unit)" }
            if whole < 1000 { return "\(whole)\(unit)" }
        }
        return number < 1_000_000_000_000_000 ? "\(number / 1_000_000_000_000)T" : "many"
    }

    /// `3s`, `12m`, `5h`, `14d`.
    static func age(_ seconds: Double) -> String {
        let whole = seconds.isFinite ? Int(max(0, min(seconds, 1e9))) : 0
        if whole < 60 { return "\(whole)s" }
        if whole < 3600 { return "\(whole / 60)m" }
        return whole < 172_800 ? "\(whole / 3600)h" : "\(min(999, whole / 86_400))d"
    }
}
