// SPDX-License-Identifier: GPL-3.0-or-later

import HostFacts

/// The host thread's work: what the host says of itself, told when it has changed.
///
/// It sleeps until the kernel tells of a change, or traffic makes the served ports matter.
/// Bound: addresses and routes are read at most once a second, whatever changes them.
/// Thread: made on the thread that starts the daemon, then the host's alone.
final class HostWatch {
    private var host: HostSource
    private let complaints: Complaints
    private var told = HostReading()
    /// Addresses or routes have changed, or could not be read, and are to be read.
    private var isBehind = false

    private static let pause = Duration.seconds(1)

    /// Subscribes to changes and reads all. What cannot be read is told and left out for now: that
    /// alone is no reason not to start.
    init(complaints: Complaints) throws(HostError) {
        host = try HostSource.open()
        self.complaints = complaints
        isBehind = !attempt { host throws(HostError) in try host.readAddresses() }
        attempt { host throws(HostError) in try host.readPorts() }
        told = host.reading
    }

    /// What the host said last.
    var reading: HostReading { told }

    /// Runs until ``HostDesk/stop()`` was called.
    func run(for desk: HostDesk) {
        var next = ContinuousClock.now
        while !desk.isStopping {
            let ready = wait(for: desk, until: next)
            if ready.contains(desk.bell.descriptor) {
                desk.bell.silence()
                if desk.isStopping { break }
                attempt { host throws(HostError) in try host.readPorts() }
            }
            if ready.contains(host.fileDescriptor) {
                isBehind = true
                attempt { host throws(HostError) in _ = try host.takeChanges() }
            }
            if isBehind, ContinuousClock.now >= next {
                isBehind = !attempt { host throws(HostError) in try host.readAddresses() }
                next = .now + HostWatch.pause
            }
            if host.reading != told {
                told = host.reading
                desk.learn(told)
            }
        }
    }

    /// Sleeps until there is something to do; changes wait while the last ones were just read.
    private func wait(for desk: HostDesk, until next: ContinuousClock.Instant) -> [Int32] {
        let rest = next - .now
        if rest > .zero {
            let milliseconds = Int32(clamping: Int64(rest / .milliseconds(1)) + 1)
            return System.poll([desk.bell.descriptor], milliseconds: milliseconds)
        }
        return System.poll(
            [desk.bell.descriptor, host.fileDescriptor], milliseconds: isBehind ? 0 : -1)
    }

    /// Asks the host; what fails is told, and the last reading stays.
    @discardableResult
    private func attempt(_ work: (inout HostSource) throws(HostError) -> Void) -> Bool {
        do throws(HostError) {
            try work(&host)
            return true
        } catch {
            complaints.tell("host", error)
            return false
        }
    }
}
