// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Detection
import Journal
import Packets

/// The sentences about one scan.
struct ScanWords {
    private let story: Explanation.ScanStory
    private let scan: JournalledScan
    private let settings: DetectionSettings
    private let clock: LocalClock

    init(_ story: Explanation.ScanStory, settings: DetectionSettings, clock: LocalClock) {
        self.story = story
        scan = story.scan
        self.settings = settings
        self.clock = clock
    }

    /// When, how long, and of what shape.
    var summary: String {
        let lasted = ReadableDuration(nanoseconds: scan.last.nanoseconds(since: scan.start))
        let end: String
        if let ended = scan.ended {
            end = " It counts as over since \(clock.text(ended))\(ending)."
        } else {
            end = " Its end is not in the journal: it goes on, or the daemon was ended before."
        }
        let article = ["a", "e", "i", "o"].contains(scan.kind.prefix(1)) ? "An" : "A"
        return "\(article) \(scan.kind) scan, \(scan.direction), from \(clock.text(scan.start)) to "
            + "\(clock.text(scan.last)): \(lasted).\(end) In order:"
    }

    private var ending: String {
        switch story.document?.picket?.scan?.ended {
        case "lifetime-over": ", after a long enough silence"
        case "memory-full": ", because its place was needed for another source"
        case "joined": ", because it turned out to be part of what several sources do together"
        default: ""
        }
    }

    var counts: String {
        let details = story.document?.picket?.scan
        var parts = [
            Words.count(scan.targets, "target", about: details?.targetsExact == false),
            "on " + Words.count(scan.hosts, "host", about: details?.hostsExact == false),
        ]
        if scan.ports > 0 {
            parts.append(
                "with " + Words.count(scan.ports, "port", about: details?.ports?.exact == false))
        }
        return "Counted: \(Words.count(scan.packets, "packet")), graded as probes or ambiguous, to "
            + "\(parts.joined(separator: " ")). Other grades (late packets, backscatter, chatter) "
            + "are never held against a source."
    }

    var techniques: String {
        let names = story.document?.picket?.scan?.techniques ?? []
        let known = story.steps.last?.techniques?.split(separator: ",").map(String.init) ?? []
        let list = names.isEmpty ? known : names
        let threat = story.document?.threat?.technique
        let attack = zip(threat?.id ?? [], threat?.name ?? []).map { "\($0) \($1)" }
        let words =
            list.isEmpty ? "How it asked is not in the journal" : "It asked by \(Words.list(list))"
        return words + (attack.isEmpty ? "." : " (ATT&CK \(attack.joined(separator: ", "))).")
    }

    var tool: String {
        if scan.tool == "unknown" {
            return "The tool is unknown: nine in ten packets have no tool's mark."
        }
        guard let mark = story.document?.picket?.scan?.toolMark else {
            return "The tool is \(scan.tool)."
        }
        return "The tool is \(scan.tool), known by its mark: \(mark)."
    }

    /// The level, and which threshold raised it, by the settings in force.
    var level: String {
        let byPackets = ScanWords.level(scan.packets, settings.levelPackets)
        let byHosts = ScanWords.level(scan.hosts, settings.levelHosts)
        let level = scan.level
        func reached(_ number: Int, _ noun: String, _ bounds: [Int], _ key: String) -> String {
            let next =
                bounds.dropFirst(level).first
                .map { "; level \(level + 1) begins at \(Words.grouped($0))" } ?? ""
            return "\(Words.count(number, noun)) reach the \(Words.grouped(bounds[level - 1])) of "
                + "\(key)\(next)"
        }
        if level == 0 { return "Its level is 0." }
        if byPackets == level, byPackets >= byHosts, level <= settings.levelPackets.count {
            return "Level \(level): "
                + reached(scan.packets, "packet", settings.levelPackets, "detection.levels.packets")
                + "."
        }
        if byHosts == level, level <= settings.levelHosts.count {
            return "Level \(level): "
                + reached(scan.hosts, "host", settings.levelHosts, "detection.levels.hosts") + "."
        }
        return "Level \(level): by detection.auto-level, or by thresholds that have been changed "
            + "since; those in force would make it \(max(byPackets, byHosts))."
    }

    private static func level(_ number: Int, _ bounds: [Int]) -> Int {
        bounds.prefix { number >= $0 }.count
    }

    var likelihood: String? {
        guard let value = story.document?.picket?.scan?.likelihood else { return nil }
        let odds: String
        switch value {
        case ..<0: odds = "rather not a scanner"
        case ..<1: odds = "about even odds"
        case ..<20:
            var ratio = 1.0
            for _ in 0..<Int(value) { ratio *= 2.718_281_828 }
            odds = "odds of at least \(Words.grouped(Int(ratio))) to 1 that it is a scanner"
        default: odds = "beyond doubt, if its address is its own"
        }
        return "Likelihood \(value) (natural logarithm of the odds): \(odds)."
    }

    /// Where in the firewall it was seen.
    var place: String? {
        guard let firewall = story.document?.picket?.firewall else { return nil }
        var parts: [String] = []
        if let prefix = firewall.prefix { parts.append("by the rule with the prefix \(prefix)") }
        if let hook = firewall.hook { parts.append("at hook \(hook)") }
        if let group = firewall.group { parts.append("through NFLOG group \(group)") }
        guard !parts.isEmpty else { return nil }
        let limited =
            firewall.feed == "limited"
            ? " A rate limit stands before that group, so there was more than was seen." : ""
        return "Seen \(parts.joined(separator: ", ")).\(limited)"
    }

    var loss: String {
        var parts: [String] = []
        if story.loss.gap > 0 { parts.append("\(story.loss.gap) in the kernel") }
        if story.loss.drop > 0 { parts.append("\(story.loss.drop) in the ring") }
        let refused =
            story.loss.refused > 0
            ? " \(story.loss.refused) packets were refused as damaged or odd." : ""
        return
            (parts.isEmpty
            ? "No event was lost meanwhile, so the counts are whole."
            : "Lost meanwhile, of all sources: \(Words.list(parts)); the counts may be too low.")
            + refused
    }

    func evidence(_ file: EvidenceFile) -> String {
        let omitted = file.omitted > 0 ? ", \(Words.grouped(file.omitted)) left out" : ""
        return "Kept: \(file.path) (\(Words.count(file.packets, "packet"))\(omitted), "
            + "\(Words.count(file.bytes, "byte")))."
    }
}
