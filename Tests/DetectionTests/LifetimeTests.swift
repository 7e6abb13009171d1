// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Testing

@testable import Detection

@Suite("Lifetime and clocks")
struct LifetimeTests {
    @Test("A scan ends when its lifetime is over, at the last packet's time plus the timeout")
    func lifetime() {
        var detector = Detector(small: DetectionSettings())
        for port in 1...5 { detector.see(tcp(port, at: Double(port))) }
        #expect(detector.takeFindings().map(\.event) == [.scanDetected])
        #expect(detector.nextDeadline == moment(3605))
        detector.advance(to: moment(3604.9))
        #expect(detector.takeFindings().isEmpty)
        #expect(detector.openScans == 1)
        detector.advance(to: moment(3605))
        let ended = detector.takeFindings()
        #expect(ended.map(\.event) == [.scanEnded(.lifetimeOver)])
        #expect(ended.map(\.time) == [moment(3605)])
        #expect(detector.sourceCount == 0)
        #expect(detector.nextDeadline == nil)
    }

    @Test("Noticed late, by the next event days after, a scan still ends when it did")
    func noticedLate() {
        let found = findings(
            in: (1...5).map { tcp($0) } + [tcp(1, from: outsider(1), at: 300_000)])
        #expect(found.map(\.time) == [moment(0), moment(3600)])
    }

    @Test("Without the slow memory, targets further apart than the lifetime do not add up")
    func apart() {
        var settings = DetectionSettings()
        settings.slowMemory = .zero
        let far = (1...9).map { tcp($0, at: Double($0) * 3600) }
        #expect(findings(in: far, settings: settings).isEmpty)
        let near = (1...9).map { tcp($0, at: Double($0) * 3599) }
        #expect(findings(in: near, settings: settings).detected.count == 1)
    }

    @Test("At the end of the input a scan ends with the last packet's time")
    func endOfInput() {
        let found = findings(
            in: (1...5).map { tcp($0, at: Double($0)) } + [tcp(443, flags: .rst, at: 99)])
        #expect(found.map(\.event) == [.scanDetected, .scanEnded(.inputEnded)])
        #expect(found.map(\.time) == [moment(5), moment(99)])
    }

    @Test("A second scan by the same source is a second scan")
    func twice() {
        let events = (1...5).map { tcp($0) } + (1...5).map { tcp($0, at: 4000) }
        #expect(findings(in: events).detected.count == 2)
    }

    @Test("A clock that is set back does not stop time nor make it negative")
    func setBack() throws {
        var detector = Detector(small: DetectionSettings())
        for port in 1...3 { detector.see(tcp(port, at: 10_000)) }
        for port in 4...6 { detector.see(tcp(port, at: 100)) }
        let scan = try #require(detector.takeFindings().detected.first)
        #expect(scan.end >= scan.start)
        #expect(detector.nextDeadline == moment(3700))
        detector.advance(to: moment(3700))
        #expect(detector.takeFindings().map(\.event) == [.scanEnded(.lifetimeOver)])
    }

    @Test("Events out of order by less than the disorder are one stream")
    func disorder() throws {
        let events = [5.0, 3, 4, 1, 2].map { tcp(Int($0), at: $0) }
        let scan = try #require(findings(in: events).onlyScan)
        #expect(scan.start == moment(1))
        #expect(scan.end == moment(5))
    }

    @Test("Times at the ends of the range never trap")
    func extremes() {
        var detector = Detector(small: DetectionSettings())
        for _ in 0..<50 {
            for nanoseconds in [Int64.min, .max, 0, .min + 1, -1, .max - 1] {
                for port in 1...6 {
                    var event = tcp(port)
                    event.time = Timestamp(nanoseconds: nanoseconds)
                    detector.see(event)
                }
                _ = detector.nextDeadline
            }
        }
        detector.advance(to: Timestamp(nanoseconds: .min))
        detector.finish()
        for finding in detector.takeFindings() {
            #expect(finding.summary.end >= finding.summary.start)
        }
    }

    @Test("The timeout is the user's", arguments: [1, 60, 86_400])
    func timeout(seconds: Int) {
        var settings = DetectionSettings()
        settings.scanTimeout = .seconds(seconds)
        settings.slowMemory = .zero
        let gap = Double(seconds)
        let near = (1...5).map { tcp($0, at: Double($0) * (gap - 0.001)) }
        #expect(findings(in: near, settings: settings).detected.count == 1)
        let far = (1...5).map { tcp($0, at: Double($0) * gap) }
        #expect(findings(in: far, settings: settings).isEmpty)
    }
}
