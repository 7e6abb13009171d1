// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Dispatch
import GRDB
import Packets
import Synchronization

/// The way of decisions into the journal, and through it to everybody else: a decision is committed
/// before it is shown, so that no kill takes away what somebody has seen.
///
/// Where the journal fails, or its disk does not answer for ``patience``, decisions are shown without
/// it and wait; they are written when it is well again.
/// Bound: `limit` decisions wait. While the journal is well and behind, whoever submits waits for it;
/// while it fails, the oldest are given up and counted. Auxiliary rows are counted and left out
/// beyond a bound of their own.
/// Thread: ``submit(_:)`` and ``note(_:)`` from any; ``run()`` on a thread of its own.
package final class JournalWriter: Sendable {
    /// What the operator should know.
    package enum Trouble: Hashable, Sendable {
        /// Decisions are shown without being journalled. Told at most once a minute.
        case failing(JournalError, waiting: Int, lost: UInt64)
        /// The disk does not answer.
        case stalled(waiting: Int)
        /// Written again; what had waited is in the journal, what was lost is not.
        case recovered(lost: UInt64)
        /// The damaged journal has another name now, and a new one was begun.
        case movedAside(from: String, to: String, cause: String)
        /// Rows beside the decisions were left out: so many since the start.
        case behind(UInt64)
    }

    /// As `picket status` tells it.
    package struct Numbers: Hashable, Sendable {
        package var written: UInt64 = 0
        package var waiting = 0
        package var lost: UInt64 = 0
        package var auxiliaryLost: UInt64 = 0
        /// Why decisions are not journalled now; nil while all is well.
        package var failing: String?
    }

    private struct State {
        var waiting = WaitingDecisions()
        var auxiliary = Backlog<AuxiliaryRow>()
        var auxiliaryLost: UInt64 = 0
        var written: UInt64 = 0
        var failing: JournalError?
        var isStalled = false
        var stalls = ComplaintPace()
        /// Counts batches, so that a watch sees whether there was one.
        var turns = 0
        var isWatched = false
        var isSleeping = false
        var isStopping = false
        /// Whether somebody waits for room.
        var isCrowded = false

        /// Whether decisions are shown without waiting for the journal.
        var passesBy: Bool { failing != nil || isStalled }
    }

    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)
    private let room = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)
    private let watch = DispatchQueue(label: "picket.journal.watch")
    private let limit: Int
    private let patience: Duration
    private let document: @Sendable (Decision) -> String
    private let show: @Sendable (Decision) -> Void
    private let tell: @Sendable (Trouble) -> Void
    private let makeSession: @Sendable () -> JournalSession

    /// Where the journal is.
    package let path: String

    static let batch = 256
    /// How often an idle journal is looked at: for what is too old, for a file that is gone.
    private static let tidying = Duration.seconds(600)
    static let auxiliaryLimit = 4096

    /// - Parameters:
    ///   - document: the ECS document of a decision.
    ///   - show: hands a decision on; never waits.
    package convenience init(
        path: String, retention: Retention, identity: RunIdentity,
        clock: @escaping @Sendable () -> Timestamp,
        document: @escaping @Sendable (Decision) -> String,
        show: @escaping @Sendable (Decision) -> Void,
        tell: @escaping @Sendable (Trouble) -> Void
    ) {
        let file = JournalFile(path: path)
        self.init(path: path, document: document, show: show, tell: tell) {
            JournalSession(file: file, retention: retention, identity: identity, clock: clock)
        }
    }

    init(
        path: String, limit: Int = 16_384, patience: Duration = .seconds(1),
        document: @escaping @Sendable (Decision) -> String,
        show: @escaping @Sendable (Decision) -> Void,
        tell: @escaping @Sendable (Trouble) -> Void,
        makeSession: @escaping @Sendable () -> JournalSession
    ) {
        self.path = path
        self.limit = limit
        self.patience = patience
        self.document = document
        self.show = show
        self.tell = tell
        self.makeSession = makeSession
    }

    package var numbers: Numbers {
        state.withLock { state in
            Numbers(
                written: state.written, waiting: state.waiting.count, lost: state.waiting.lost,
                auxiliaryLost: state.auxiliaryLost,
                failing: state.failing.map { "\($0)" }
                    ?? (state.isStalled ? "the journal's disk does not answer" : nil))
        }
    }

    /// Takes a decision; it is shown once it is committed.
    package func submit(_ decision: Decision) {
        while true {
            let isTaken = state.withLock { state in
                if state.waiting.count >= limit, !state.passesBy, !state.isStopping {
                    state.isCrowded = true
                    return false
                }
                state.waiting.append(decision)
                if state.passesBy {
                    state.waiting.showAll(show)
                    state.waiting.lose(beyond: limit, show: show)
                }
                rouse(&state)
                return true
            }
            if isTaken { return }
            // Whoever is too fast for a journal that is well waits for it, as for nothing else; the
            // kernel's buffer holds what comes meanwhile.
            _ = room.wait(timeout: .now() + .milliseconds(100))
        }
    }

    /// Takes a row that may be left out when there is no room.
    package func note(_ row: AuxiliaryRow) {
        let lost: UInt64? = state.withLock { state in
            guard state.auxiliary.count < JournalWriter.auxiliaryLimit else {
                state.auxiliaryLost += 1
                return state.auxiliaryLost
            }
            state.auxiliary.append(row)
            rouse(&state)
            return nil
        }
        // 1, 2, 4, 8, …: a storm is told a few times.
        if let lost, lost & (lost - 1) == 0 { tell(.behind(lost)) }
    }

    /// Writes what waits and ends, or gives up after the time given.
    package func stop(within limit: Duration) {
        state.withLock { $0.isStopping = true }
        wake.signal()
        room.signal()
        if ended.wait(timeout: .now() + .milliseconds(Int(limit / .milliseconds(1)))) == .timedOut {
            state.withLock { $0.waiting.showAll(show) }
        }
    }

    /// The journal's thread: returns after ``stop(within:)``.
    package func run() {
        var session = makeSession()
        var complaints = ComplaintPace()
        while true {
            let (batch, rows, isStopping) = state.withLock { state in
                (
                    state.waiting.next(JournalWriter.batch), Array(state.auxiliary.prefix(64)),
                    state.isStopping
                )
            }
            if batch.isEmpty, rows.isEmpty, isStopping {
                // Also a run that decided nothing is in it.
                if let moved = try? session.open() { tell(moved) }
                break
            }
            let pending = batch.map { PendingDecision(decision: $0, document: document($0)) }
            do throws(JournalError) {
                if batch.isEmpty, rows.isEmpty {
                    // Also opens the journal at the start, before there is a decision.
                    if let moved = try session.open() { tell(moved) }
                    let hasMore = try session.tidy()
                    if state.withLock({ $0.failing != nil }) { settle(0, 0, &complaints) }
                    if !hasMore { sleep(for: JournalWriter.tidying) }
                    continue
                }
                if let moved = try session.write(pending, rows) { tell(moved) }
                settle(batch.count, rows.count, &complaints)
                try session.tidy(after: batch.count)
            } catch {
                fail(error, &complaints)
                if isStopping { break }
                sleep(for: .seconds(1))
            }
        }
        state.withLock { $0.waiting.showAll(show) }
        session.close()
        ended.signal()
    }

    private func settle(_ count: Int, _ rows: Int, _ complaints: inout ComplaintPace) {
        let (recovered, hadStalled) = state.withLock { state -> (UInt64?, Bool) in
            let had = state.passesBy
            state.waiting.settle(count, show: show)
            state.auxiliary.removeFirst(rows)
            state.written += UInt64(count)
            state.turns &+= 1
            (state.failing, state.isStalled) = (nil, false)
            if state.isCrowded {
                state.isCrowded = false
                room.signal()
            }
            return had ? (state.waiting.lost, state.stalls.endsTold) : (nil, false)
        }
        guard let recovered, complaints.endsTold || hadStalled else { return }
        tell(.recovered(lost: complaints.newlyLost(recovered)))
    }

    private func fail(_ error: JournalError, _ complaints: inout ComplaintPace) {
        let (waiting, lost) = state.withLock { state in
            state.failing = error
            state.turns &+= 1
            state.waiting.showAll(show)
            state.waiting.lose(beyond: limit, show: show)
            if state.isCrowded {
                state.isCrowded = false
                room.signal()
            }
            return (state.waiting.count, state.waiting.lost)
        }
        if complaints.isDue { tell(.failing(error, waiting: waiting, lost: lost)) }
    }

    /// Wakes the journal's thread, and has it watched while something waits.
    private func rouse(_ state: inout State) {
        if state.isSleeping {
            state.isSleeping = false
            wake.signal()
        }
        guard !state.isWatched, !state.passesBy else { return }
        state.isWatched = true
        let turns = state.turns
        let delay = DispatchTimeInterval.milliseconds(Int(patience / .milliseconds(1)))
        watch.asyncAfter(deadline: .now() + delay) { [weak self] in self?.look(since: turns) }
    }

    /// Whether there was a batch since; a disk that does not answer holds nobody up.
    private func look(since turns: Int) {
        let waiting: Int? = state.withLock { state in
            state.isWatched = false
            guard state.waiting.count > 0, !state.passesBy else { return nil }
            guard state.turns == turns else {
                rouse(&state)
                return nil
            }
            state.isStalled = true
            state.waiting.showAll(show)
            if state.isCrowded {
                state.isCrowded = false
                room.signal()
            }
            return state.stalls.isDue ? state.waiting.count : nil
        }
        if let waiting { tell(.stalled(waiting: waiting)) }
    }

    private func sleep(for time: Duration) {
        let sleeps = state.withLock { state in
            // A failing journal is tried again when its time has come, not with each decision.
            let isFailing = state.failing != nil
            let isIdle = state.waiting.count == 0 && state.auxiliary.isEmpty
            state.isSleeping = isIdle && !isFailing
            return (isIdle || isFailing) && !state.isStopping
        }
        guard sleeps else { return }
        let failing = state.withLock { $0.failing != nil }
        let pause = failing ? min(time, .seconds(1)) : time
        _ = wake.wait(timeout: .now() + .milliseconds(Int(pause / .milliseconds(1))))
        state.withLock { $0.isSleeping = false }
    }
}
