// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Testing

@testable import Detection

@Suite("Danger levels from the settings")
struct AutoLevelTests {
    private func settings(_ rules: [AutoLevelRule]) -> DetectionSettings {
        var settings = DetectionSettings()
        settings.autoLevels = rules
        return settings
    }

    /// The levels of a scan of the ports, from its detection to its end.
    private func levels(_ rules: [AutoLevelRule], ports: ClosedRange<Int> = 1...20) -> [Int] {
        var detector = Detector(small: settings(rules))
        return detector.findings(in: ports.map { tcp($0, at: Double($0)) }).map(\.summary.level)
    }

    @Test("A rule gives its level to the whole scan, be it higher or lower")
    func level() {
        #expect(levels([]) == [1, 2, 2])
        #expect(levels([AutoLevelRule(level: 4)]) == [4, 4])
        #expect(levels([AutoLevelRule(level: 1)], ports: 1...200) == [1, 1, 1])
        #expect(levels([AutoLevelRule(network: Known.home, level: 4)]) == [1, 2, 2])
    }

    @Test("Level 0 does not count at all")
    func ignored() {
        #expect(levels([AutoLevelRule(level: 0)]).isEmpty)
        #expect(levels([AutoLevelRule(ports: 5...100, level: 0)]).isEmpty)
        #expect(levels([AutoLevelRule(ports: 6...100, level: 0)]) == [1, 1])
    }

    @Test("All parts of a rule must hold, and the first rule that holds decides")
    func parts() {
        let scanner = Network(host: Known.scanner)
        #expect(
            levels([AutoLevelRule(network: scanner, ipProtocol: .udp, level: 0)]) == [1, 2, 2])
        #expect(levels([AutoLevelRule(network: scanner, ipProtocol: .tcp, level: 0)]).isEmpty)
        #expect(
            levels([AutoLevelRule(network: scanner, level: 3), AutoLevelRule(level: 0)]) == [3, 3])
        #expect(
            levels([AutoLevelRule(level: 0), AutoLevelRule(network: scanner, level: 3)]).isEmpty)
    }

    @Test("A rule for one port raises a scan that asks for it, and lowers none that asks for more")
    func ports() {
        #expect(levels([AutoLevelRule(ports: 3...3, level: 5)]) == [5, 5])
        #expect(levels([AutoLevelRule(ports: 8...8, level: 5)]) == [1, 5, 5])
        #expect(levels([AutoLevelRule(ports: 3...3, level: 1)]) == [1, 2, 2])
    }

    @Test("A level never falls, also when the settings change under an open scan")
    func reload() {
        var detector = Detector(small: settings([AutoLevelRule(level: 5)]))
        for port in 1...5 { detector.see(tcp(port)) }
        detector.apply(settings: settings([]), facts: Known.facts)
        detector.see(tcp(6))
        detector.apply(settings: settings([AutoLevelRule(level: 1)]), facts: Known.facts)
        detector.see(tcp(7))
        detector.apply(settings: settings([AutoLevelRule(level: 0)]), facts: Known.facts)
        detector.see(tcp(8))
        detector.finish()
        let findings = detector.takeFindings()
        #expect(findings.map(\.summary.level) == [5, 5])
        #expect(findings.last?.summary.packets == 7)
    }

    @Test("A new rule counts from the next packet, for sources that are known too")
    func raised() {
        var detector = Detector(small: settings([]))
        for port in 1...5 { detector.see(tcp(port)) }
        detector.apply(settings: settings([AutoLevelRule(level: 4)]), facts: Known.facts)
        detector.see(tcp(6))
        #expect(detector.takeFindings().map(\.summary.level) == [1, 4])
    }

    @Test("The levels are part of the saved table")
    func saved() throws {
        var first = Detector(small: settings([AutoLevelRule(level: 3)]))
        for port in 1...4 { first.see(tcp(port)) }
        var second = Detector(small: settings([AutoLevelRule(level: 3)]), seed: 99)
        try second.restore(from: first.saved().span)
        second.see(tcp(5))
        #expect(second.takeFindings().map(\.summary.level) == [3])
    }
}
