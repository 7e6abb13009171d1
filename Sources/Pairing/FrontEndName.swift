// SPDX-License-Identifier: GPL-3.0-or-later

/// What a host's firewall rules are written with.
package enum FrontEndName: String, CaseIterable, Codable, Sendable {
    case shorewall, ufw, firewalld, nftables, iptables, docker

    /// As its own documentation writes it.
    package var title: String {
        switch self {
        case .shorewall: "Shorewall"
        case .docker: "Docker"
        default: rawValue
        }
    }

    /// Writes all rules of a host from files of its own, and takes rules of others for gone.
    var isManager: Bool { [.shorewall, .ufw, .firewalld].contains(self) }
}
