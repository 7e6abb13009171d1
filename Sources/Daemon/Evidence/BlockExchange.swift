// SPDX-License-Identifier: GPL-3.0-or-later

import Dispatch
import Ring
import Synchronization

/// Blocks on their way from a fast thread to a slow one and back, so that nothing is allocated for a
/// packet and nobody waits.
///
/// Bound: so many blocks as it was made with; when all are on their way, the fast thread keeps its own
/// and, when that is full, counts what it cannot put there.
/// Thread: ``hand(_:)`` from one; the work is done on a queue of its own, one block after the other.
final class BlockExchange<Block: Sendable>: Sendable {
    private let queue: DispatchQueue
    private let free: Mutex<[Block]>
    private let work: @Sendable (inout Block) -> Void

    /// - Parameter work: empties a block.
    init(_ name: String, _ blocks: [Block], work: @escaping @Sendable (inout Block) -> Void) {
        queue = DispatchQueue(label: "picket.\(name)")
        free = Mutex(blocks)
        self.work = work
    }

    /// Takes a block and gives an empty one for it; nil when there is none: keep yours.
    func hand(_ block: Block) -> Block? {
        guard let fresh = free.withLock({ $0.popLast() }) else { return nil }
        queue.async { [self] in
            var block = block
            work(&block)
            free.withLock { $0.append(block) }
        }
        return fresh
    }

    /// The last block, for which nothing is wanted back.
    func finish(_ block: Block) {
        queue.async { [self] in
            var block = block
            work(&block)
        }
    }

    /// Does something between two blocks.
    func inOrder(_ body: @escaping @Sendable () -> Void) { queue.async(execute: body) }

    /// Waits until all work is done, at most for the time given.
    func drain(for limit: Duration) {
        let done = DispatchSemaphore(value: 0)
        queue.async { done.signal() }
        _ = done.wait(timeout: .now() + .milliseconds(Int(limit / .milliseconds(1))))
    }
}
