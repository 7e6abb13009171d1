// SPDX-License-Identifier: GPL-3.0-or-later

/// What differs between two texts, as `diff -u` shows it.
package enum UnifiedDiff {
    /// How many equal lines are shown around a change.
    private static let context = 3

    /// - Returns: the lines of the diff; empty when both are the same.
    package static func lines(
        from before: [String], to after: [String], names: (before: String, after: String)
    ) -> [String] {
        guard before != after else { return [] }
        let steps = steps(from: before, to: after)
        var result = ["--- \(names.before)", "+++ \(names.after)"]
        for hunk in hunks(of: steps) {
            let old = steps[hunk].count { $0.mark != "+" }
            let new = steps[hunk].count { $0.mark != "-" }
            let first = steps[hunk.lowerBound]
            // diff's habit: an empty side is counted from the line before it.
            result.append(
                "@@ -\(first.old + (old > 0 ? 1 : 0)),\(old) +\(first.new + (new > 0 ? 1 : 0)),\(new) @@"
            )
            result += steps[hunk].map { "\($0.mark)\($0.text)" }
        }
        return result
    }

    private struct Step {
        var mark: Character
        var text: String
        /// How many lines of each side come before this one.
        var old: Int
        var new: Int
    }

    private static func steps(from before: [String], to after: [String]) -> [Step] {
        let (removed, inserted) =
            before.count + after.count > smallest
            ? nearest(from: before, to: after) : shortest(from: before, to: after)
        var steps: [Step] = []
        var (old, new) = (0, 0)
        while old < before.count || new < after.count {
            if removed.contains(old) {
                steps.append(Step(mark: "-", text: before[old], old: old, new: new))
                old += 1
            } else if inserted.contains(new) {
                steps.append(Step(mark: "+", text: after[new], old: old, new: new))
                new += 1
            } else {
                steps.append(Step(mark: " ", text: before[old], old: old, new: new))
                old += 1
                new += 1
            }
        }
        return steps
    }

    /// Up to here the shortest diff is looked for, whose time and memory grow with the square of the
    /// number of changes. Unit: lines of both texts.
    private static let smallest = 4000

    private static func shortest(
        from before: [String], to after: [String]
    ) -> (removed: Set<Int>, inserted: Set<Int>) {
        var removed: Set<Int> = []
        var inserted: Set<Int> = []
        for change in after.difference(from: before) {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): inserted.insert(offset)
            }
        }
        return (removed, inserted)
    }

    /// Goes through both texts at once, and where they part, on to the nearest line of the one that
    /// is the other's next.
    ///
    /// Bound: each line is passed once, and its places are known by its text.
    private static func nearest(
        from before: [String], to after: [String]
    ) -> (removed: Set<Int>, inserted: Set<Int>) {
        var old = Places(before)
        var new = Places(after)
        var removed: Set<Int> = []
        var inserted: Set<Int> = []
        var (first, second) = (0, 0)
        while first < before.count, second < after.count {
            if before[first] == after[second] {
                first += 1
                second += 1
                continue
            }
            let ahead = new.next(before[first], from: second).map { $0 - second }
            let behind = old.next(after[second], from: first).map { $0 - first }
            if let ahead, ahead <= behind ?? ahead {
                inserted.formUnion(second..<second + ahead)
                second += ahead
            } else if let behind {
                removed.formUnion(first..<first + behind)
                first += behind
            } else {
                removed.insert(first)
                inserted.insert(second)
                first += 1
                second += 1
            }
        }
        removed.formUnion(first..<before.count)
        inserted.formUnion(second..<after.count)
        return (removed, inserted)
    }

    /// Where each line of a text stands, asked from the front to the back.
    private struct Places {
        private var places: [String: [Int]] = [:]
        /// How many places of a line are passed already.
        private var passed: [String: Int] = [:]

        init(_ lines: [String]) {
            for (number, line) in lines.enumerated() { places[line, default: []].append(number) }
        }

        mutating func next(_ line: String, from start: Int) -> Int? {
            guard let all = places[line] else { return nil }
            var index = passed[line, default: 0]
            while index < all.count, all[index] < start { index += 1 }
            passed[line] = index
            return index < all.count ? all[index] : nil
        }
    }

    /// The stretches of steps that are shown: changes with their context, joined where they meet.
    private static func hunks(of steps: [Step]) -> [Range<Int>] {
        var hunks: [Range<Int>] = []
        for (index, step) in steps.enumerated() where step.mark != " " {
            let stretch = max(index - context, 0)..<min(index + context + 1, steps.count)
            if let last = hunks.last, last.upperBound >= stretch.lowerBound {
                hunks[hunks.count - 1] = last.lowerBound..<stretch.upperBound
            } else {
                hunks.append(stretch)
            }
        }
        return hunks
    }
}
