// SPDX-License-Identifier: GPL-3.0-or-later

import HostFacts

/// The host thread's work: what the host says of itself, told when it has changed.
///
/// It sleeps until the kernel tells of a change, or traffic makes the served ports matter.
/// Bound: addresses and routes are read at most once a second, whatever changes them.
/// Thread: made on the thread that starts the daemon, then the host's alone.
final class HostWatch {
    private var host: HostSource
    private let desk: HostDesk
    private let complaints: Complaints
    private var told: HostReading
    /// Addresses or routes have changed and were not read yet.
    private var isBehind = false

    private static let pause = Duration.seconds(1)

    init(host: consuming HostSource, desk: HostDesk, complaints: Complaints) {
        told = host.reading
        self.host = host
        self.desk = desk
        self.complaints = complaints
    }

    /// Subscribes to changes and reads all. Served ports that cannot be read are told and left out:
    /// they alone are no reason not to start.
    static func open(complaints: Complaints) throws(HostError) -> HostSource {
        var source = try HostSource.open()
        try source.readAddresses()
        do throws(HostError) { try source.readPorts() } catch { complaints.tell("host", error) }
        return source
    }

    /// Runs until ``HostDesk/stop()`` was called.
    func run() {
        var next = ContinuousClock.now
        while !desk.isStopping {
            let ready = wait(until: next)
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
    private func wait(until next: ContinuousClock.Instant) -> [Int32] {
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
