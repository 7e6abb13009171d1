// SPDX-License-Identifier: GPL-3.0-or-later

import NFLog
import Packets
import Ring
import Synchronization

/// The reader thread's work: the log messages of all groups in, packet events into the ring.
///
/// It never waits for the detector: a full ring counts a drop.
/// Bound: a datagram is at most 256 KiB; what is behind stays in the kernel's buffer.
/// Thread: made on the thread that starts the daemon, then the reader's alone.
final class Reader {
    private var groups: [GroupReader]
    private var interfaces: InterfaceNames
    private let ring: EventRing
    private let registry: OriginRegistry
    private let progress: ReaderProgress
    private let bell: Bell

    /// Datagrams of one group that are read before the next group has its turn.
    private static let turn = 16
    /// Turns of all groups before the reader looks up: a flood must not keep it from a reload, from
    /// the interfaces' names, or from the end.
    private static let rounds = 16
    /// Turns at the end: as many as empty a receive buffer of 64 MiB that is full of datagrams with
    /// one packet each (2.3 KiB of it), not as many as a flood would like.
    private static let lastRounds = 2048

    init(
        groups: [GroupReader], interfaces: consuming InterfaceNames, ring: EventRing,
        registry: OriginRegistry, progress: ReaderProgress, bell: Bell
    ) {
        self.groups = groups
        self.interfaces = interfaces
        self.ring = ring
        self.registry = registry
        self.progress = progress
        self.bell = bell
        progress.update(groups)
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
            let failed = drain(into: &producer, rounds: Reader.rounds)
            // A socket that fails is ready at once again: not more than ten tries a second.
            if failed { _ = System.poll([bell.descriptor], milliseconds: 100) }
        }
        _ = drain(into: &producer, rounds: Reader.lastRounds)
    }

    /// Reads all groups in turn until none has anything left.
    ///
    /// Returns: whether a socket failed.
    private func drain(into producer: inout EventProducer, rounds: Int) -> Bool {
        var failed = false
        for _ in 0..<rounds {
            var messages = 0
            for group in groups {
                do {
                    messages += try group.receive(
                        upTo: Reader.turn, interfaces: interfaces, registry: registry,
                        into: &producer)
                } catch {
                    progress.note(error)
                    failed = true
                }
                producer.publish()
            }
            progress.update(groups)
            if messages == 0 || failed { break }
        }
        return failed
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
            groups += change.join.take() ?? []
            for reader in groups {
                if let meaning = change.groups.first(where: { $0.group == reader.group.group }) {
                    reader.become(meaning)
                }
            }
        }
    }
}
