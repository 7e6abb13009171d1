// SPDX-License-Identifier: GPL-3.0-or-later

import Detection
import Foundation
import Packets
import Testing

@testable import Decisions

@Suite("How a tool is told")
struct ToolWordsTests {
    private func told(by tool: Tool, _ marks: ToolMark...) throws -> ScanSummary {
        var scan = try summary()
        scan.tool = ToolVerdict(tool, marks: marks)
        return scan
    }

    @Test("The sentence names the tool between the technique and the time")
    func sentence() throws {
        #expect(
            reason(.scanEscalated, try told(by: .nmap, .nmapScan))
                == "192.0.2.101 probed 68 TCP ports (10-10000) of 198.51.100.117 with SYN by Nmap "
                + "in 19 s")
        #expect(
            reason(.scanEscalated, try told(by: .nmap, .nmapScan, .nmapSystem))
                .contains("by Nmap (with OS detection) in"))
        #expect(!reason(.scanEscalated, try summary()).contains(" by "))
        for (tool, name) in [
            (Tool.masscan, "masscan"), (.zmap, "ZMap"), (.mirai, "Mirai"), (.hping, "hping3"),
        ] {
            #expect(
                reason(.scanEscalated, try told(by: tool, .masscan)).contains("by \(name)"))
        }
    }

    @Test("The JSON has the tool and its marks in words, and null for an unknown one")
    func json() throws {
        for format in [DecisionFormat.ecs, .eve] {
            let line = try #require(
                format.line(
                    decision(.scanEscalated, try told(by: .nmap, .nmapScan, .nmapSystem)),
                    observer: observerOfThePost))
            #expect(line.contains("\"tool\":\"nmap\",\"tool_mark\":\"window 1024, "))
            #expect(line.contains("; OS detection probes\""))
            let unknown = try #require(
                format.line(
                    decision(.scanEscalated, try summary()),
                    observer: observerOfThePost))
            #expect(unknown.contains("\"tool\":\"unknown\",\"tool_mark\":null"))
        }
    }

    @Test("Lines that other programs read stay as those programs write them")
    func foreign() throws {
        for format in [DecisionFormat.psad, .scanlogd, .fwlogwatch] {
            for event in [Finding.Event.scanDetected, .scanEscalated] {
                #expect(
                    format.line(
                        decision(event, try told(by: .nmap, .nmapScan)),
                        observer: observerOfThePost)
                        == format.line(
                            decision(event, try summary()),
                            observer: observerOfThePost))
            }
        }
    }

    @Test("Each mark has words, and each tool a name")
    func complete() {
        for mark in ToolMark.allCases where mark != .none {
            let words = ToolWords(ToolVerdict(mark.tool, marks: [mark]))
            #expect(words.marks?.isEmpty == false)
            #expect(words.name?.isEmpty == false)
        }
        #expect(ToolWords(.unknown).marks == nil)
        #expect(ToolWords(.unknown).name == nil)
    }
}
