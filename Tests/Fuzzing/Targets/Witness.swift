// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Detection
import Foundation
import Packets

@testable import Daemon

/// What stands behind every way in: a detector and a decider as the daemon has them, with
/// thresholds so low that a few packets decide something, and the promises about all of it.
struct Witness: ~Copyable {
    private(set) var analysis: Analysis
    private let bytes: Int
    private(set) var lines: [String] = []

    static let observer = Observer(name: "fuzz", version: "0", localTimeOffset: .seconds(3600))

    static func settings() -> DetectionSettings {
        var settings = DetectionSettings()
        settings.memory = 1 << 20
        settings.targets = 2
        settings.outboundTargets = 3
        settings.echoHosts = 2
        settings.levelPackets = [2, 4, 6, 8, 10]
        settings.levelHosts = [2, 3, 4, 5, 6]
        settings.repeatedAttempts = 3
        return settings
    }

    static func facts() -> HostFacts {
        HostFacts(
            ownAddresses: Set([Address("192.0.2.10")].compactMap { $0 }),
            homeNetworks: ["192.0.2.0/24", "2001:db8::/32"].compactMap { Network($0) })
    }

    init(settings: DetectionSettings = Witness.settings()) {
        analysis = Analysis(settings: settings, facts: Witness.facts(), seed: 7)
        bytes = analysis.detector.bytes
        must(bytes <= settings.memory, "a detector has the memory of its settings, not \(bytes)")
    }

    mutating func observe(_ event: PacketEvent, packet: RawSpan, origins: OriginTable) {
        if !analysis.knows(event.origin) { analysis.admit(origins) }
        var decided: [Decision] = []
        analysis.observe(event, packet: packet) { decided.append($0) }
        check(decided)
    }

    mutating func advance(to time: Timestamp) {
        var decided: [Decision] = []
        analysis.advance(to: time) { decided.append($0) }
        check(decided)
    }

    mutating func finish() {
        var decided: [Decision] = []
        analysis.finish(at: Timestamp(seconds: 2_000_000_000)) { decided.append($0) }
        check(decided)
        must(analysis.detector.sourceCount == 0, "nothing is left at the end of the input")
        checkMemory()
        for line in analysis.martianLines { mustBePlain(line, "a martian's line") }
    }

    private func checkMemory() {
        must(
            analysis.detector.bytes == bytes,
            "a detector's memory stays \(bytes), and is \(analysis.detector.bytes)")
    }

    private mutating func check(_ decided: [Decision]) {
        guard !decided.isEmpty else { return }
        checkMemory()
        for decision in decided {
            for format in DecisionFormat.allCases {
                guard let line = format.line(decision, observer: Witness.observer) else { continue }
                mustBePlain(line, "a line of \(format)")
                if format == .ecs {
                    lines.append(line)
                    let value = try? JSONSerialization.jsonObject(with: Data(line.utf8))
                    must(value is [String: Any], "not JSON: \(line)")
                }
            }
        }
    }
}
