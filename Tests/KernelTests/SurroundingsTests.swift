// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

extension EndToEnd {
    @Suite("What others do to the host")
    struct Surroundings {
        @Test("A group that somebody has is not taken by a reload; once it is free it is")
        func taken() async throws {
            try await Stage.run(Firewall(groups: [6])) { stage in
                var choice = DaemonUnderTest.Choice(groups: "[5]")
                let daemon = try await DaemonUnderTest(on: stage, choice)
                let other = try await DaemonUnderTest(
                    on: stage, DaemonUnderTest.Choice(name: "other", groups: "[6]"))
                choice.groups = "[5, 6]"
                try DaemonUnderTest.write(choice, on: stage)
                daemon.strike(SIGHUP)
                try await daemon.says("settings not reloaded, all stays as it was")
                #expect(
                    daemon.child.complaints.contains(
                        "it is taken by picket (process \(other.child.id))"),
                    "\(daemon.child.complaints)")
                #expect(try await daemon.status().groups.map(\.group) == [5])

                try await other.end()
                daemon.strike(SIGHUP)
                try await daemon.says("settings reloaded")
                try await Nmap.run(["-sS", "-p", "1-10"], to: Cable.target4, on: stage)
                #expect(try await daemon.finish().only("scan-detected").count == 1)
            }
        }

        @Test("An interface that gets another name is called by it; one that goes ends nothing")
        func renamed() async throws {
            try await Stage.run { stage in
                let daemon = try await DaemonUnderTest(on: stage)
                try await daemon.scans(sources: 1, ports: 5)
                try await daemon.settle()
                try await stage.script(
                    """
                    ip -n \(stage.target) link set net0 down
                    ip -n \(stage.target) link set net0 name wan0
                    ip -n \(stage.target) link set wan0 up
                    ip -n \(stage.target) route add 198.51.100.0/24 dev wan0
                    ip -n \(stage.target) route add 203.0.113.0/24 dev wan0
                    """)
                try await daemon.scans(sources: 2, ports: 5)
                try await daemon.settle()
                try await stage.script(
                    """
                    ip -n \(stage.target) link delete wan0
                    ip link add lan0 netns \(stage.target) type veth peer name net0 \
                        netns \(stage.scanner)
                    ip -n \(stage.target) link set lan0 up
                    ip -n \(stage.scanner) link set net0 up
                    ip -n \(stage.target) address add \(Cable.target4)/32 dev lan0
                    ip -n \(stage.target) route add 203.0.113.0/24 dev lan0
                    ip -n \(stage.scanner) address add \(Cable.scanner4)/32 dev net0
                    ip -n \(stage.scanner) route add \(Cable.target4)/32 dev net0
                    """)
                try await daemon.scans(sources: 3, ports: 5)
                let decisions = try await daemon.finish().only("scan-detected")
                #expect(
                    decisions.map(\.observer?.ingress?.interface?.name) == ["net0", "wan0", "lan0"])
            }
        }

        @Test("Rules that are flushed are missed by `check`; when they are back, so is the daemon")
        func flushed() async throws {
            try await Stage.run { stage in
                let daemon = try await DaemonUnderTest(on: stage)
                try await stage.run(in: stage.target, "nft", "flush", "ruleset")
                let check = try stage.start(
                    in: stage.target,
                    [DaemonUnderTest.program, "check", "--config", daemon.settings])
                _ = try await check.ended()
                #expect(check.output.contains("the firewall sends nothing there"))
                try await daemon.scans(sources: 5, ports: 5)
                #expect(try await daemon.status().messages == 0)

                let rules = try stage.write(Firewall().text, to: "again.nft")
                try await stage.run(in: stage.target, "nft", "-f", rules)
                try await Nmap.run(["-sS", "-p", "1-10"], to: Cable.target4, on: stage)
                #expect(try await daemon.finish().only("scan-detected").count == 1)
            }
        }
    }
}

extension Stage {
    /// Runs lines of a shell, the first that fails ends them.
    func script(_ lines: String) async throws {
        let path = try write(lines + "\n", to: "script.sh")
        try await run("sh", "-eu", path)
    }
}
