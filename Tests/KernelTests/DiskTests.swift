// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

extension EndToEnd {
    @Suite("Disks and crashes")
    struct Disks {
        @Test("On a full disk decisions are counted; when there is room the log goes on by itself")
        func full() async throws {
            try await Stage.run { stage in
                let disk = "\(stage.folder)/disk"
                try FileManager.default.createDirectory(
                    atPath: disk, withIntermediateDirectories: true)
                var choice = DaemonUnderTest.Choice()
                // A disk of the daemon's own mount namespace: it goes with the process.
                choice.entry = [
                    "unshare", "--mount", "sh", "-euc",
                    "mount -t tmpfs -o size=256k none \(disk); exec \"$@\"", "disk",
                ]
                choice.log = "\(disk)/decisions.json"
                let daemon = try await DaemonUnderTest(on: stage, choice)
                let inside = "/proc/\(daemon.child.id)/root\(disk)"
                try await daemon.scans(sources: 10, ports: 5)
                try await daemon.settle()
                // Not filled by us: the decisions themselves do it.
                try await daemon.scans(sources: 500, ports: 20, first: 2000)
                try await daemon.settle()
                try await daemon.wrote()
                #expect(try await daemon.status().log?.failing == "No space left on device")
                try await daemon.says("cannot write to \(disk)/decisions.json: No space left")
                _ = try wholeLines(of: "\(inside)/decisions.json")

                try await stage.run("truncate", "-s", "0", "\(inside)/decisions.json")
                try await Nmap.run(["-sS", "-p", "1-10"], to: Cable.target6, on: stage)
                try await daemon.settle()
                try await daemon.wrote()
                try await daemon.says("writing to \(disk)/decisions.json again after")
                let log = try #require(try await daemon.status().log)
                #expect(log.failing == nil)
                let kept = try wholeLines(of: "\(inside)/decisions.json")
                #expect(kept.only("scan-detected").last?.source?.ip == Cable.scanner6)
                try await daemon.end()
                // Standard output has them all.
                #expect(UInt64(daemon.child.lines.count) == log.lines + log.lost)
            }
        }

        @Test("A daemon that is killed at any moment tears no line and no table")
        func killed() async throws {
            try await Stage.run { stage in
                var random = SystemRandomNumberGenerator()
                for round in 0..<8 {
                    // Scans end at once, so that each round has its own.
                    let daemon = try await DaemonUnderTest(
                        on: stage, DaemonUnderTest.Choice(detection: ["scan-timeout: 1s"]))
                    if round > 0 {
                        #expect(daemon.child.complaints.contains("table restored:"))
                        #expect(!daemon.child.complaints.contains("empty table"))
                    }
                    let before = try wholeLines(of: daemon.log).count
                    let sender = try stage.start([
                        "/usr/bin/python3", Traffic.path("scans.py"), stage.scanner, "200", "16",
                        "--first", "\(1000 + 100 * round)",
                    ])
                    let enough = before + Int.random(in: 1...100, using: &random)
                    try await wait("\(enough) lines are written") {
                        Child.text(daemon.log).wholeLines.count >= enough
                    }
                    // The first one ends as it should, so that there is a table; of the others some
                    // are killed at work and some while they save.
                    if round % 2 == 0 { daemon.strike(SIGTERM) }
                    if round > 0 {
                        try await Task.sleep(
                            for: .milliseconds(.random(in: 0...20, using: &random)))
                        daemon.child.kill()
                    }
                    try await wait("it is gone") { !daemon.child.isRunning }
                    _ = try await sender.ended()
                    _ = try wholeLines(of: daemon.log)
                }
                let daemon = try await DaemonUnderTest(on: stage)
                try await daemon.scans(sources: 1, ports: 1)
                try await wait("there is something to save") {
                    try await daemon.status().decided > 0
                }
                try await daemon.end()
                let files = try FileManager.default.contentsOfDirectory(
                    atPath: "\(stage.folder)/picket")
                #expect(
                    Set(files) == [
                        "picket.yaml", "table", "decisions.json", "facts.json", "picket.db",
                        "evidence",
                    ],
                    "nothing is left lying about")
            }
        }
    }
}
