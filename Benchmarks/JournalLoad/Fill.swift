// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Journal
import Packets
import Ring
import Synchronization

/// A journal with so many decisions in the thirty days before now, of about half as many scanners.
struct Fill {
    let path: String
    let count: Int

    func run() {
        let journal = writer(path) { _ in }
        guard (try? NamedThread("journal", { journal.run() })) != nil else { return }
        let start = ContinuousClock.now
        let days: Int64 = 30 * 86_400 * 1_000_000_000
        let first = now().advanced(byNanoseconds: -days).nanoseconds
        // A scan is two decisions: found and ended.
        let gap = days / Int64(count / 2 + 1) / 5
        var scanners = Scanners(from: first)
        var road = Road()
        let made = Atomic(0)
        let carryOut: (Decision) -> Void = { decision in
            made.wrappingAdd(1, ordering: .relaxed)
            journal.submit(decision)
        }
        while made.load(ordering: .relaxed) < count {
            road.observe(scanners.packets(gap: gap), carryOut)
        }
        road.finish(carryOut)
        journal.stop(within: .seconds(3600))
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let total = made.load(ordering: .relaxed)
        print(
            "{\"decisions\":\(total),\"seconds\":\((seconds * 10).rounded() / 10),"
                + "\"a_second\":\(Int(Double(total) / seconds))}")
    }
}
