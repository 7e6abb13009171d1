// SPDX-License-Identifier: GPL-3.0-or-later

import Detection
import Packets

/// Reads the named parts of one small section, such as `{group: 6, accepted: true}`.
struct SectionReader {
    private let node: SettingNode
    private let entries: [SettingNode.Entry]

    /// Throws: ``WrongValue`` when it is no section or has a part that is not among the names.
    init(_ node: SettingNode, shape: String, names: [String]) throws(WrongValue) {
        guard case .section(let entries) = node.content, !entries.isEmpty else {
            throw WrongValue(node, "expected \(shape), found \(node.described)")
        }
        for entry in entries where !names.contains(entry.key) {
            let hint = NearestKey.to(entry.key, among: names).map { "; did you mean \($0)?" } ?? ""
            throw WrongValue(
                at: entry.position,
                "unknown key \"\(SettingNode.shortened(entry.key))\"\(hint)")
        }
        self.node = node
        self.entries = entries
    }

    func optional<Value>(
        _ name: String, _ form: SettingForm<Value>
    ) throws(WrongValue) -> Value? {
        guard let entry = entries.first(where: { $0.key == name }) else { return nil }
        return try form.read(entry.value)
    }

    func required<Value>(
        _ name: String, _ form: SettingForm<Value>
    ) throws(WrongValue) -> Value {
        guard let value = try optional(name, form) else {
            throw WrongValue(node, "\"\(name)\" is missing")
        }
        return value
    }
}

extension SettingForm where Value == [GroupSettings] {
    /// `5` or `{group: 6, accepted: true}`, each group once.
    static var groups: SettingForm<[GroupSettings]> {
        let number = SettingForm<Int>.count(0...65_535)
        let group = SettingForm<GroupSettings>("a group") { node throws(WrongValue) in
            if case .word = node.content {
                return GroupSettings(group: UInt16(clamping: try number.read(node)))
            }
            let section = try SectionReader(
                node, shape: "a group such as 5 or {group: 6, accepted: true}",
                names: ["group", "accepted"])
            return GroupSettings(
                group: UInt16(clamping: try section.required("group", number)),
                accepted: try section.optional("accepted", .toggle) ?? false)
        } write: { group in
            group.accepted ? "{group: \(group.group), accepted: true}" : "\(group.group)"
        }
        let list = SettingForm<[GroupSettings]>.list(of: "groups", group, count: 1...64)
        return SettingForm("a list of 1 to 64 groups") { node throws(WrongValue) in
            let groups = try list.read(node)
            var seen: Set<UInt16> = []
            for group in groups where !seen.insert(group.group).inserted {
                throw WrongValue(node, "group \(group.group) is there twice")
            }
            return groups
        } write: {
            list.write($0)
        }
    }
}

extension SettingForm where Value == IgnoreRule {
    /// `{network: 192.0.2.0/24, protocol: udp, ports: 53, interface: eth0, prefix: "TEST "}`, any
    /// of them.
    static var ignoreRule: SettingForm<IgnoreRule> {
        let shape = "a section with some of network, protocol, ports, interface and prefix"
        return SettingForm(shape) { node throws(WrongValue) in
            let section = try SectionReader(
                node, shape: shape,
                names: ["network", "protocol", "ports", "interface", "prefix"])
            return IgnoreRule(
                network: try section.optional("network", .network),
                ipProtocol: try section.optional("protocol", .ipProtocol),
                ports: try section.optional("ports", .ports),
                // An interface's name has at most 15 bytes (IFNAMSIZ), a prefix 127
                // (NF_LOG_PREFIXLEN).
                interface: try section.optional("interface", .name("an interface", upTo: 15)),
                prefix: try section.optional("prefix", .text(upTo: 127)))
        } write: { rule in
            var parts: [String] = []
            if let network = rule.network {
                parts.append("network: " + SettingForm<Network>.network.write(network))
            }
            if let ipProtocol = rule.ipProtocol { parts.append("protocol: \(ipProtocol)") }
            if let ports = rule.ports {
                parts.append("ports: " + SettingForm<ClosedRange<UInt16>>.ports.write(ports))
            }
            if let interface = rule.interface {
                parts.append("interface: " + SettingForm<String>.quoted(interface))
            }
            if let prefix = rule.prefix {
                parts.append("prefix: " + SettingForm<String>.quoted(prefix))
            }
            return "{" + parts.joined(separator: ", ") + "}"
        }
    }
}

extension SettingForm where Value == IPProtocol {
    /// A name such as `tcp`, or a protocol number.
    static var ipProtocol: SettingForm<IPProtocol> {
        SettingForm("a protocol such as tcp, udp, icmp or 47") { text in
            ipProtocol(named: text)
        } write: {
            $0.description
        }
    }

    static func ipProtocol(named text: some StringProtocol) -> IPProtocol? {
        if let number = Quantity.number(text) {
            return UInt8(exactly: number).map { IPProtocol(rawValue: $0) }
        }
        let name = text.lowercased()
        if name == "icmpv6" { return .icmpv6 }
        // Numbers describe themselves in digits, so only named protocols can match here.
        return (UInt8.min...UInt8.max).lazy.map { IPProtocol(rawValue: $0) }.first {
            $0.description == name
        }
    }
}

extension SettingForm where Value == Set<ServedPort> {
    /// A list of `tcp/22` and `udp/27000-27015`.
    static var servedPorts: SettingForm<Set<ServedPort>> {
        let shape = "a protocol and a port such as tcp/22 or udp/27000-27015"
        let entry = SettingForm<[ServedPort]>(shape) { text in
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2,
                let ipProtocol = SettingForm<IPProtocol>.ipProtocol(named: parts[0]),
                ipProtocol.hasPorts,
                let ports = SettingForm<ClosedRange<UInt16>>.portRange(parts[1])
            else { return nil }
            return ports.map { ServedPort(ipProtocol: ipProtocol, port: $0) }
        } write: { run in
            guard let first = run.first, let last = run.last else { return "[]" }
            let ports = SettingForm<ClosedRange<UInt16>>.ports.write(
                first.port...max(first.port, last.port))
            return "\(first.ipProtocol)/\(ports)"
        }
        return SettingForm<[[ServedPort]]>.list(of: "served ports", entry).mapped(
            { Set($0.joined()) },
            { served in
                let byProtocol = Dictionary(grouping: served, by: \.ipProtocol)
                return byProtocol.sorted { $0.key.rawValue < $1.key.rawValue }.flatMap { pair in
                    PortRuns.of(Set(pair.value.map(\.port))).map { run in
                        run.map { ServedPort(ipProtocol: pair.key, port: $0) }
                    }
                }
            })
    }
}
