// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

extension EndToEnd {
    @Suite("Latency")
    struct Latency {
        struct Measured: Decodable {
            var scans: Int
            /// Unit of these: milliseconds.
            var p50: Double
            var p99: Double
            var max: Double
        }

        @Test("At 100 packets a second, a scan is told within 10 ms of the packet that made it")
        func latency() async throws {
            try await Stage.run { stage in
                let daemon = try await DaemonUnderTest(on: stage)
                let text = try await stage.run(
                    "/usr/bin/python3", Traffic.path("latency.py"), stage.scanner,
                    DaemonUnderTest.program, daemon.settings)
                let measured = try JSONDecoder().decode(Measured.self, from: Data(text.utf8))
                _ = try await daemon.finish()
                print("latency: \(text)", terminator: "")
                #expect(measured.scans == 100)
                #expect(measured.p99 <= 10)
            }
        }
    }
}
