// SPDX-License-Identifier: GPL-3.0-or-later

import Detection

/// Events by group and grade.
///
/// Bound: groups are the settings', a handful; those beyond the first eight share the last row.
struct EventCounts: Sendable {
    private static let grades = Grade.allCases.count
    private static let mostGroups = 8

    private(set) var groups: [UInt16?] = []
    private var rows: [[Int]] = []
    private(set) var events = 0

    mutating func add(_ grade: Grade, group: UInt16?) {
        events &+= 1
        let row: Int
        if let known = groups.firstIndex(of: group) {
            row = known
        } else if groups.count < EventCounts.mostGroups {
            row = groups.count
            groups.append(group)
            rows.append([Int](repeating: 0, count: EventCounts.grades))
        } else {
            row = groups.count - 1
        }
        rows[row][Int(grade.rawValue)] &+= 1
    }

    func total(_ grade: Grade) -> Int {
        rows.reduce(0) { $0 &+ $1[Int(grade.rawValue)] }
    }

    func count(_ grade: Grade, group: UInt16?) -> Int {
        guard let row = groups.firstIndex(of: group) else { return 0 }
        return rows[row][Int(grade.rawValue)]
    }
}
