// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// Two network namespaces joined by one cable: a scanner and its target.
///
/// The cable's ends are made inside the namespaces, and no route leads out of them, so nothing
/// of the host changes and no packet leaves. The scanner is not on the target's own network,
/// because a source from outside is what people look for. Addresses: RFC 5737 and RFC 3849.
package struct LabNetwork {
    package static let scanner4 = "198.51.100.7"
    package static let target4 = "192.0.2.10"
    package static let scanner6 = "2001:db8:b::7"
    package static let target6 = "2001:db8:a::10"
    package static let home = ["192.0.2.0/24", "2001:db8:a::/64"]

    /// The process that owns the lab: it is in the names, so that leftovers can be told.
    package let owner: Int32
    /// Tells two labs of one process apart.
    private let tag: String
    package var target: String { "\(LabNetwork.mark)\(owner)-\(tag)target" }
    package var scanner: String { "\(LabNetwork.mark)\(owner)-\(tag)scanner" }

    private static let mark = "picket-lab-"
    private let ip: Tool

    package init(owner: Int32, tag: String = "") throws(LabError) {
        self.owner = owner
        self.tag = tag
        ip = try Tool("ip", package: "iproute2")
    }

    /// Makes both namespaces and the cable. When a step fails, what was made is removed again.
    package func make() throws(LabError) {
        do {
            try ip.run(["netns", "add", target])
            try ip.run(["netns", "add", scanner])
            try ip.run([
                "link", "add", "lab0", "netns", target, "type", "veth", "peer", "name", "lab0",
                "netns", scanner,
            ])
            try plug(
                target, addresses: ["\(LabNetwork.target4)/24", "\(LabNetwork.target6)/64"],
                routes: ["198.51.100.0/24", "2001:db8:b::/64"])
            try plug(
                scanner, addresses: ["\(LabNetwork.scanner4)/32", "\(LabNetwork.scanner6)/128"],
                routes: LabNetwork.home)
        } catch {
            remove()
            throw error
        }
    }

    private func plug(
        _ namespace: String, addresses: [String], routes: [String]
    ) throws(LabError) {
        try ip.run(["-n", namespace, "link", "set", "lo", "up"])
        for address in addresses {
            // Duplicate address detection would make the IPv6 address wait for a second.
            let nodad = address.contains(":") ? ["nodad"] : []
            try ip.run(["-n", namespace, "address", "add", address, "dev", "lab0"] + nodad)
        }
        try ip.run(["-n", namespace, "link", "set", "lab0", "up"])
        for route in routes { try ip.run(["-n", namespace, "route", "add", route, "dev", "lab0"]) }
    }

    /// The argument array after `ip` that runs a program inside.
    package func inside(_ namespace: String, _ command: [String]) -> [String] {
        ["netns", "exec", namespace] + command
    }

    @discardableResult
    package func run(in namespace: String, _ command: [String]) throws(LabError) -> String {
        try ip.run(inside(namespace, command))
    }

    package func start(in namespace: String, _ command: [String], quiet: Bool) throws(LabError)
        -> Process
    {
        try ip.start(inside(namespace, command), quiet: quiet)
    }

    /// Ends what runs inside and removes both namespaces; does nothing where there are none.
    package func remove() {
        for namespace in [scanner, target] { LabNetwork.remove(namespace, with: ip) }
    }

    /// Removes the namespaces of labs whose process is gone, and returns the owners' numbers.
    package static func removeLeftovers() throws(LabError) -> Set<Int32> {
        let ip = try Tool("ip", package: "iproute2")
        var owners: Set<Int32> = []
        for line in try ip.run(["netns", "list"]).split(separator: "\n") {
            // A line is `name` or `name (id: 3)`.
            guard let name = line.split(separator: " ").first, name.hasPrefix(mark),
                let owner = name.dropFirst(mark.count).split(separator: "-").first
                    .flatMap({ Int32($0) }),
                !LabSystem.exists(process: owner)
            else { continue }
            remove(String(name), with: ip)
            owners.insert(owner)
        }
        return owners
    }

    private static func remove(_ namespace: String, with ip: Tool) {
        guard let list = try? ip.run(["netns", "pids", namespace]) else { return }
        for process in list.split(separator: "\n").compactMap({ Int32($0) }) {
            LabSystem.end(process: process, hard: true)
        }
        // The name goes at once, the namespace with its last process.
        _ = try? ip.run(["netns", "delete", namespace])
    }
}
