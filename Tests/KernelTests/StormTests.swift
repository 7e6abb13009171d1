// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

extension EndToEnd {
    @Suite("Storms")
    struct Storms {
        @Test("Hundreds of reloads with other settings, under traffic, lose and keep nothing")
        func reloads() async throws {
            try await Stage.run { stage in
                let daemon = try await DaemonUnderTest(on: stage)
                let sockets = daemon.openSockets
                let sender = try stage.start([
                    "/usr/bin/python3", Traffic.path("scans.py"), stage.scanner, "400", "20",
                    "--rounds", "5",
                ])
                let groups = ["[5]", "[5, 6]", "[{group: 5, accepted: true}, 7]", "[5, 6, 8, 9]"]
                let lines = ["targets: 5", "targets: 9", "targets: none", "scan-timeout: 2h"]
                for number in 0..<400 {
                    var choice = DaemonUnderTest.Choice(groups: groups[number / 3 % groups.count])
                    choice.detection = [lines[number % lines.count]]
                    try DaemonUnderTest.write(choice, on: stage)
                    daemon.strike(SIGHUP)
                }
                _ = try await sender.ended()
                try DaemonUnderTest.write(DaemonUnderTest.Choice(), on: stage)
                daemon.strike(SIGHUP)
                try await wait("the last settings hold") {
                    try await daemon.status().groups.map(\.group) == [5]
                        && daemon.openSockets <= sockets
                }
                #expect(try await daemon.accounted().gap == 0)
                // Somebody whom no reload has made a good customer.
                try await Nmap.run(["-sS", "-p", "1-10"], to: Cable.target6, on: stage)
                _ = try await daemon.accounted()
                try await daemon.end()
                let detected = daemon.decisions.only("scan-detected").map(\.source?.ip)
                #expect(detected.contains(Cable.scanner6))
            }
        }

        @Test("A thousand clients of the control socket, silent, mad or slow, stop nobody's work")
        func crowd() async throws {
            try await Stage.run { stage in
                let daemon = try await DaemonUnderTest(on: stage)
                let before = try daemon.memory("VmRSS")
                let sockets = daemon.openSockets
                let crowd = try stage.start([
                    "/usr/bin/python3", Traffic.path("crowd.py"),
                    "\(stage.folder)/picket/control.sock", "1000",
                ])
                try await wait("the crowd is there: \(crowd.complaints)") { !crowd.lines.isEmpty }
                try await daemon.scans(sources: 500, ports: 160)
                // Who asks for nothing is closed after ten seconds, and then there is room.
                try await wait("others are answered") {
                    let status = try stage.start([
                        DaemonUnderTest.program, "status", "--config", daemon.settings,
                    ])
                    return try await status.ended() == 0
                }
                try await daemon.settle()
                #expect(try await daemon.status().watchers > 10, "the slow ones are still there")
                #expect(try daemon.memory("VmHWM") - before < 64 << 10, "KiB")
                try crowd.signal("TERM")
                _ = try? await crowd.ended()
                try await wait("all have gone") {
                    try await daemon.status().watchers == 0 && daemon.openSockets <= sockets + 1
                }
                let decisions = try await daemon.finish()
                let detected = decisions.only("scan-detected").compactMap(\.source?.ip)
                #expect(Set(detected).count == 500)
            }
        }
    }
}
