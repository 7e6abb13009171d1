// SPDX-License-Identifier: GPL-3.0-or-later

import Control
import Foundation
import Packets
import Testing

@testable import Review

@Suite("The screen of top")
struct TopScreenTests {
    private func status() -> StatusReport {
        var status = StatusReport(version: "0.0", pid: 7, started: Date(timeIntervalSince1970: 0))
        status.rates.lastSecond = 1234.4
        status.rates.lastMinute = 12.25
        return status
    }

    private func source(
        _ name: String, level: Int = 1, packets: UInt64 = 10, last: Double = 100
    ) -> SourcesReport.Source {
        var source = SourcesReport.Source(source: name, level: level, packets: packets)
        source.kind = "vertical"
        source.techniques = ["SYN"]
        source.tool = "nmap"
        source.targets = Int(clamping: packets)
        source.hosts = 1
        source.first = 90
        source.last = last
        return source
    }

    private func model(
        _ sources: [SourcesReport.Source], order: TopOrder = .level, time: Double = 103
    ) -> TopModel {
        var model = TopModel(order: order)
        model.note(
            SourcesReport(
                time: time, order: order.asked, tracked: 1234, openScans: 2, sources: sources),
            status())
        return model
    }

    private func screen(
        _ model: TopModel, width: Int = 80, height: Int = 12, offset: Int = 0
    ) -> [String] {
        TopScreen(model, width: width, style: .plain, offset: 0).lines(
            height: height, offset: offset)
    }

    @Test("The header, the sources in their order, and the keys")
    func whole() {
        let lines = screen(
            model([source("198.51.100.1"), source("198.51.100.2", level: 4, packets: 123_456)]))
        #expect(
            lines == [
                "picket 0.0, process 7   1970-01-01 00:01:43 UTC",
                "events  1,234 a second, 12.3 over a minute   lost nothing",
                "sources 1,234 tracked, 2 open scans",
                "",
                "source          lvl kind       techni… tool    packets targets hosts seen rate/s",
                "198.51.100.2      4 vertical   SYN     nmap       123k    123k     1   3s      -",
                "198.51.100.1      1 vertical   SYN     nmap         10      10     1   3s      -",
                "", "", "", "",
                "[level] packets  targets  hosts  seen  rate  first letter sorts, arrows scroll,…",
            ])
    }

    @Test("No line is wider than the terminal, and there are as many as it has", arguments: 1...140)
    func fits(width: Int) {
        var long = source("2001:db8:1111:2222:3333:4444:5555:6666", level: 5, packets: .max)
        long.techniques = ["connect", "SYN", "FIN", "XMAS", "ICMP-timestamp"]
        long.exact = false
        (long.targets, long.hosts) = (.max, .max)
        let model = model([long, source("192.0.2.1")])
        for height in [0, 1, 2, 5, 6, 7, 40] {
            let lines = screen(model, width: width, height: height)
            #expect(lines.count == height)
            #expect(lines.allSatisfy { $0.displayWidth <= width })
        }
    }

    @Test("On a narrow terminal the source, its level and what is sorted by stay")
    func narrow() {
        let lines = screen(model([source("192.0.2.1", packets: 77)], order: .hosts), width: 30)
        #expect(lines[4].hasPrefix("source"))
        #expect(lines[4].contains("lvl"))
        #expect(lines[4].contains("hosts"))
    }

    @Test("The rate is what came in the last ten seconds; a new source's since it began")
    func rate() {
        var model = model([source("192.0.2.1", packets: 100)], time: 100)
        var new = source("192.0.2.2", packets: 30)
        new.first = 101
        model.order = .rate
        model.note(
            SourcesReport(
                time: 102, order: .seen, tracked: 2, openScans: 0,
                sources: [source("192.0.2.1", packets: 150), new, source("192.0.2.3")]),
            status())
        #expect(model.rows.map(\.source) == ["192.0.2.1", "192.0.2.2", "192.0.2.3"])
        #expect(model.rows.map { model.rate($0) } == [25, 15, nil])
    }

    @Test("A daemon whose clock was set back begins the rates anew")
    func clock() {
        var model = model([source("192.0.2.1", packets: 100)], time: 100)
        model.note(
            SourcesReport(
                time: 50, order: .level, tracked: 1, openScans: 0,
                sources: [source("192.0.2.1", packets: 101)]), status())
        #expect(model.rows.map { model.rate($0) } == [nil])
    }

    @Test("What the daemon says cannot steer the terminal")
    func hostile() {
        var bad = source("\u{1b}[2J\u{1b}]0;x\u{7}")
        bad.tool = "a\nb\u{202e}"
        bad.kind = "\u{9b}31m"
        bad.techniques = ["\r"]
        (bad.first, bad.last) = (.infinity, -.infinity)
        let model = model([bad], time: .infinity)
        for line in screen(model, width: 120) {
            #expect(
                line.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value < 0x7f || $0 == "…" })
        }
    }

    @Test("Losses stand in capitals")
    func losses() {
        var model = TopModel(order: .level)
        var status = status()
        status.losses.gap = 1200
        model.note(
            SourcesReport(time: 1, order: .level, tracked: 0, openScans: 0, sources: []), status)
        #expect(screen(model, width: 100)[1].contains("LOST 1,200 in the kernel, 0 in the ring"))
    }

    @Test("Colours are the levels' alone, and only where they are wanted")
    func colours() {
        let model = model([source("192.0.2.1", level: 5), source("192.0.2.2", level: 1)])
        let coloured = TopScreen(
            model, width: 80,
            style: .init(isTerminal: true, ink: Ink(isTerminal: true, environment: [:])), offset: 0
        ).lines(height: 9, offset: 0)
        #expect(coloured[5].contains("\u{1b}[31;1m  5\u{1b}[0m"))
        #expect(!coloured[6].contains("\u{1b}"))
        let plain = TopScreen(
            model, width: 80, style: .init(isTerminal: true, ink: .none), offset: 0
        ).lines(height: 9, offset: 0)
        #expect(plain[5] == screen(model)[5])
    }

    @Test("Scrolling shows what comes further down")
    func scroll() {
        let many = (1...50).map { source("192.0.2.\($0)", packets: UInt64(100 - $0)) }
        #expect(screen(model(many), offset: 20)[5].hasPrefix("192.0.2.21 "))
        #expect(TopScreen.rows(height: 12) == 6)
    }

    @Test(
        "Keys and key sequences are what they say, and rubbish is nothing",
        arguments: [
            ("q", [.quit]), ("\u{3}", [.quit]), ("p", [.sort(.packets)]), ("R", [.sort(.rate)]),
            ("\u{1b}[A\u{1b}[B", [.up, .down]), ("\u{1b}OA", [.up]), ("\u{1b}[5~", [.pageUp]),
            ("\u{1b}[6~x", [.pageDown]), ("\u{1b}", []), ("\u{1b}[", []), ("\u{1b}[99;99", []),
            ("\u{0}\u{7f}zé", []), ("\u{1a}\u{c}", [.suspend, .redraw]),
        ] as [(String, [TopKey])])
    func keys(text: String, keys: [TopKey]) {
        #expect(TopKey.read(Array(text.utf8)) == keys)
    }
}

@Suite("Colours of a decision's line")
struct InkLineTests {
    private let ink = Ink(isTerminal: true, environment: ["TERM": "xterm"])
    private let start = "2010-10-25 13:16:38.341Z scan-escalated    "

    @Test("The level is coloured, and never what a prefix says")
    func line() {
        #expect(
            ink.line(start + "level 5: 192.0.2.1 [prefix level 3:]")
                == start + "\u{1b}[31;1mlevel 5\u{1b}[0m: 192.0.2.1 [prefix level 3:]")
        let quiet = start + "level 1: 192.0.2.1 probed [prefix level 5:]"
        #expect(ink.line(quiet) == quiet)
        let far = start + String(repeating: "x", count: 40) + " level 5: "
        #expect(ink.line(far) == far)
        #expect(ink.line("") == "")
    }

    @Test("Without a terminal, with NO_COLOR, or on a dumb one nothing is coloured")
    func plain() {
        let line = start + "level 5: 192.0.2.1"
        #expect(ink.line(line) != line)
        #expect(Ink(isTerminal: true, environment: ["NO_COLOR": ""]).line(line) != line)
        #expect(Ink(isTerminal: true, environment: ["NO_COLOR": "0"]).line(line) == line)
        #expect(Ink(isTerminal: true, environment: ["TERM": "dumb"]).line(line) == line)
        #expect(Ink(isTerminal: false, environment: [:]).line(line) == line)
    }
}
