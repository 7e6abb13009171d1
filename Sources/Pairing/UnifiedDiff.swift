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
        var removed: Set<Int> = []
        var inserted: Set<Int> = []
        for change in after.difference(from: before) {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): inserted.insert(offset)
            }
        }
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
