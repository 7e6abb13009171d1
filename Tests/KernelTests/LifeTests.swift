// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

extension EndToEnd {
    @Suite("A daemon's life")
    struct Life {
        @Test("A scan goes on over a restart, and is not found a second time")
        func restart() async throws {
            try await Stage.run { stage in
                let before = try await DaemonUnderTest(on: stage)
                try await Nmap.run(["-sS", "-p", "101-110"], to: Cable.target4, on: stage)
                let found = try await before.finish()
                #expect(found.map(\.event.action) == ["scan-detected"])
                let logged = try await stage.logged()

                let after = try await DaemonUnderTest(on: stage)
                #expect(after.child.complaints.contains("table restored: 1 sources"))
                try await Nmap.run(["-sS", "-p", "201-240"], to: Cable.target4, on: stage)
                try await after.settle(besides: logged)
                try await after.end()
                let more = Array(after.decisions.dropFirst(found.count))
                #expect(more.only("scan-detected").isEmpty, "\(more)")
                let escalated = try #require(more.only("scan-escalated").first)
                #expect(escalated.event.severity == 2)
                #expect(escalated.scan?.packets == 15, "10 of before, 5 of now")
                #expect(escalated.scan?.targets == 15)
            }
        }

        @Test("A daemon that was killed leaves nothing in the next one's way")
        func killed() async throws {
            try await Stage.run { stage in
                let before = try await DaemonUnderTest(on: stage)
                before.child.kill()
                let after = try await DaemonUnderTest(on: stage)
                try await Nmap.run(["-sS", "-p", "101-106"], to: Cable.target4, on: stage)
                #expect(try await after.finish().map(\.event.action) == ["scan-detected"])
            }
        }

        @Test("SIGHUP: a changed threshold counts from now on, for what was seen before as well")
        func reload() async throws {
            try await Stage.run { stage in
                var choice = DaemonUnderTest.Choice(detection: ["targets: 50"])
                let daemon = try await DaemonUnderTest(on: stage, choice)
                try await Nmap.run(["-sS", "-p", "101-110"], to: Cable.target4, on: stage)
                try await daemon.settle()
                #expect(daemon.decisions.isEmpty)

                choice.detection = ["targets: 11"]
                try DaemonUnderTest.write(choice, on: stage)
                try daemon.child.signal("HUP")
                try await daemon.says("settings reloaded")
                try await Nmap.run(["-sS", "-p", "111"], to: Cable.target4, on: stage)
                let decisions = try await daemon.finish()
                #expect(decisions.map(\.event.action) == ["scan-detected"])
                #expect(decisions.first?.scan?.targets == 11)
            }
        }

        @Test(
            "SIGHUP with settings that cannot be: all stays as it was, and the cause is told",
            arguments: [
                ("targets: many", "detection.targets"),
                ("targtes: 3", "did you mean detection.targets?"),
                ("memory: 1MiB", "needs a restart"),
            ])
        func brokenReload(_ line: String, _ words: String) async throws {
            try await Stage.run { stage in
                var choice = DaemonUnderTest.Choice(detection: ["targets: 7"])
                let daemon = try await DaemonUnderTest(on: stage, choice)
                choice.detection = [line]
                choice.groups = "[6]"
                try DaemonUnderTest.write(choice, on: stage)
                try daemon.child.signal("HUP")
                try await daemon.says("settings not reloaded, all stays as it was")
                #expect(daemon.child.complaints.contains(words), "\(daemon.child.complaints)")

                try DaemonUnderTest.write(DaemonUnderTest.Choice(), on: stage)
                try await Nmap.run(["-sS", "-p", "101-120"], to: Cable.target4, on: stage)
                let decisions = try await daemon.finish()
                #expect(decisions.only("scan-detected").map(\.scan?.targets) == [7])
            }
        }

        @Test("SIGUSR1: after a rename the decisions go to a new file")
        func reopen() async throws {
            try await Stage.run { stage in
                let daemon = try await DaemonUnderTest(on: stage)
                try await Nmap.run(["-sS", "-p", "101-106"], to: Cable.target4, on: stage)
                try await daemon.settle()
                let old = daemon.log + ".1"
                try FileManager.default.moveItem(atPath: daemon.log, toPath: old)
                try daemon.child.signal("USR1")
                try await daemon.says("log file reopened")
                try await Nmap.run(["-sS", "-p", "101-106"], to: Cable.target6, on: stage)
                let decisions = try await daemon.finish()
                #expect(DecisionLine.read(old).map(\.source?.ip) == [Cable.scanner4])
                #expect(decisions.map(\.source?.ip) == [Cable.scanner6])
                #expect(decisions.map(\.event.sequence) == [2], "none was lost in between")
            }
        }

        @Test("status and watch tell what the daemon does")
        func told() async throws {
            try await Stage.run { stage in
                let daemon = try await DaemonUnderTest(on: stage)
                let watch = try stage.start([
                    DaemonUnderTest.program, "watch", "--json", "--config", daemon.settings,
                ])
                try await wait("somebody watches") { try await daemon.status().watchers == 1 }
                try await Nmap.run(["-sS", "-p", "101-120"], to: Cable.target4, on: stage)
                try await daemon.settle()
                try await wait("the decisions are shown") { watch.lines.count == 2 }
                #expect(watch.lines.joined() == Child.text(daemon.log).wholeLines.joined())

                let status = try await daemon.status()
                #expect(status.pid == daemon.child.id)
                #expect(status.groups.map(\.group) == [5])
                #expect(status.events["probe"] == 20)
                #expect(status.decisions == ["scan-detected": 1, "scan-escalated": 1])
                #expect(status.losses.gap == 0 && status.losses.drop == 0)
                let text = try await stage.run(
                    DaemonUnderTest.program, "status", "--config", daemon.settings)
                #expect(text.contains("5: \(status.messages) messages, gap 0, 0 overruns"))
                #expect(text.contains("20 probe"))
                #expect(text.contains("1 scan-detected"))

                try await daemon.end()
                #expect(try await watch.ended() == 69, "the watcher ends with the daemon")
                #expect(daemon.child.output.wholeLines.count == 2, "standard output has them too")
            }
        }

        @Test(
            "Without a daemon, status and watch say so, and end with 69",
            arguments: ["status", "watch"])
        func absent(_ command: String) async throws {
            try await Stage.run { stage in
                let settings = try DaemonUnderTest.write(DaemonUnderTest.Choice(), on: stage)
                let child = try stage.start([
                    DaemonUnderTest.program, command, "--config", settings,
                ])
                #expect(try await child.ended() == 69)
                #expect(child.complaints.contains("control.sock"))
                #expect(child.complaints.wholeLines.count == 1)
            }
        }
    }
}
