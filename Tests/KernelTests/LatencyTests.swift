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

        /// Unit: milliseconds. What the project promises holds for a release build on a machine
        /// that has nothing else to do: contrib/test.d/latency.sh asks for that. Beside all other
        /// tests it is a guard against a batch that waits for company.
        static let bound =
            Double(
                ProcessInfo.processInfo.environment["PICKET_LATENCY_BOUND"] ?? "") ?? 100

        @Test("At 100 packets a second, a scan is told soon after the packet that made it")
        func latency() async throws {
            try await Stage.run { stage in
                let daemon = try await DaemonUnderTest(on: stage)
                let text = try await stage.run(
                    "/usr/bin/python3", Traffic.path("latency.py"), stage.scanner,
                    DaemonUnderTest.program, daemon.settings)
                let measured = try JSONDecoder().decode(Measured.self, from: Data(text.utf8))
                print("latency in ms: \(text)", terminator: "")
                #expect(measured.scans == 100)
                #expect(measured.p99 <= Self.bound)
                let decisions = try await daemon.finish()
                #expect(
                    decisions.map(\.event.action) == Array(repeating: "scan-detected", count: 100))
            }
        }
    }
}
