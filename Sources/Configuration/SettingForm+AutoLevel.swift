// SPDX-License-Identifier: GPL-3.0-or-later

import Detection
import Packets

extension SettingForm where Value == AutoLevelRule {
    /// `{network: 192.0.2.0/24, protocol: tcp, ports: 22, level: 4}`: a level, and some of the rest.
    static var autoLevelRule: SettingForm<AutoLevelRule> {
        let shape = "a section with level and some of network, protocol and ports"
        return SettingForm(shape) { node throws(WrongValue) in
            let section = try SectionReader(
                node, shape: shape, names: ["network", "protocol", "ports", "level"])
            let level = try section.required("level", .count(0...5))
            return AutoLevelRule(
                network: try section.optional("network", .network),
                ipProtocol: try section.optional("protocol", .ipProtocol),
                ports: try section.optional("ports", .ports), level: UInt8(clamping: level))
        } write: { rule in
            var parts: [String] = []
            if let network = rule.network {
                parts.append("network: " + SettingForm<Network>.network.write(network))
            }
            if let ipProtocol = rule.ipProtocol { parts.append("protocol: \(ipProtocol)") }
            if let ports = rule.ports {
                parts.append("ports: " + SettingForm<ClosedRange<UInt16>>.ports.write(ports))
            }
            parts.append("level: \(rule.level)")
            return "{" + parts.joined(separator: ", ") + "}"
        }
    }
}
