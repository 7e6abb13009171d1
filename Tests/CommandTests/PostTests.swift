// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

/// The day that two posts of 2010 show: a scan of 68 ports over 10-10000, logged by Shorewall.
@Suite("The posts' cases", .timeLimit(.minutes(2)))
struct PostTests {
    /// 68 ports from 10 to 10000, each asked for so many times, in 19 seconds.
    private func scan(times: Int) -> String {
        let ports = (0..<67).map { 10 + $0 * 149 } + [10000]
        var log = ""
        for index in 0..<ports.count * times {
            log += Recordings.line(
                from: "192.168.0.101", to: "192.168.0.117", port: ports[index % ports.count],
                sourcePort: 63436, prefix: "Shorewall:net2fw:DROP:",
                time: 19 * Double(index) / Double(ports.count * times))
        }
        return log
    }

    private func replay(_ text: String, _ arguments: String...) async throws
        -> PicketCommand.Outcome
    {
        let folder = try TemporaryFolder()
        let outcome = try await PicketCommand(
            ["replay"] + arguments + [try folder.write("messages", text)]
        ).run()
        #expect(outcome.code == 0)
        return outcome
    }

    @Test("68 SYNs are level 2, in psad's words as the post shows them")
    func psad() async throws {
        let outcome = try await replay(scan(times: 1), "--format", "psad")
        #expect(
            outcome.lines.last
                == "scan detected: 192.168.0.101 -> 192.168.0.117 tcp: [10-10000] flags: SYN "
                + "tcp pkts: 68 DL: 2")
    }

    @Test("The JSON of it has the post's zones, prefix and numbers")
    func json() async throws {
        let outcome = try await replay(scan(times: 1), "--json")
        let final = try DecisionLine(try #require(outcome.lines.last))
        #expect(final.action == "scan-ended")
        #expect(final.kind == "vertical")
        #expect(final.techniques == ["SYN"])
        #expect((final.packets, final.targets, final.hosts, final.level) == (68, 68, 1, 2))
        let firewall = try final.section("picket", "firewall")
        #expect(firewall["prefix"] as? String == "Shorewall:net2fw:DROP:")
        #expect(firewall["disposition"] as? String == "DROP")
        let observer = try final.section("observer")
        #expect((observer["ingress"] as? [String: Any])?["zone"] as? String == "net")
        #expect((observer["egress"] as? [String: Any])?["zone"] as? String == "fw")
        let ports = try final.section("picket", "scan", "ports")
        #expect(ports["min"] as? Int == 10)
        #expect(ports["max"] as? Int == 10000)
        #expect(ports["count"] as? Int == 68)
        let reason = try final.section("event")["reason"] as? String
        #expect(
            reason?.hasPrefix(
                "192.168.0.101 probed 68 TCP ports (10-10000) of 192.168.0.117 with SYN in 19 s")
                == true)
    }

    @Test("204 packets are level 3")
    func threeTimes() async throws {
        let outcome = try await replay(scan(times: 3), "--format", "psad")
        #expect(
            outcome.lines.last
                == "scan detected: 192.168.0.101 -> 192.168.0.117 tcp: [10-10000] flags: SYN "
                + "tcp pkts: 204 DL: 3")
    }

    @Test("fwlogwatch's alert comes once, at the attempts that are set")
    func fwlogwatch() async throws {
        let outcome = try await replay(scan(times: 1), "--format", "fwlogwatch")
        #expect(outcome.lines == ["ALERT: 50 attempts from 192.168.0.101"])
        let asThere = try await replay(
            scan(times: 1), "--format", "fwlogwatch", "--set",
            "detection.repeated-attempts=65 per 1h")
        #expect(asThere.lines == ["ALERT: 65 attempts from 192.168.0.101"])
    }

    @Test("scanlogd's line names both ends")
    func scanlogd() async throws {
        let outcome = try await replay(scan(times: 1), "--format", "scanlogd")
        let line = try #require(outcome.lines.first)
        #expect(line.hasPrefix("192.168.0.101"))
        #expect(line.contains("192.168.0.117"))
    }

    @Test("Eight martians are shown as the kernel's line shows them, and are no scan")
    func martians() async throws {
        let stamps = [
            "02:01:29 sid7 kernel: [  174.732092]", "02:01:29 sid7 kernel: [ 174.812241]",
            "02:01:29 sid7 kernel: [ 174.892391]", "02:01:29 sid7 kernel: [ 174.972541]",
            "02:01:30 sid7 kernel: [ 176.068854]", "02:01:30 sid7 kernel: [ 176.149009]",
            "02:01:30 sid7 kernel: [ 176.229154]", "02:01:30 sid7 kernel: [ 176.309299]",
        ]
        let log = stamps.map {
            "Oct 31 \($0) martian destination 0.0.0.0 from 192.168.0.110, dev eth0\n"
        }
        let outcome = try await replay(log.joined())
        #expect(outcome.output.isEmpty)
        #expect(outcome.wordLines.contains("grades: 8 martian"))
        #expect(
            outcome.wordLines.contains(
                "martian destination 0.0.0.0 from 192.168.0.110, dev eth0: 8 packets"))
    }
}
