// SPDX-License-Identifier: GPL-3.0-or-later

import Control
import Decisions
import Foundation
import Journal
import Packets

extension Explanation {
    /// One line of JSON; the keys are a contract (docs/review.md).
    package var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        // Finite numbers and valid strings, which always encode.
        guard let data = try? encoder.encode(Line(self)) else { return "null" }
        return String(decoding: data, as: UTF8.self)
    }

    private struct Line: Encodable {
        var asked: String
        var home: String?
        var journal: Reach
        var decisions: Int
        var sources: Int
        var first: String?
        var last: String?
        var scans: [Scan]
        var earlierScans: Int
        var worst: [Scan]
        var others: [Step]
        var blocks: [Block]
        var now: SourceReport?
        var nowUnknown: String?

        init(_ explanation: Explanation) {
            asked = Words.name(explanation.asked)
            home = explanation.home?.place(of: explanation.asked)
            journal = Reach(explanation.reach)
            decisions = explanation.counts.decisions
            sources = explanation.counts.sources
            first = explanation.counts.first?.rfc3339
            last = explanation.counts.last?.rfc3339
            scans = explanation.scans.map { Scan($0, factsPath: explanation.factsPath) }
            earlierScans = explanation.earlierScans
            worst = explanation.worst.map { Scan($0) }
            others = explanation.others.map(Step.init)
            blocks = explanation.blocks.map(Block.init)
            switch explanation.live {
            case .known(let report): now = report
            case .silent(let why): nowUnknown = why
            case .notAsked: break
            }
        }
    }

    private struct Reach: Encodable {
        var begun: String?
        var first: String?
        var last: String?
        var decisions: Int

        init(_ reach: JournalReader.Reach) {
            begun = reach.begun?.rfc3339
            first = reach.first?.rfc3339
            last = reach.last?.rfc3339
            decisions = reach.decisions
        }
    }

    private struct Scan: Encodable {
        var source: String
        var kind: String
        var level: Int
        var direction: String
        var start: String
        var last: String
        var ended: String?
        var packets: Int
        var targets: Int
        var hosts: Int
        var ports: Int
        var tool: String
        var toolMark: String?
        var techniques: [String]?
        var likelihood: Double?
        var loss: [String: UInt64]?
        var decisions: [Step]?
        var decisionsOmitted: Int?
        var evidence: [Evidence]?
        var replay: [String]?

        init(_ scan: JournalledScan) {
            source = Words.name(scan.source)
            kind = scan.kind
            level = scan.level
            direction = scan.direction
            start = scan.start.rfc3339
            last = scan.last.rfc3339
            ended = scan.ended?.rfc3339
            packets = scan.packets
            targets = scan.targets
            hosts = scan.hosts
            ports = scan.ports
            tool = scan.tool
        }

        init(_ story: ScanStory, factsPath: String?) {
            self.init(story.scan)
            let details = story.document?.picket?.scan
            toolMark = details?.toolMark
            techniques = details?.techniques
            likelihood = details?.likelihood
            loss = [
                "gap": story.loss.gap, "drop": story.loss.drop, "refused": story.loss.refused,
            ]
            decisions = story.steps.map(Step.init)
            decisionsOmitted = story.omitted
            evidence = story.evidence.map(Evidence.init)
            if !story.evidence.isEmpty {
                replay =
                    ["picket", "replay"] + (factsPath.map { ["--facts", $0] } ?? [])
                    + story.evidence.map(\.path)
            }
        }
    }

    private struct Step: Encodable {
        var time: String
        var sequence: Int64
        var action: String
        var level: Int
        var reason: String

        init(_ decision: JournalledDecision) {
            time = decision.time.rfc3339
            sequence = decision.sequence
            action = decision.action
            level = decision.level
            reason = decision.reason
        }
    }

    private struct Evidence: Encodable {
        var path: String
        var first: String
        var last: String
        var packets: Int
        var omitted: Int
        var bytes: Int

        init(_ file: EvidenceFile) {
            path = file.path
            first = file.first.rfc3339
            last = file.last.rfc3339
            packets = file.packets
            omitted = file.omitted
            bytes = file.bytes
        }
    }

    private struct Block: Encodable {
        var time: String
        var source: String?
        var state: String
        var until: String?
        var reason: String

        init(_ block: BlockRow) {
            time = block.time.rfc3339
            source = block.source.map(Words.name)
            state = block.state
            until = block.until?.rfc3339
            reason = block.reason
        }
    }
}
