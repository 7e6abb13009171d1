// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Synchronization

/// Two network namespaces with a cable between them, the target's firewall, and a folder: where
/// one test plays. Everything is removed when the test ends, and each program that it started.
final class Stage {
    /// The names of the namespaces.
    let target: String
    let scanner: String
    let folder: String
    private var children: [Child] = []

    private static let count = Atomic(0)

    private init() {
        let number = Stage.count.add(1, ordering: .relaxed).newValue
        let name = "picket-test-\(ProcessInfo.processInfo.processIdentifier)-\(number)"
        target = "\(name)-t"
        scanner = "\(name)-s"
        folder = "/tmp/\(name)"
    }

    /// Makes the stage, plays, and removes it, also when the play fails.
    static func run(
        _ firewall: Firewall = Firewall(), _ play: (Stage) async throws -> Void
    ) async throws {
        let stage = Stage()
        do {
            try await stage.make(firewall)
            try await play(stage)
        } catch {
            await stage.remove()
            throw error
        }
        await stage.remove()
    }

    /// Starts a program in a namespace and returns at once.
    func start(in namespace: String? = nil, _ words: [String]) throws -> Child {
        let entry = namespace.map { ["ip", "netns", "exec", $0] } ?? []
        let child = try Child(entry + words, name: "child\(children.count)", folder: folder)
        children.append(child)
        return child
    }

    /// Runs a program to its end, which must be a good one, and returns what it has written.
    @discardableResult
    func run(in namespace: String? = nil, _ words: String...) async throws -> String {
        let child = try start(in: namespace, words)
        let status = try await child.ended()
        guard status == 0 else {
            let command = words.joined(separator: " ")
            throw TestFailure("\(command): exit code \(status): \(child.complaints)")
        }
        return child.output
    }

    /// How many packets the firewall has logged.
    func logged() async throws -> UInt64 {
        let text = try await run(in: target, "nft", "list", "counter", "inet", "edge", "logged")
        let words = text.split(whereSeparator: \.isWhitespace)
        guard let place = words.firstIndex(of: "packets"), place + 1 < words.count,
            let count = UInt64(words[place + 1])
        else { throw TestFailure("no counter in \(text)") }
        return count
    }

    func write(_ text: String, to name: String) throws -> String {
        let path = "\(folder)/\(name)"
        try Data(text.utf8).write(to: URL(filePath: path))
        return path
    }

    private func make(_ firewall: Firewall) async throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o755])
        let leftovers = try write(Leftovers.commands, to: "leftovers.sh")
        try await run("sh", "-eu", leftovers)
        let cable = try write(Cable.commands(target: target, scanner: scanner), to: "cable.sh")
        try await run("sh", "-eu", cable)
        let rules = try write(firewall.text, to: "rules.nft")
        try await run(in: target, "nft", "-f", rules)
    }

    private func remove() async {
        // The last one first: a program that is traced is gone only when its tracer is.
        for child in children.reversed() { child.kill() }
        // What a program of ours has left in a namespace keeps it alive without its name.
        for name in [target, scanner] {
            _ = try? await run("ip", "netns", "delete", name)
        }
        try? FileManager.default.removeItem(atPath: folder)
    }
}

/// The addresses: RFC 5737 and RFC 3849. The target is a router with empty networks behind it, so
/// that a sweep finds hosts to ask.
enum Cable {
    static let target4 = "192.0.2.1"
    static let target6 = "2001:db8:1::1"
    static let scanner4 = "198.51.100.7"
    static let scanner6 = "2001:db8:2::7"
    static let home = ["192.0.2.0/24", "2001:db8:1::/48"]
    /// 32 addresses each that nobody has.
    static let empty4 = "192.0.2.32/27"
    static let empty6 = "2001:db8:1:e::/123"

    static func commands(target: String, scanner: String) -> String {
        """
        ip netns add \(target)
        ip netns add \(scanner)
        ip link add net0 netns \(target) type veth peer name net0 netns \(scanner)
        for name in \(target) \(scanner); do
            # Addresses are ready at once, and nobody asks for routers.
            ip netns exec $name sysctl -qw net.ipv6.conf.net0.accept_dad=0 \
                net.ipv6.conf.net0.router_solicitations=0 net.ipv4.conf.all.rp_filter=0
            ip -n $name link set lo up
            ip -n $name link set net0 up
        done
        ip -n \(target) address add \(target4)/32 dev net0
        ip -n \(target) address add \(target6)/128 dev net0
        ip -n \(scanner) address add \(scanner4)/32 dev net0
        ip -n \(scanner) address add \(scanner6)/128 dev net0
        ip -n \(target) route add 198.51.100.0/24 dev net0
        ip -n \(target) route add 203.0.113.0/24 dev net0
        ip -n \(target) route add 2001:db8:2::/48 dev net0
        ip -n \(scanner) route add \(target4)/32 dev net0
        ip -n \(scanner) route add \(target6)/128 dev net0
        ip netns exec \(target) sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
        ip -n \(target) link add empty0 type veth peer name empty1
        ip -n \(target) link set empty0 up
        ip -n \(target) link set empty1 up
        ip -n \(target) route add \(empty4) dev empty0
        ip -n \(target) route add \(empty6) dev empty0
        ip -n \(scanner) route add \(empty4) via \(target4)
        ip -n \(scanner) route add \(empty6) via \(target6)

        """
    }
}

/// What tests that were killed have left: namespaces named after a process that is no more.
enum Leftovers {
    static let commands = """
        ip netns list | while read -r name _; do
            case $name in picket-test-*) ;; *) continue ;; esac
            owner=${name#picket-test-}
            [ -d "/proc/${owner%%-*}" ] && continue
            for process in $(ip netns pids "$name"); do kill -KILL "$process" || true; done
            ip netns delete "$name"
        done

        """
}
