// SPDX-License-Identifier: GPL-3.0-or-later

import CLinux
import Decisions
import Dispatch
import Glibc
import Journal
import Packets
import Ring
import Synchronization

func now() -> Timestamp {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec))
}

/// Detection at 10,000 decisions a second (50,000 packets), a millisecond's share at a time, with
/// every decision written as a log line elsewhere: in turns with the journal before that, and
/// without. Printed are the times of the detector's thread, by the clock and of the processor.
struct Ratio {
    let folder: String
    let rounds: Int

    private static let decisionsInSlice = 10
    private static let slices = 2000

    func run() {
        var with: [Round] = []
        var without: [Round] = []
        for round in 0..<rounds {
            without.append(measure(journal: nil, round))
            with.append(measure(journal: "\(folder)/ratio-\(round).db", round))
        }
        func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
        let clock = median(zip(with, without).map { $0.clock / $1.clock })
        let processor = median(zip(with, without).map { $0.processor / $1.processor })
        for (name, list) in [("without", without), ("with", with)] {
            print(
                "\(name): \(Int(median(list.map(\.clock)))) ns of the clock and "
                    + "\(Int(median(list.map(\.processor)))) ns of the processor for each decision, "
                    + "5 packets each; shown after \(Int(median(list.map(\.shown)))) us (median of "
                    + "rounds), \(Int(median(list.map(\.shownLate)))) us (99th of 100)")
        }
        print(
            "{\"rounds\":\(rounds),\"decisions_a_second\":10000,\"ratio_clock\":\(rounded(clock)),"
                + "\"ratio_processor\":\(rounded(processor))}")
    }

    private func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }

    struct Round {
        /// Nanoseconds a decision.
        var clock: Double
        var processor: Double
        /// From being decided to being shown. Unit: microseconds.
        var shown: Double
        var shownLate: Double
    }

    private func measure(journal path: String?, _ round: Int) -> Round {
        let lines = DispatchQueue(label: "lines")
        let bytes = Atomic(0)
        let delays = Delays()
        // As the log's outlet does it.
        let show: @Sendable (Decision) -> Void = { decision in
            delays.shown(Int(decision.sequence))
            lines.async { bytes.wrappingAdd(document(decision).utf8.count, ordering: .relaxed) }
        }
        let journal = path.map { writer($0, show: show) }
        if let journal {
            guard (try? NamedThread("journal", { journal.run() })) != nil else { exit(71) }
        }
        var scanners = Scanners(from: 1_700_000_000_000_000_000, seed: UInt64(round) + 1)
        var road = Road()
        var clock: Int64 = 0
        var processor: Int64 = 0
        var next = ContinuousClock.now
        for _ in 0..<Ratio.slices {
            let events = (0..<Ratio.decisionsInSlice).flatMap { _ in scanners.packets() }
            let start = now()
            let cpu = picket_thread_cpu_ns()
            road.observe(events) { decision in
                delays.decided()
                if let journal { journal.submit(decision) } else { show(decision) }
            }
            processor += picket_thread_cpu_ns() - cpu
            clock += now().nanoseconds(since: start)
            next += .milliseconds(1)
            let left = next - ContinuousClock.now
            if left > .zero { usleep(UInt32(left / .microseconds(1))) }
        }
        journal?.stop(within: .seconds(30))
        lines.sync {}
        let count = Double(max(road.decisions, 1))
        let (middle, late) = delays.percentiles
        if let path { for suffix in ["", "-wal", "-shm"] { _ = unsafe unlink(path + suffix) } }
        return Round(
            clock: Double(clock) / count, processor: Double(processor) / count, shown: middle,
            shownLate: late)
    }
}

/// When each decision was made and when it was shown.
final class Delays: Sendable {
    private let times = Mutex<(made: [Timestamp], taken: [Int64])>(([], []))

    func decided() { times.withLock { $0.made.append(now()) } }

    func shown(_ sequence: Int) {
        times.withLock { times in
            guard sequence <= times.made.count else { return }
            times.taken.append(now().nanoseconds(since: times.made[sequence - 1]))
        }
    }

    /// The median and the 99th of 100. Unit: microseconds.
    var percentiles: (Double, Double) {
        times.withLock { times in
            let sorted = times.taken.sorted()
            guard !sorted.isEmpty else { return (0, 0) }
            return (
                Double(sorted[sorted.count / 2]) / 1000,
                Double(sorted[min(sorted.count - 1, sorted.count * 99 / 100)]) / 1000
            )
        }
    }
}
