// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Testing

@testable import Detection

@Suite("The first sources of an order")
struct SourceSearchTests {
    /// Sources with so many targets each, one second apart.
    private func detector(_ targets: [Int]) -> Detector {
        var detector = Detector(small: DetectionSettings())
        for (number, count) in targets.enumerated() {
            for target in 0..<count {
                // Ports of its own for each, else they would be one distributed scan.
                detector.see(
                    tcp(
                        1 + number * 100 % 60_000 + target, from: outsider(number),
                        to: host(number % 200 + 1), at: Double(number)))
            }
        }
        return detector
    }

    private func find(
        _ detector: borrowing Detector, _ order: SourceOrder, limit: Int, slice: Int = 7
    ) -> [RankedSource] {
        var search = SourceSearch(order: order, limit: limit)
        while detector.goOn(&search, records: slice) {}
        return detector.found(search)
    }

    @Test("The best come first, whatever the slices", arguments: [1, 3, 16, 100_000])
    func best(slice: Int) {
        let targets = (0..<120).map { 2 + $0 * 37 % 60 }
        let detector = detector(targets)
        let found = find(detector, .packets, limit: 10, slice: slice)
        let expected = targets.enumerated()
            .sorted { ($1.element, $0.offset) < ($0.element, $1.offset) }
            .prefix(10)
        #expect(found.map { Int($0.summary.packets) } == expected.map(\.element))
        #expect(found.allSatisfy { $0.isScanning })
    }

    @Test("A limit above their number finds all that have two packets, and none on probation")
    func all() {
        let detector = detector([1, 2, 3, 1, 6])
        let found = find(detector, .level, limit: 1000)
        #expect(found.map(\.summary.packets) == [6, 3, 2])
        #expect(found.map(\.isScanning) == [true, false, false])
        #expect(found.map(\.summary.level) == [1, 0, 0])
    }

    @Test("Each order is kept", arguments: SourceOrder.allCases)
    func orders(order: SourceOrder) {
        let detector = detector((0..<80).map { 2 + $0 * 29 % 40 })
        let found = find(detector, order, limit: 30).map(\.summary)
        #expect(found.count == 30)
        for (a, b) in zip(found, found.dropFirst()) {
            switch order {
            case .level: #expect((a.level, a.packets) >= (b.level, b.packets))
            case .packets: #expect(a.packets >= b.packets)
            case .targets: #expect(a.targets.count >= b.targets.count)
            case .hosts: #expect(a.hosts.count >= b.hosts.count)
            case .seen: #expect(a.end >= b.end)
            }
        }
    }

    @Test("A source that is gone when the search ends is not shown, nor one that came in its place")
    func gone() {
        var settings = DetectionSettings()
        settings.slowMemory = .zero
        var detector = Detector(small: settings)
        for target in 1...9 { detector.see(tcp(target, from: outsider(1))) }
        var search = SourceSearch(order: .level, limit: 10)
        #expect(!detector.goOn(&search, records: 1000))
        let before = detector.found(search).count
        #expect(before == 1)
        detector.see(tcp(1, from: outsider(2), at: 90_000))
        let after = detector.found(search).count
        #expect(after == 0)
    }

    @Test("A sleeping source is not shown")
    func asleep() {
        var detector = Detector(small: DetectionSettings())
        for target in 1...3 { detector.see(tcp(target, from: outsider(1))) }
        detector.see(tcp(1, from: outsider(2), at: 90_000))
        detector.see(tcp(2, from: outsider(2), at: 90_000))
        let found = find(detector, .level, limit: 10).map(\.summary.firstAddress)
        #expect(found == [outsider(2)])
    }

    @Test("Searching changes nothing that is decided")
    func harmless() {
        func decide(searching: Bool) -> [Finding] {
            var detector = Detector(small: DetectionSettings())
            for number in 0..<4000 {
                detector.see(
                    tcp(1 + number % 997, from: outsider(number % 61), at: Double(number) / 10))
                if searching, number % 50 == 0 { _ = find(detector, .hosts, limit: 5) }
            }
            detector.finish()
            return detector.takeFindings()
        }
        #expect(decide(searching: true) == decide(searching: false))
    }

    @Test("An empty table has no first source")
    func empty() {
        let detector = Detector(small: DetectionSettings())
        #expect(find(detector, .level, limit: 5).isEmpty)
    }
}
