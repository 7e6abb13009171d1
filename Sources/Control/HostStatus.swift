// SPDX-License-Identifier: GPL-3.0-or-later

extension StatusReport {
    /// The host facts that the detector goes by, as words; also a line of a facts file.
    package struct Host: Codable, Hashable, Sendable {
        /// Since when they hold, by the packets' clock; RFC 3339.
        package var time: String
        package var ownAddresses: [String] = []
        package var homeNetworks: [String] = []
        package var gateways: [String] = []
        /// `tcp/22` or `udp/27000-27015`.
        package var servedPorts: [String] = []
        /// `32768-60999`.
        package var ephemeralPorts: String

        package init(time: String, ephemeralPorts: String) {
            self.time = time
            self.ephemeralPorts = ephemeralPorts
        }

        private enum CodingKeys: String, CodingKey {
            case time, gateways
            case ownAddresses = "own_addresses"
            case homeNetworks = "home_networks"
            case servedPorts = "served_ports"
            case ephemeralPorts = "ephemeral_ports"
        }

        /// One line of JSON, without a newline; `time` comes last.
        package var json: String { ControlProtocol.line(self) }

        /// One sentence; long lists are counted.
        package var text: String {
            func some(_ list: [String], _ noun: String) -> String {
                if list.isEmpty { return "no \(noun)" }
                if list.count <= 4 { return "\(noun) " + list.joined(separator: ", ") }
                return "\(list.count) \(noun): " + list.prefix(3).joined(separator: ", ") + ", …"
            }
            return [
                some(ownAddresses, "own addresses"), some(homeNetworks, "home networks"),
                some(gateways, "gateways"), some(servedPorts, "served ports"),
                "clients' ports \(ephemeralPorts)",
            ].joined(separator: "; ")
        }
    }
}
