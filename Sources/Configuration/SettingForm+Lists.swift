// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Detection
import Packets

extension SettingForm {
    /// A list of the given form; a single value stands for a list of one.
    ///
    /// Bound: 65,536 entries.
    static func list<Element>(
        of noun: String, _ form: SettingForm<Element>, count: ClosedRange<Int> = 0...65_536
    ) -> SettingForm<[Element]> where Value == [Element] {
        SettingForm<[Element]>("a list of \(noun)") { node throws(WrongValue) in
            let entries: [SettingNode]
            switch node.content {
            case .list(let nodes): entries = nodes
            case .word, .section: entries = [node]
            case .nothing:
                throw WrongValue(node, "expected a list of \(noun), found nothing")
            }
            guard count.contains(entries.count) else {
                let bounds = "\(count.lowerBound) to \(count.upperBound)"
                throw WrongValue(node, "expected \(bounds) entries, found \(entries.count)")
            }
            var values: [Element] = []
            for entry in entries { values.append(try form.read(entry)) }
            return values
        } write: { values in
            "[" + values.map { form.write($0) }.joined(separator: ", ") + "]"
        }
    }

    /// The same form over another type.
    func mapped<Other>(
        _ forth: @escaping @Sendable (Value) -> Other, _ back: @escaping @Sendable (Other) -> Value
    ) -> SettingForm<Other> {
        let form = self
        return SettingForm<Other>(shape) { node throws(WrongValue) in
            forth(try form.read(node))
        } write: {
            form.write(back($0))
        }
    }
}

extension SettingForm where Value == [Int] {
    /// The beginnings of the danger levels 1 to 5.
    static var levels: SettingForm<[Int]> {
        let numbers = SettingForm<[Int]>.list(of: "numbers", .count(1...1_000_000_000))
        return SettingForm("five ascending numbers") { node throws(WrongValue) in
            let values = try numbers.read(node)
            guard values.count == 5, zip(values, values.dropFirst()).allSatisfy({ $0 < $1 }) else {
                throw WrongValue(
                    node, "expected five ascending numbers, one for each danger level")
            }
            return values
        } write: {
            numbers.write($0)
        }
    }
}

extension SettingForm where Value == ClosedRange<UInt16> {
    /// `22` or `6881-6889`.
    static var ports: SettingForm<ClosedRange<UInt16>> {
        SettingForm("a port or a range of ports such as 32768-65535") { text in
            portRange(text)
        } write: { range in
            range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
        }
    }

    static func portRange(_ text: some StringProtocol) -> ClosedRange<UInt16>? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        let numbers = ends.compactMap { Quantity.number($0).flatMap(UInt16.init(exactly:)) }
        guard numbers.count == ends.count, let first = numbers.first, let last = numbers.last,
            numbers.count <= 2, first <= last
        else { return nil }
        return first...last
    }
}

extension SettingForm where Value == Set<UInt16> {
    /// A list of ports and ranges of ports.
    static var portSet: SettingForm<Set<UInt16>> {
        SettingForm<[ClosedRange<UInt16>]>.list(of: "ports and ranges of ports", .ports).mapped(
            { Set($0.joined()) }, { PortRuns.of($0) })
    }
}

extension SettingForm where Value == Network {
    static var network: SettingForm<Network> {
        SettingForm("an address or a network such as 192.0.2.0/24") { text in
            Network(text)
        } write: {
            "\"\($0)\""
        }
    }
}

extension SettingForm where Value == Address {
    static var address: SettingForm<Address> {
        SettingForm("an address") { text in
            Address(text)
        } write: {
            "\"\($0)\""
        }
    }
}

extension SettingForm where Value == DecisionFormat {
    static var decisionFormat: SettingForm<DecisionFormat> {
        let names = DecisionFormat.allCases.map(\.rawValue).joined(separator: ", ")
        return SettingForm("one of \(names)") { text in
            DecisionFormat(rawValue: text)
        } write: {
            $0.rawValue
        }
    }
}

/// Ports as the fewest ranges, so that a set is written as a person would.
enum PortRuns {
    static func of(_ ports: Set<UInt16>) -> [ClosedRange<UInt16>] {
        var runs: [ClosedRange<UInt16>] = []
        for port in ports.sorted() {
            if let last = runs.last, Int(last.upperBound) + 1 == Int(port) {
                runs[runs.count - 1] = last.lowerBound...port
            } else {
                runs.append(port...port)
            }
        }
        return runs
    }
}
