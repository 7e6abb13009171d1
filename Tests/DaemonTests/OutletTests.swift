// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Dispatch
import Packets
import Synchronization
import Testing

@testable import Daemon

@Suite("Outlets")
struct OutletTests {
    private func decision(_ sequence: UInt64) -> Decision {
        Decision(
            sequence: sequence, time: Timestamp(nanoseconds: 0), action: .loss, level: 0,
            reason: "none")
    }

    /// What a writer wrote.
    private final class Written: Sendable {
        private let all = Mutex<[UInt64]>([])
        var sequences: [UInt64] { all.withLock { $0 } }
        func add(_ decision: Decision) { all.withLock { $0.append(decision.sequence) } }
    }

    @Test("Decisions are written in their order")
    func order() {
        let written = Written()
        let outlet = Outlet("test") { written.add($0) }
        for sequence: UInt64 in 1...500 { outlet.carryOut(decision(sequence)) }
        outlet.drain(for: .seconds(10))
        #expect(written.sequences == Array(1...500))
        #expect(outlet.drops == 0)
    }

    @Test("A writer that stalls keeps so many waiting, and each one more is counted as dropped")
    func stalled() {
        let (written, gate) = (Written(), DispatchSemaphore(value: 0))
        let outlet = Outlet("test", limit: 10) { decision in
            if decision.sequence == 1 { gate.wait() }
            written.add(decision)
        }
        for sequence: UInt64 in 1...100 { outlet.carryOut(decision(sequence)) }
        #expect(outlet.drops == 90)
        #expect(written.sequences.isEmpty)
        gate.signal()
        outlet.drain(for: .seconds(10))
        #expect(written.sequences == Array(1...10))
        // It takes decisions again.
        outlet.carryOut(decision(101))
        outlet.drain(for: .seconds(10))
        #expect(written.sequences.last == 101)
        #expect(outlet.drops == 90)
    }

    @Test("An outlet that stalls delays no other, and draining it gives up in time")
    func others() {
        let (written, gate) = (Written(), DispatchSemaphore(value: 0))
        let stalled = Outlet("stalled") { _ in gate.wait() }
        let other = Outlet("other") { written.add($0) }
        for sequence: UInt64 in 1...3 {
            stalled.carryOut(decision(sequence))
            other.carryOut(decision(sequence))
        }
        other.drain(for: .seconds(10))
        #expect(written.sequences == [1, 2, 3])
        stalled.drain(for: .milliseconds(20))
        for _ in 1...3 { gate.signal() }
        stalled.drain(for: .seconds(10))
    }

    @Test("Work that is asked for in order comes between two decisions")
    func inOrder() {
        let written = Written()
        let seen = Mutex<[UInt64]>([])
        let outlet = Outlet("test") { written.add($0) }
        outlet.carryOut(decision(1))
        outlet.carryOut(decision(2))
        outlet.inOrder { seen.withLock { $0 = written.sequences } }
        outlet.carryOut(decision(3))
        outlet.drain(for: .seconds(10))
        #expect(seen.withLock { $0 } == [1, 2])
        #expect(written.sequences == [1, 2, 3])
    }
}
