// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import Logging
import NFLog
import ServiceLifecycle
import Synchronization
import UnixSignals

/// SIGHUP reloads the settings, all or nothing; SIGUSR1 reopens the log file.
final class Reloader: Service {
    private let current: Mutex<Settings>
    private let configuration: ConfigurationSource
    private let pipeline: Pipeline
    private let decisionLog: LoggedDecisions?
    private let feedWatch: FeedWatch
    private let manager: ServiceManager
    private let log: Logger

    init(
        settings: Settings, configuration: ConfigurationSource, pipeline: Pipeline,
        decisionLog: LoggedDecisions?, feedWatch: FeedWatch, manager: ServiceManager, log: Logger
    ) {
        current = Mutex(settings)
        self.configuration = configuration
        self.pipeline = pipeline
        self.decisionLog = decisionLog
        self.feedWatch = feedWatch
        self.manager = manager
        self.log = log
    }

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup, .sigusr1)
        // Not `cancelOnGracefulShutdown`, which starts a task that runs in the pool: ``TaskThread``.
        await cancelWhenGracefulShutdown {
            for await signal in signals {
                if signal == .sighup { self.reload() } else { self.reopen() }
            }
        }
    }

    private func reload() {
        manager.reloading()
        do {
            try apply(try configuration.load())
            log.notice("settings reloaded")
        } catch {
            log.error("settings not reloaded, all stays as it was: \(error)")
        }
        manager.ready("running")
    }

    /// Everything that can fail comes first; then nothing can.
    private func apply(_ new: Settings) throws {
        let old = current.withLock { $0 }
        try Reloader.check(new, against: old)
        let kept = Set(old.groups).intersection(new.groups)
        var join: [GroupReader] = []
        for group in new.groups where !kept.contains(group) {
            // A group that only changes its meaning is ours already and keeps its socket.
            if old.groups.contains(where: { $0.group == group.group }) { continue }
            join.append(try GroupReader(group: group, settings: new.nflog))
        }
        let leave = Set(old.groups.map(\.group)).subtracting(new.groups.map(\.group))
        pipeline.change(groups: new.groups, leave: leave, join: join)
        pipeline.apply(new)
        feedWatch.look(at: new.groups.map(\.group))
        current.withLock { $0 = new }
    }

    /// What cannot change while the daemon runs is refused by name.
    private static func check(_ new: Settings, against old: Settings) throws(StartError) {
        let fixed: [(String, Bool)] = [
            (
                "nflog.copy-range, .receive-buffer, .queue-threshold, .buffer-size or .flush",
                new.nflog == old.nflog
            ),
            ("detection.memory", new.detection.memory == old.detection.memory),
            ("log.decisions", new.decisionLog == old.decisionLog),
            ("evidence", new.evidence == old.evidence),
            ("log.packets", new.packetLog == old.packetLog),
            ("log.system", new.systemLog == old.systemLog),
            ("journal", new.journal == old.journal),
            ("control.socket", new.controlSocket == old.controlSocket),
            ("detection.table", new.tablePath == old.tablePath),
            ("detection.facts", new.factsPath == old.factsPath),
            ("daemon.user", new.user == old.user),
        ]
        if let (name, _) = fixed.first(where: { !$0.1 }) {
            throw StartError(.configuration, "a change of \(name) needs a restart")
        }
    }

    private func reopen() {
        pipeline.packetLog?.reopen { [log] error in
            if let error { log.error("\(error)") } else { log.notice("packet log reopened") }
        }
        guard let decisionLog else { return }
        pipeline.outputs.inOrder {
            do {
                try decisionLog.reopen()
                self.log.notice("log file reopened")
            } catch {
                self.log.error("\(error)")
            }
        }
    }
}
