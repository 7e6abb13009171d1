// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Testing

@testable import Detection

@Suite("The bounded table")
struct TableTests {
    @Test("A record takes at most 256 bytes, and the default memory holds 250,000 sources")
    func size() {
        #expect(MemoryLayout<SourceRecord>.stride <= 256)
        let plan = MemoryPlan(memory: DetectionSettings().memory)
        #expect(plan.records >= 98_304)
        #expect(plan.records + plan.probationWords / Probation.wideWords >= 600_000)
        #expect(plan.tallies >= 1_900)
    }

    @Test("The default leaves 8 MiB for what looks at many sources together")
    func plan() {
        let detector = Detector(settings: DetectionSettings(), facts: HostFacts(), seed: 1)
        #expect(detector.bytes <= (96 - 8) << 20)
    }

    @Test(
        "Any memory setting gives a detector that stays within it",
        arguments: [
            0, 1 << 20, 3_000_000, 8 << 20, 100_000_000, -5,
        ])
    func memory(bytes: Int) {
        var settings = DetectionSettings()
        settings.memory = bytes
        let detector = Detector(settings: settings, facts: HostFacts(), seed: 1)
        #expect(detector.bytes <= max(bytes, 1 << 20))
    }

    @Test("A million forged sources do not grow it, nor hide one that probes once a second")
    func flood() throws {
        var settings = DetectionSettings()
        settings.memory = 4 << 20
        var detector = Detector(settings: settings, facts: Known.facts, seed: 3)
        let before = detector.bytes
        var dice = Dice(state: 1)
        var real = 0
        for number in 0..<1_000_000 {
            if number % 10_000 == 0 {
                real += 1
                detector.see(tcp(real, at: Double(number) / 10_000))
            }
            let forged = Address(v4: 0x0b00_0000 | UInt32.random(in: 0..<1 << 24, using: &dice))
            detector.see(tcp(80, from: forged, at: Double(number) / 10_000))
        }
        #expect(detector.bytes == before)
        #expect(detector.table.filing.count <= detector.table.capacity)
        let named = detector.takeFindings().detected.map(\.source)
        #expect(named.contains(Network(host: Known.scanner)))
    }

    @Test("When it is full the least useful goes: one target and oldest first, scans last")
    func eviction() {
        var settings = DetectionSettings()
        settings.memory = 1 << 20
        var detector = Detector(settings: settings, facts: Known.facts, seed: 3)
        let capacity = detector.table.capacity
        for port in 1...5 { detector.see(tcp(port)) }
        for port in 1...2 { detector.see(tcp(port, from: outsider(1))) }
        for number in 2..<3 * capacity {
            for _ in 1...2 { detector.see(tcp(1, from: outsider(number))) }
        }
        #expect(detector.table.filing.count == capacity)
        #expect(detector.takeFindings().map(\.event) == [.scanDetected])
        #expect(detector.trace(of: outsider(1)) != nil)
        #expect(detector.trace(of: outsider(2)) == nil)
        #expect(detector.trace(of: outsider(3 * capacity - 1)) != nil)
    }

    @Test("When everything scans, the scan that was silent longest ends for want of memory")
    func allScanning() throws {
        var settings = DetectionSettings()
        settings.memory = 1 << 20
        settings.targets = 1
        var detector = Detector(settings: settings, facts: Known.facts, seed: 3)
        let capacity = detector.table.capacity
        for number in 0...capacity { detector.see(tcp(1, from: outsider(number))) }
        let ended = detector.takeFindings().ended
        #expect(ended.map(\.event) == [.scanEnded(.memoryFull)])
        #expect(ended.map(\.summary.source) == [Network(host: outsider(0))])
    }

    @Test("When all tallies are lent, a new scan gets that of a scan silent for a minute")
    func tallies() throws {
        var settings = DetectionSettings()
        settings.memory = 1 << 20
        var detector = Detector(settings: settings, facts: Known.facts, seed: 3)
        let capacity = detector.tallies.capacity
        for port in 1...20 { detector.see(tcp(port)) }
        for number in 0..<capacity {
            for port in 1...10 { detector.see(tcp(port, from: outsider(number), at: 60)) }
        }
        for port in 21...30 { detector.see(tcp(port, at: 61)) }
        detector.finish()
        let scan = try #require(
            detector.takeFindings().ended.map(\.summary).first {
                $0.source == Network(host: Known.scanner)
            })
        #expect(scan.targets == DistinctCount(20, exact: false))
        #expect(scan.packets == 30)
        #expect(scan.level == 2)
        #expect(scan.destinations == [Known.server])
    }

    @Test("When all tallies are lent to busy scans, a new scan's counts stand still and say so")
    func busyTallies() throws {
        var settings = DetectionSettings()
        settings.memory = 1 << 20
        var detector = Detector(settings: settings, facts: Known.facts, seed: 3)
        for number in 0..<detector.tallies.capacity {
            for port in 1...10 { detector.see(tcp(port, from: outsider(number))) }
        }
        for port in 1...30 { detector.see(tcp(port, at: 1)) }
        detector.finish()
        let scans = detector.takeFindings().ended.map(\.summary)
        let late = try #require(scans.first { $0.source == Network(host: Known.scanner) })
        #expect(!late.targets.exact)
        #expect(late.packets == 30)
        #expect(late.level == 2)
        let early = scans.filter { $0.source != Network(host: Known.scanner) }
        #expect(early.allSatisfy { $0.targets == DistinctCount(10) })
    }

    @Test("The index finds what is in it, and nothing else, however it was filled and emptied")
    func index() {
        var table = SourceTable(
            records: 200, probationWords: 64, lifetime: 3_600_000_000_000, hash: KeyedHash(seed: 5))
        var dice = Dice(state: 9)
        var present: [Address: UInt32] = [:]
        for _ in 0..<20_000 {
            let address = outsider(Int.random(in: 0..<400, using: &dice))
            if let number = present[address] {
                #expect(table.find(SourceKey(Network(host: address))) == number)
                table.remove(number)
                present[address] = nil
            } else {
                #expect(table.find(SourceKey(Network(host: address))) == nil)
                if table.isFull { continue }
                present[address] = table.insert(
                    SourceRecord(
                        key: SourceKey(v4: address), firstAddress: address, start: moment(0),
                        now: 0))
            }
        }
        #expect(table.liveCount == present.count)
        for (address, number) in present {
            #expect(table.find(SourceKey(v4: address)) == number)
        }
    }

    @Test("Distinct things are counted exactly up to 256", arguments: [1, 8, 100, 256])
    func exact(count: Int) {
        let sketch = sketch(of: count)
        #expect(Int(sketch.count) == count)
        #expect(sketch.isExact)
    }

    @Test(
        "Beyond 256 distinct things are counted within 5 %",
        arguments: [
            257, 300, 1_000, 10_000, 100_000, 1_000_000,
        ])
    func estimate(count: Int) {
        let sketch = sketch(of: count)
        #expect(!sketch.isExact)
        #expect(abs(Double(sketch.count) - Double(count)) <= 0.05 * Double(count))
    }

    private func sketch(of count: Int) -> DistinctSketch {
        let hash = KeyedHash(seed: 11)
        var words = ContiguousArray<UInt32>(repeating: 0, count: DistinctSketch.words)
        var sketch = DistinctSketch()
        for number in 0..<count {
            _ = sketch.insert(hash(UInt64(number), 0), into: &words, at: 0)
        }
        return sketch
    }

    @Test("All ports of a host are counted within 5 % and said not to be exact")
    func allPorts() throws {
        let scan = try #require(findings(in: (0...65535).map { tcp($0) }).onlyScan)
        #expect(!scan.ports.exact)
        #expect(abs(Double(scan.ports.count) - 65536) <= 0.05 * 65536)
        #expect(abs(Double(scan.targets.count) - 65536) <= 0.05 * 65536)
        #expect(scan.hosts == DistinctCount(1))
        #expect(scan.portRange == 0...65535)
        #expect(scan.packets == 65536)
        #expect(scan.level == 5)
        #expect(scan.kind == .vertical)
    }

    @Test("The first 64 martians are listed, the rest is summed")
    func martians() {
        var detector = Detector(small: DetectionSettings())
        for number in 0..<100 {
            for _ in 0...number { detector.see(tcp(80, from: Address(v4: UInt32(number)))) }
        }
        #expect(detector.martians.entries.count == 64)
        #expect(detector.martians.entries[9].packets == 10)
        #expect(detector.martians.others == UInt64((65...100).reduce(0, +)))
        #expect(detector.sourceCount == 0)
    }
}
