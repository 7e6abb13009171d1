// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// What other settings would have made of the same packets.
struct DecisionDifference: Sendable {
    /// One case that is not decided alike; without `before` it appears, without `after` it disappears.
    struct Change: Hashable, Sendable {
        var before: DecidedCase?
        var after: DecidedCase?

        var time: Timestamp {
            min(
                before?.start ?? after?.start ?? Timestamp(nanoseconds: 0),
                after?.start ?? before?.start ?? Timestamp(nanoseconds: 0))
        }

        /// What differs, as words and as the keys of the JSON; empty when it appears or disappears.
        var differences: [(key: String, words: String)] {
            guard let before, let after else { return [] }
            var found: [(String, String)] = []
            func compare<Value: Equatable>(
                _ key: String, _ one: Value, _ other: Value, _ text: (Value) -> String
            ) {
                if one != other { found.append((key, "\(key) \(text(one)) -> \(text(other))")) }
            }
            compare("level", before.level, after.level) { "\($0)" }
            compare("kind", before.kind ?? "none", after.kind ?? "none") { $0 }
            compare("techniques", before.techniques, after.techniques) {
                $0.isEmpty ? "none" : $0.joined(separator: "+")
            }
            compare("tool", before.tool, after.tool) { $0 }
            compare("packets", before.packets, after.packets) { "\($0)" }
            compare("targets", before.targets, after.targets) { "\($0)" }
            compare("hosts", before.hosts, after.hosts) { "\($0)" }
            compare("members", before.members ?? 0, after.members ?? 0) { "\($0)" }
            if before.detected != after.detected {
                let apart = after.detected.nanoseconds(since: before.detected)
                let seconds = (Double(apart.magnitude) / 1e6).rounded() / 1000
                found.append(
                    ("detected", "told \(seconds) s \(apart < 0 ? "earlier" : "later")"))
            }
            return found
        }
    }

    private(set) var changes: [Change] = []
    private(set) var same = 0
    let before: Int
    let after: Int

    /// Pairs what is about the same at overlapping times.
    init(before old: [DecidedCase], after new: [DecidedCase]) {
        (before, after) = (old.count, new.count)
        var waiting: [String: [DecidedCase]] = [:]
        func key(_ one: DecidedCase) -> String { "\(one.sort) \(one.subject)" }
        for one in new.reversed() { waiting[key(one), default: []].append(one) }
        for one in old {
            var others = waiting[key(one)] ?? []
            guard let place = others.lastIndex(where: { $0.overlaps(one) }) else {
                changes.append(Change(before: one, after: nil))
                continue
            }
            let change = Change(before: one, after: others.remove(at: place))
            waiting[key(one)] = others
            if change.differences.isEmpty { same += 1 } else { changes.append(change) }
        }
        for left in waiting.values { changes += left.map { Change(before: nil, after: $0) } }
        changes.sort {
            ($0.time, $0.before?.subject ?? $0.after?.subject ?? "")
                < ($1.time, $1.before?.subject ?? $1.after?.subject ?? "")
        }
    }

    var appearing: Int { changes.count { $0.before == nil } }
    var disappearing: Int { changes.count { $0.after == nil } }
    var changing: Int { changes.count - appearing - disappearing }
}
