// SPDX-License-Identifier: GPL-3.0-or-later

import Detection

/// Events by group and grade; a value without references, so that a copy costs no allocation.
///
/// Bound: eight groups have a row of their own; any beyond share the last.
struct EventCounts: Sendable {
    private typealias Row = InlineArray<9, Int>

    private var groups = InlineArray<8, UInt16?>(repeating: nil)
    private var rows = InlineArray<8, Row>(repeating: Row(repeating: 0))
    private var used = 0
    private(set) var events = 0

    mutating func add(_ grade: Grade, group: UInt16?) {
        events &+= 1
        rows[row(of: group) ?? newRow(for: group)][Int(grade.rawValue)] &+= 1
    }

    func total(_ grade: Grade) -> Int {
        var sum = 0
        for row in 0..<used { sum &+= rows[row][Int(grade.rawValue)] }
        return sum
    }

    func count(_ grade: Grade, group: UInt16?) -> Int {
        row(of: group).map { rows[$0][Int(grade.rawValue)] } ?? 0
    }

    private func row(of group: UInt16?) -> Int? {
        for row in 0..<used where groups[row] == group { return row }
        return nil
    }

    private mutating func newRow(for group: UInt16?) -> Int {
        guard used < groups.count else { return used - 1 }
        groups[used] = group
        used += 1
        return used - 1
    }
}
