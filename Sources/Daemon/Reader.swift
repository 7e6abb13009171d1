// SPDX-License-Identifier: GPL-3.0-or-later

import NFLog
import Packets
import Ring
import Synchronization

/// The reader thread's work: the log messages of all groups in, packet events into the ring.
///
/// What the ring has no room for stays in the kernel's buffer, which is far larger; when that is
/// full too, the kernel drops, and the gap is counted.
/// Bound: a datagram is at most 256 KiB; what is behind stays in the kernel's buffer.
/// Thread: made on the thread that starts the daemon, then the reader's alone.
final class Reader {
    private var groups: [GroupReader]
    private var interfaces: InterfaceNames
    private let ring: EventRing
    private let registry: OriginRegistry
    private let progress: ReaderProgress
    private let bell: Bell
    /// Who logs each packet; nil for nobody.
    private let tap: PacketTap?

    /// Datagrams of one group that are read before the next group has its turn.
    private static let turn = 16
    /// Turns of all groups before the reader looks up: a flood must not keep it from a reload, from
    /// the interfaces' names, or from the end.
    private static let rounds = 16
    /// Turns at the end: as many as empty a receive buffer of 64 MiB that is full of datagrams with
    /// one packet each (2.3 KiB of it), not as many as a flood would like.
    private static let lastRounds = 2048
    /// Messages of one look after which the reader lets ``pause`` pass before the next.
    ///
    /// A flood fills a datagram in a third of a millisecond, and two threads that wake for each
    /// use much of their time on waking: docs/PERFORMANCE.md.
    private static let busy = 256
    /// Unit: milliseconds. What comes meanwhile is a hundredth of the kernel's buffer.
    private static let pause: CInt = 1
    /// More messages than a datagram holds: 256 KiB with 96 bytes each, which is a message with the
    /// packet's first 20 bytes and nothing else.
    private static let datagramMessages = 2730

    init(
        groups: [GroupReader], interfaces: consuming InterfaceNames, ring: EventRing,
        registry: OriginRegistry, progress: ReaderProgress, bell: Bell, tap: PacketTap? = nil
    ) {
        self.tap = tap
        for group in groups { group.log(through: tap) }
        self.groups = groups
        self.interfaces = interfaces
        self.ring = ring
        self.registry = registry
        self.progress = progress
        self.bell = bell
        progress.update(groups)
    }

    /// What one look at the sockets has come to.
    private enum Drained {
        /// Nothing is left of so many messages.
        case all(Int)
        /// The detector is behind: the ring has no room for a datagram.
        case crowded
        case failed
        /// Enough for now.
        case some
    }

    /// Reads until ``ReaderProgress/stop()`` was called, then takes what is still there.
    func run() {
        var producer = ring.makeProducer()
        while !progress.isStopping {
            let watched = [bell.descriptor, interfaces.fileDescriptor] + groups.map(\.descriptor)
            let ready = System.poll(watched, milliseconds: -1)
            if ready.contains(bell.descriptor) {
                bell.silence()
                takeChanges()
            }
            if ready.contains(interfaces.fileDescriptor) { followNames() }
            let drained = drain(into: &producer, rounds: Reader.rounds)
            progress.pulse.answer()
            switch drained {
            case .some: break
            // A socket that fails is ready at once again: not more than ten tries a second.
            case .failed: _ = System.poll([bell.descriptor], milliseconds: 100)
            case .crowded: _ = System.poll([bell.descriptor], milliseconds: 1)
            case .all(let messages):
                if messages >= Reader.busy {
                    _ = System.poll([bell.descriptor], milliseconds: Reader.pause)
                }
            }
        }
        var rounds = Reader.lastRounds
        while rounds > 0, case .crowded = drain(into: &producer, rounds: Reader.lastRounds) {
            _ = System.poll([], milliseconds: 1)
            rounds -= 1
        }
    }

    /// Reads all groups in turn until none has anything left.
    private func drain(into producer: inout EventProducer, rounds: Int) -> Drained {
        var total = 0
        for _ in 0..<rounds {
            var messages = 0
            var failed = false
            for group in groups {
                let room = (ring.capacity - ring.occupancy) / Reader.datagramMessages
                if room == 0 {
                    progress.update(groups)
                    return .crowded
                }
                do {
                    messages += try group.receive(
                        upTo: min(room, Reader.turn), interfaces: interfaces, registry: registry,
                        into: &producer)
                } catch {
                    progress.note(error)
                    failed = true
                }
                producer.publish()
                tap?.handOver()
            }
            progress.update(groups)
            if failed { return .failed }
            if messages == 0 { return .all(total) }
            total += messages
        }
        return .some
    }

    private func followNames() {
        do {
            if try interfaces.follow() { for group in groups { group.forgetNames() } }
        } catch {
            progress.note(error)
        }
    }

    /// After a reload: leaves the groups that went, and reads those that came.
    private func takeChanges() {
        for change in progress.takeChanges() {
            progress.retire(groups.filter { change.leave.contains($0.group.group) })
            groups.removeAll { change.leave.contains($0.group.group) }
            let joined = change.join.take() ?? []
            for group in joined { group.log(through: tap) }
            groups += joined
            for reader in groups {
                if let meaning = change.groups.first(where: { $0.group == reader.group.group }) {
                    reader.become(meaning)
                }
            }
        }
    }
}
