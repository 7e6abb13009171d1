// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

@testable import Lab

/// A front end from its Debian package, in force on a host of its own.
protocol RunningFrontEnd {
    var host: PrivateHost { get }
    /// As `picket pair` names it.
    var title: String { get }
    /// The folders of /etc that are its own.
    var folders: [String] { get }
    /// Prefixes that must be met.
    var prefixes: [String] { get }
    /// What its administrator does that loads all of its rules anew.
    func reload() throws
    func restart() throws
    /// The rules that are loaded.
    func rules() throws -> String
}

extension RunningFrontEnd {
    /// Without names that Shorewall makes of its files' digest, and without the order of chains in
    /// nft, which is that of their making.
    func rules() throws -> String {
        try host.wire.savedRules().split(separator: "\n")
            .filter { !$0.contains("sha-lh-") && !$0.contains("sha-rh-") }
            .joined(separator: "\n")
    }
}

struct RunningShorewall: RunningFrontEnd {
    let host: PrivateHost
    let title = "Shorewall"
    let folders = ["shorewall", "shorewall6"]
    let prefixes = ["net-fw DROP ", "logflags DROP "]

    /// As Debian's example for one interface, with the log levels and limits of its package, and
    /// an extension script of the administrator's own whose last line has no end.
    init() throws {
        host = try PrivateHost("shorewall")
        for (product, zone) in [("shorewall", "ipv4"), ("shorewall6", "ipv6")] {
            try host.write("/etc/\(product)/zones", "fw firewall\nnet \(zone)\n")
            try host.write("/etc/\(product)/interfaces", "?FORMAT 2\nnet lab0 tcpflags\n")
            try host.write(
                "/etc/\(product)/policy",
                "$FW net ACCEPT\nnet all DROP $LOG_LEVEL\nall all REJECT $LOG_LEVEL\n")
            try host.write(
                "/etc/\(product)/rules",
                "?SECTION NEW\nInvalid(DROP) net $FW tcp\nPing(ACCEPT) net $FW\n"
                    + "ACCEPT net $FW tcp 22\n")
        }
        try host.write("/etc/shorewall/started", "echo started >/dev/null")
        try restart()
    }

    func reload() throws {
        for product in folders { try host.run(product, "reload") }
    }

    func restart() throws {
        for product in folders {
            _ = try? host.run(product, "stop")
            try host.run(product, "start")
        }
    }
}

struct RunningUfw: RunningFrontEnd {
    let host: PrivateHost
    let title = "ufw"
    let folders = ["ufw"]
    let prefixes = ["INPUT DROP ", "ufw-before-input DROP ", "ufw-skip-to-policy-input DROP "]

    init() throws {
        host = try PrivateHost("ufw")
        try host.run("ufw", "allow", "22/tcp")
        try host.run("ufw", "deny", "23/tcp")
        try host.run("ufw", "--force", "enable")
        try reload()
    }

    func reload() throws { try host.run("ufw", "reload") }

    func restart() throws {
        try host.run("ufw", "disable")
        try host.run("ufw", "--force", "enable")
        // `enable` leaves a chain of IPv6 half filled.
        try reload()
    }
}

struct RunningFirewalld: RunningFrontEnd {
    let host: PrivateHost
    let title = "firewalld"
    let folders = ["firewalld"]
    let prefixes = ["INPUT REJECT ", "INPUT DROP "]

    /// With a message bus of its own, which starts nobody else.
    private static let bus = """
        <busconfig>
          <type>system</type>
          <listen>unix:path=/run/dbus/system_bus_socket</listen>
          <auth>EXTERNAL</auth>
          <policy context="default">
            <allow user="*"/>
            <allow own="*"/>
            <allow send_type="method_call"/>
            <allow send_type="signal"/>
            <allow send_requested_reply="true" send_type="method_return"/>
            <allow send_requested_reply="true" send_type="error"/>
            <allow receive_type="method_call"/>
            <allow receive_type="signal"/>
            <allow receive_type="method_return"/>
            <allow receive_type="error"/>
          </policy>
        </busconfig>

        """

    /// - Parameter zone: the zone of the interface; nil where it is in none, so in the default one.
    init(zone: String?) throws {
        host = try PrivateHost("firewalld-\(zone ?? "default")")
        try host.write("/etc/picket-bus.conf", RunningFirewalld.bus)
        try start()
        if let zone {
            try host.run(
                "firewall-cmd", "--permanent", "--zone=\(zone)", "--add-interface=lab0")
        }
        try reload()
    }

    private func start() throws {
        try host.start(
            "dbus-daemon", "--config-file=/etc/picket-bus.conf", "--nofork", "--nopidfile")
        try host.wait(for: "test", "-S", "/run/dbus/system_bus_socket")
        try host.start("firewalld", "--nofork", "--nopid")
        try host.wait(for: "firewall-cmd", "--quiet", "--state")
    }

    func rules() throws -> String { try host.wire.everyRule() }

    func reload() throws { try host.run("firewall-cmd", "--reload") }

    func restart() throws {
        host.endDaemons()
        try host.run("rm", "-f", "/run/dbus/system_bus_socket")
        try start()
    }
}
