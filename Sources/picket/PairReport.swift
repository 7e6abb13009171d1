// SPDX-License-Identifier: GPL-3.0-or-later

import Daemon
import Foundation
import Packets
import Pairing

/// What `picket pair` prints: data on standard output, words on standard error.
struct PairReport {
    let isJSON: Bool

    /// A line of `--json`; keys without a value are left out.
    private struct Line: Encodable {
        var frontEnd: String?
        var inForce: Bool?
        var inCharge: Bool?
        var reasons: [String]?
        var note: String?
        var result: String?
        var diff: [String]?

        enum CodingKeys: String, CodingKey {
            case frontEnd = "front_end"
            case inForce = "in_force"
            case inCharge = "in_charge"
            case reasons, note, result, diff
        }
    }

    /// - Parameter named: whom the person has named.
    mutating func found(_ findings: Findings, named: FrontEndName?) throws {
        var inCharge = named.map { [$0] } ?? []
        if case .one(let main, let beside) = findings.charge, named == nil || named == main {
            inCharge = [main] + beside
        }
        for sighting in findings.sightings {
            let isInCharge = inCharge.contains(sighting.name)
            let state =
                isInCharge
                ? "in charge" : sighting.isInForce ? "also drops packets" : "installed, not in use"
            try print(
                "\(sighting.name.title): \(state): \(sighting.reasons.joined(separator: "; "))",
                Line(
                    frontEnd: sighting.name.rawValue, inForce: sighting.isInForce,
                    inCharge: isInCharge, reasons: sighting.reasons))
        }
        try notes(findings.notes)
    }

    /// - Parameter groups: those that the settings subscribe to.
    mutating func subscribed(_ groups: [UInt16]) throws {
        guard !groups.contains(5) else { return }
        let list = groups.map(String.init).joined(separator: ", ")
        try notes([
            "the rules feed NFLOG group 5, and the settings subscribe to \(list): see nflog.groups"
        ])
    }

    mutating func planned(_ plan: Plan, isCutOff: Bool) throws {
        try notes(plan.notes)
        if isCutOff {
            try notes([
                "an earlier call was cut off in the middle; --apply or --undo puts that right"
            ])
        }
        try result(plan.isEmpty ? "paired" : "planned", plan.diff)
        say(
            plan.isEmpty
                ? "paired already: nothing would change"
                : "nothing was changed. To make this change: sudo picket pair --apply")
    }

    mutating func applied(_ outcome: FirewallPairing.Outcome) throws {
        switch outcome {
        case .nothingToDo:
            try result("paired", [])
            say("paired already: nothing was changed")
        case .done(let diff, let words):
            try notes(words)
            try result("applied", diff)
            say(
                "paired. See that it works: sudo picket check. To take it back: sudo picket pair --undo"
            )
        }
    }

    mutating func undone(_ outcome: FirewallPairing.Outcome) throws {
        switch outcome {
        case .nothingToDo:
            try result("unpaired", [])
            say("not paired: there is nothing to undo")
        case .done(let diff, let words):
            try notes(words)
            try result("undone", diff)
            say("taken back: the firewall is as it was")
        }
    }

    private func notes(_ notes: [String]) throws {
        for note in notes { try print("note: \(note)", Line(note: note)) }
    }

    private func result(_ result: String, _ diff: [String]) throws {
        try print(
            diff.isEmpty ? nil : diff.map(\.printableButTabs).joined(separator: "\n"),
            Line(result: result, diff: diff))
    }

    private func print(_ text: String?, _ line: Line) throws {
        var output = StandardOutput()
        guard isJSON else {
            if let text { try output.line(text) }
            return
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try output.line(String(decoding: try encoder.encode(line), as: UTF8.self))
    }
}

extension String {
    /// As `printable`, with tabs left, which rules of nftables begin with.
    fileprivate var printableButTabs: String {
        split(separator: "\t", omittingEmptySubsequences: false).map { String($0).printable }
            .joined(separator: "\t")
    }
}
