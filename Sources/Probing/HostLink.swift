// SPDX-License-Identifier: GPL-3.0-or-later

import Firewalls
import Foundation
import Packets
import Programs

/// What a copy of the host needs to look like it to the rules: the name of its interface, its
/// addresses there, its other interfaces, and the kernel's switches that decide with the rules.
struct HostLink {
    var interface: String
    var addresses: [(address: Address, width: Int)] = []
    /// Other interfaces, which rules may name.
    var others: [String] = []
    /// Files below /proc/sys/net with what they hold; `IFACE` stands for the interface.
    var switches: [(name: String, value: Int)] = []
    /// The families of which the host has no address, and the copy has one of documentation's.
    var invented: Set<Bool> = []

    private static let copied = [
        "ipv4/conf/all/rp_filter", "ipv4/conf/default/rp_filter", "ipv4/ip_forward",
        "ipv6/conf/all/forwarding", "netfilter/nf_conntrack_tcp_be_liberal",
        "netfilter/nf_conntrack_tcp_loose",
    ]
    private static let mostAddresses = 16

    /// Reads it from the calling thread's namespace.
    static func read(_ ip: ProbeTool) throws(ProbeError) -> HostLink {
        var link = HostLink(interface: Uplink.find() ?? "eth0")
        let text = try ip.run(["-json", "address", "show"])
        link.take(
            (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [[String: Any]] ?? [])
        for v6 in [false, true] where !link.addresses.contains(where: { $0.address.isV4 == !v6 }) {
            link.invented.insert(v6)
            if let address = Address(v6 ? "2001:db8:a::10" : "192.0.2.10") {
                link.addresses.append((address, v6 ? 64 : 24))
            }
        }
        for name in copied {
            if let value = Uplink.number(name) { link.switches.append((name, value)) }
        }
        let own = "ipv4/conf/\(link.interface)/rp_filter"
        if let value = Uplink.number(own) { link.switches.append((own, value)) }
        return link
    }

    private mutating func take(_ links: [[String: Any]]) {
        for item in links {
            guard let name = item["ifname"] as? String, name != "lo" else { continue }
            guard name == interface else {
                others.append(name)
                continue
            }
            for entry in item["addr_info"] as? [[String: Any]] ?? [] {
                guard entry["scope"] as? String == "global", addresses.count < Self.mostAddresses,
                    let address = (entry["local"] as? String).flatMap({ Address($0) }),
                    let width = entry["prefixlen"] as? Int
                else { continue }
                addresses.append((address, width))
            }
        }
    }

    func address(v6: Bool) -> Address? { addresses.first { $0.address.isV4 == !v6 }?.address }
}

/// A program that the probe cannot do without.
struct ProbeTool {
    private let program: Program
    private static let patience = Duration.seconds(30)

    init(_ name: String, package: String) throws(ProbeError) {
        guard let program = Program.find(name, onPath: true) else {
            throw .missing(program: name, package: package)
        }
        self.program = program
    }

    @discardableResult
    func run(_ arguments: [String]) throws(ProbeError) -> String {
        let words = ([program.name] + arguments).joined(separator: " ")
        let output: Program.Output
        do { output = try program.run(arguments, within: Self.patience) } catch {
            throw .failed(command: words.printable, said: "\(error)")
        }
        guard output.end.isGood else {
            throw .failed(command: words.printable, said: output.words.printable)
        }
        return output.text
    }
}
