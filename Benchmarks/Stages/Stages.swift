// SPDX-License-Identifier: GPL-3.0-or-later

import CLinux
import Glibc

/// Runs one stage of the road of a packet over made-up traffic, and prints what it costs.
///
///     Stages STAGE [--events N] [--sources N] [--silent]
///
/// One JSON object on standard output: the stage, the events, and the CPU time of this thread while
/// the stage ran. What is made ready before does not count. `contrib/bench stages` runs it, under
/// callgrind and with an allocator that counts as well.
@main
enum Stages {
    static func main() {
        guard let request = Request(Array(CommandLine.arguments.dropFirst())) else {
            write(
                "usage: Stages \(Stage.allCases.map(\.rawValue).joined(separator: "|")) "
                    + "[--events N] [--sources N] [--silent]\n", to: STDERR_FILENO)
            exit(64)
        }
        do {
            let measured = try request.stage.run(request)
            let nanoseconds = Double(measured.nanoseconds) / Double(max(measured.events, 1))
            write(
                "{\"stage\":\"\(request.stage.rawValue)\",\"events\":\(measured.events),"
                    + "\"ns\":\(nanoseconds),\"note\":\"\(measured.note)\"}\n", to: STDOUT_FILENO)
        } catch {
            write("Stages: \(error)\n", to: STDERR_FILENO)
            exit(71)
        }
    }

    private static func write(_ text: String, to descriptor: CInt) {
        let bytes = Array(text.utf8)
        _ = unsafe Glibc.write(descriptor, bytes, bytes.count)
    }
}

/// What was asked for on the command line.
struct Request {
    var stage = Stage.walk
    var events = 1_000_000
    var sources = 65_536
    /// Whether thresholds are so high that nothing is found: what an event costs without findings.
    var isSilent = false

    /// Nil when the words make no sense.
    init?(_ words: [String]) {
        guard let name = words.first, let stage = Stage(rawValue: name) else { return nil }
        self.stage = stage
        var rest = words.dropFirst()
        while let option = rest.popFirst() {
            if option == "--silent" {
                isSilent = true
                continue
            }
            guard let word = rest.popFirst(), let value = Int(word), value > 0,
                value <= 1_000_000_000
            else { return nil }
            switch option {
            case "--events": events = value
            case "--sources": sources = min(value, 1 << 24)
            default: return nil
            }
        }
    }
}

/// What a stage has cost.
struct Measured {
    var events: Int
    /// CPU time of the threads that did the work.
    var nanoseconds: Int64
    /// What the stage has found, so that nothing could be left out; printed.
    var note = ""

    /// Runs the body, and counts the CPU time of this thread.
    static func around(events: Int, _ body: () -> Int) -> Measured {
        let start = picket_thread_cpu_ns()
        let found = body()
        return Measured(
            events: events, nanoseconds: picket_thread_cpu_ns() - start, note: "\(found)")
    }
}

/// A part of the road that is measured by itself.
enum Stage: String, CaseIterable {
    case walk, parse
    case walkAndParse = "walk-parse"
    case read
    case ring
    case ringOfTwo = "ring-threads"
    case detect
    case detectMix = "detect-mix"
    case evidenceOff = "evidence-off"
    case evidence
    case evidenceMixOff = "evidence-mix-off"
    case evidenceMix = "evidence-mix"
    case decide, line, top

    func run(_ request: Request) throws -> Measured {
        switch self {
        case .walk: WalkStage.walk(request.events)
        case .parse: WalkStage.parse(request.events)
        case .walkAndParse: WalkStage.walkAndParse(request.events)
        case .read: try ReadStage.run(request.events)
        case .ring: try RingStage.alone(request.events)
        case .ringOfTwo: try RingStage.threads(request.events)
        case .detect: DetectStage.run(request, .flood)
        case .detectMix: DetectStage.run(request, .mix)
        case .evidenceOff: EvidenceStage.run(request, .flood, keeping: false)
        case .evidence: EvidenceStage.run(request, .flood, keeping: true)
        case .evidenceMixOff: EvidenceStage.run(request, .mix, keeping: false)
        case .evidenceMix: EvidenceStage.run(request, .mix, keeping: true)
        case .decide: DecideStage.run(request.events, writing: false)
        case .line: DecideStage.run(request.events, writing: true)
        case .top: TopStage.run(request)
        }
    }
}
