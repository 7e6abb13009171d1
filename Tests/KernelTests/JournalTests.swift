// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

extension EndToEnd {
    @Suite("The journal of a running daemon")
    struct Journal {
        /// contrib/test.d/kill.sh asks for more.
        static let kills =
            Int(ProcessInfo.processInfo.environment["PICKET_KILLS"] ?? "") ?? 5

        @Test("Killed at any moment, the journal has every decision that was shown")
        func killed() async throws {
            try await Stage.run { stage in
                var random = SystemRandomNumberGenerator()
                // Scans end at once, so that each round has its own.
                let choice = DaemonUnderTest.Choice(detection: ["scan-timeout: 1s"])
                var total = 0
                for round in 0..<Self.kills {
                    let daemon = try await DaemonUnderTest(on: stage, choice)
                    let watch = try stage.start([
                        DaemonUnderTest.program, "watch", "--json", "--config", daemon.settings,
                    ])
                    try await wait("somebody watches") { try await daemon.status().watchers == 1 }
                    let sender = try stage.start([
                        "/usr/bin/python3", Traffic.path("scans.py"), stage.scanner, "400", "16",
                        "--first", "\(1000 + 100 * (round % 100))",
                    ])
                    let enough = Int.random(in: 1...200, using: &random)
                    try await wait("\(enough) lines are written") {
                        Child.text(daemon.log).wholeLines.count >= enough
                    }
                    try await Task.sleep(for: .microseconds(.random(in: 0...9000, using: &random)))
                    daemon.strike(SIGKILL)
                    try await wait("it is gone") { !daemon.child.isRunning }
                    _ = try await sender.ended()
                    // Whoever watches ends with the daemon.
                    try await wait("the watcher is gone") { !watch.isRunning }
                    _ = try wholeLines(of: daemon.log)
                    let kept = Set(try await decisions(stage, daemon.settings))
                    let logged = Child.text(daemon.log).wholeLines
                    #expect(logged.allSatisfy { kept.contains($0) }, "round \(round), log")
                    #expect(watch.lines.allSatisfy { kept.contains($0) }, "round \(round), watch")
                    #expect(!watch.lines.isEmpty)
                    total = kept.count
                    // Each round has its own, or two hundred would read each other's for an hour.
                    try FileManager.default.removeItem(atPath: daemon.log)
                }
                // It opens for writing as well, and goes on.
                let daemon = try await DaemonUnderTest(on: stage, choice)
                #expect(!daemon.child.complaints.contains("journal"))
                try await daemon.scans(sources: 1, ports: 16, first: 60_000)
                try await wait("it is written to") {
                    try await daemon.status().journal?.written ?? 0 > 0
                }
                try await daemon.end()
                #expect(try await decisions(stage, daemon.settings).count > min(total, 4999))
            }
        }

        private func decisions(_ stage: Stage, _ settings: String) async throws -> [Substring] {
            try await stage.run(
                DaemonUnderTest.program, "decisions", "--json", "--limit", "5000", "--config",
                settings
            ).wholeLines
        }

        @Test(
            "A full disk takes no decision away: all are logged, and journalled when there is room")
        func full() async throws {
            try await Stage.run { stage in
                let disk = "\(stage.folder)/disk"
                try FileManager.default.createDirectory(
                    atPath: disk, withIntermediateDirectories: true)
                var choice = DaemonUnderTest.Choice()
                choice.entry = [
                    "unshare", "--mount", "sh", "-euc",
                    "mount -t tmpfs -o size=800k none \(disk); exec \"$@\"", "disk",
                ]
                choice.journal = "\(disk)/picket.db"
                let daemon = try await DaemonUnderTest(on: stage, choice)
                // The decisions themselves fill it.
                try await daemon.scans(sources: 500, ports: 20, first: 2000)
                try await daemon.settle()
                try await daemon.wrote()
                try await daemon.says("cannot write to the journal (\(disk)/picket.db): no space")
                let failing = try #require(try await daemon.status().journal)
                #expect(failing.failing?.contains("no space left") == true)
                #expect(failing.waiting > 0)
                let logged = Child.text(daemon.log).wholeLines.count
                #expect(logged > Int(failing.written))

                try await stage.run(
                    "nsenter", "--mount", "--target", "\(daemon.child.id)", "mount", "-o",
                    "remount,size=16m", disk)
                try await daemon.says("journalling again")
                try await wait("all are journalled") {
                    let journal = try await daemon.status().journal
                    return journal?.waiting == 0 && journal?.failing == nil
                }
                try await daemon.scans(sources: 3, ports: 200, first: 9000)
                try await daemon.settle()
                try await daemon.wrote()
                let lines = Child.text(daemon.log).wholeLines
                let kept = try await stage.run(
                    "nsenter", "--mount", "--target", "\(daemon.child.id)",
                    DaemonUnderTest.program, "decisions", "--json", "--config", daemon.settings
                ).wholeLines
                #expect(lines.count > logged)
                #expect(Set(lines) == Set(kept))
                try await daemon.end()
            }
        }

        @Test("A daemon that has become another user owns its journal; explain hears of it live")
        func dropped() async throws {
            try await Stage.run { stage in
                let choice = DaemonUnderTest.Choice(more: ["daemon:", "  user: nobody"])
                let daemon = try await DaemonUnderTest(on: stage, choice)
                try await daemon.scans(sources: 1, ports: 20)
                try await daemon.settle()
                try await daemon.wrote()
                let file = "\(stage.folder)/picket/picket.db"
                for suffix in ["", "-wal", "-shm"] {
                    let attributes = try FileManager.default.attributesOfItem(atPath: file + suffix)
                    #expect(attributes[.ownerAccountID] as? Int == 65534, "\(suffix)")
                    #expect(attributes[.posixPermissions] as? Int == 0o640, "\(suffix)")
                }
                let decision = try #require(daemon.decisions.only("scan-detected").first)
                let source = try #require(decision.source?.ip)
                let page = try await stage.run(
                    in: stage.target, DaemonUnderTest.program, "explain", source, "--config",
                    daemon.settings)
                #expect(page.contains("Now it is scanning since"))
                #expect(page.contains("probed 5 TCP ports"))
                #expect(page.contains("this version of Picket reports and blocks"))
                let nobody = try await stage.run(
                    in: stage.target, DaemonUnderTest.program, "explain", "192.0.2.254", "--config",
                    daemon.settings)
                #expect(nobody.contains("Nothing was ever decided about it."))
                #expect(nobody.contains("Now the detector has nothing of it."))
                try await daemon.end()
                // Without a daemon there is no log beside it, and it is read all the same.
                #expect(!FileManager.default.fileExists(atPath: file + "-wal"))
                let quiet = try await stage.run(
                    DaemonUnderTest.program, "explain", source, "--config", daemon.settings)
                #expect(
                    quiet.contains("What the detector has of it now is not known: cannot reach"))
            }
        }
    }
}
