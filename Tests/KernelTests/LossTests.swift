// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

extension EndToEnd {
    @Suite("Nothing is lost uncounted")
    struct Loss {
        @Test("What finds the kernel's buffer full is counted to the last packet, and told")
        func overrun() async throws {
            try await Stage.run { stage in
                let daemon = try await DaemonUnderTest(
                    on: stage, DaemonUnderTest.Choice(nflog: ["receive-buffer: 16KiB"]))
                daemon.strike(SIGSTOP)
                try await daemon.scans(sources: 400, ports: 40)
                daemon.strike(SIGCONT)
                // A gap shows with the next message; and the daemon goes on.
                try await Nmap.run(["-sS", "-p", "1-30"], to: Cable.target4, on: stage)
                let losses = try await daemon.accounted()
                #expect(losses.gap > 0, "16,000 packets fitted into 16 KiB")
                #expect(losses.drop == 0)
                try await daemon.end()

                let told = daemon.decisions.only("loss")
                #expect(told.last?.picket.loss.gap == losses.gap, "\(told)")
                let detected = daemon.decisions.only("scan-detected").map(\.source?.ip)
                #expect(detected.contains(Cable.scanner4))
            }
        }

        @Test("A detector that stalls costs what ring and buffer cannot hold, counted and told")
        func stalled() async throws {
            try await Stage.run { stage in
                let daemon = try await DaemonUnderTest(
                    on: stage, DaemonUnderTest.Choice(nflog: ["receive-buffer: 16KiB"]))
                let room = try await daemon.status().ring.capacity
                let stall = try stage.start([
                    "/usr/bin/python3", Traffic.path("stall.py"), "\(daemon.child.id)", "detector",
                ])
                try await wait("the detector is stalled: \(stall.complaints)") {
                    !stall.lines.isEmpty
                }
                try await daemon.scans(sources: 500, ports: room / 500 + 20)
                #expect(try await daemon.status().decided == 0)

                try stall.signal("TERM")
                try await Nmap.run(["-sS", "-p", "1-30"], to: Cable.target4, on: stage)
                let losses = try await daemon.accounted()
                #expect(losses.gap + losses.drop > 0)
                try await daemon.end()
                let told = daemon.decisions.only("loss")
                #expect(told.last?.picket.loss.gap == losses.gap, "\(told)")
                #expect(told.last?.picket.loss.drop == losses.drop)
                let detected = daemon.decisions.only("scan-detected").map(\.source?.ip)
                #expect(detected.contains(Cable.scanner4))
            }
        }
    }
}
