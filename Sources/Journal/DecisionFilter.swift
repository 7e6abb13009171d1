// SPDX-License-Identifier: GPL-3.0-or-later

import GRDB
import Packets

/// Which decisions are asked for; what is nil or empty does not matter.
package struct DecisionFilter: Hashable, Sendable {
    /// From this moment on.
    package var since: Timestamp?
    /// Before this moment.
    package var until: Timestamp?
    /// Of sources in this network, of wider sources that hold it, and of sets with such a member.
    package var source: Network?
    /// At least so bad.
    package var level: Int?
    package var kinds: Set<String> = []
    package var actions: Set<String> = []
    /// At most so many, the latest.
    package var limit: Int?

    package init() {}
}

extension DecisionFilter {
    /// A statement's text from FROM on, with its arguments; `d` is the decision.
    ///
    /// Which index is used is said, not left to a guess: sources by theirs, all else by time. A
    /// source that is half the internet is sought by time too.
    struct Query {
        var text: String
        var arguments: StatementArguments
    }

    /// - Parameter documents: whether the documents are joined, as `x`.
    func query(documents: Bool) -> Query {
        let document = documents ? " CROSS JOIN document x ON x.id = d.id" : ""
        let order = " ORDER BY d.time, d.id"
        guard limit != nil || usesSources else {
            let (condition, arguments) = conditions()
            return Query(
                text: "FROM decision d INDEXED BY decision_time\(document)\(condition)\(order)",
                arguments: arguments)
        }
        let wanted = identifiers
        return Query(
            text: "FROM (\(wanted.text)) w CROSS JOIN decision d ON d.id = w.id\(document)\(order)",
            arguments: wanted.arguments)
    }

    /// The decisions' ids alone.
    private var identifiers: Query {
        let (condition, arguments) = conditions()
        var query: Query
        if usesSources, let source {
            query = DecisionFilter.ids(of: source, since: since, until: until)
            query.text =
                "SELECT d.id FROM (\(query.text)) s CROSS JOIN decision d ON d.id = s.id\(condition)"
            query.arguments += arguments
        } else {
            query = Query(
                text: "SELECT d.id FROM decision d INDEXED BY decision_time\(condition)",
                arguments: arguments)
        }
        if let limit {
            query.text += " ORDER BY d.time DESC, d.id DESC LIMIT ?"
            query.arguments += [limit]
        }
        return query
    }

    /// Below this width a network is no help to find a decision by.
    private var usesSources: Bool {
        guard let source, !source.holdsV4 else { return false }
        return source.prefixLength >= (source.address.isV4 ? 4 : 8)
    }

    private func conditions() -> (String, StatementArguments) {
        var parts: [String] = []
        var arguments = StatementArguments()
        func add(_ part: String, _ values: StatementArguments) {
            parts.append(part)
            arguments += values
        }
        if let since { add("d.time >= ?", [since.nanoseconds]) }
        if let until { add("d.time < ?", [until.nanoseconds]) }
        if let level { add("d.level >= ?", [level]) }
        if let source, !usesSources {
            add(
                "d.network BETWEEN ? AND ?",
                [AddressKey(source.address), AddressKey(source.lastAddress)])
            if source.holdsV4 {
                let v4 = Network(Address(v4: 0), prefixLength: 0)
                add(
                    "d.network NOT BETWEEN ? AND ?",
                    [AddressKey(v4.address), AddressKey(v4.lastAddress)])
            }
        }
        for (column, values) in [("kind", kinds), ("action", actions)] where !values.isEmpty {
            let marks = values.map { _ in "?" }.joined(separator: ", ")
            add("d.\(column) IN (\(marks))", StatementArguments(values.sorted()))
        }
        return (parts.isEmpty ? "" : " WHERE " + parts.joined(separator: " AND "), arguments)
    }

    /// Decisions of sources in the network, of wider ones that hold it, and of sets with members
    /// there: each is a range of an index, or a few places in it.
    static func ids(of source: Network, since: Timestamp?, until: Timestamp?) -> Query {
        var time: [String] = []
        var times = StatementArguments()
        if let since {
            time.append("t.time >= ?")
            times += [since.nanoseconds]
        }
        if let until {
            time.append("t.time < ?")
            times += [until.nanoseconds]
        }
        let rows = SourceRows(
            source, in: "decision", index: "decision_network",
            where: time.joined(separator: " AND "), times)
        return Query(
            text: rows.text + " UNION SELECT decision FROM member WHERE source BETWEEN ? AND ?",
            arguments: rows.arguments
                + [AddressKey(source.address), AddressKey(source.lastAddress)])
    }
}

extension Network {
    /// Whether the keys of all IPv4 addresses lie between those of this IPv6 network, such as ::/0.
    fileprivate var holdsV4: Bool {
        !address.isV4 && address == .unspecified && prefixLength <= 80
    }
}
