// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import Control
import Decisions
import Journal
import Logging
import ServiceLifecycle

/// The daemon: set up with root's rights, then run with as few as it needs until it is told to end.
package struct Daemon: Sendable {
    private let settings: Settings
    private let configuration: ConfigurationSource
    private let pipeline: Pipeline
    private let decisionLog: LoggedDecisions?
    private let feed: DecisionFeed
    private let feedWatch: FeedWatch
    private let manager: ServiceManager
    private let log: Logger

    /// Opens everything that needs rights, then gives them up.
    ///
    /// Call it before the first task is started: rights are dropped for the calling thread and for
    /// those that it starts.
    /// Throws: the typed error of what could not be opened; nothing is left behind then.
    package init(
        configuration: ConfigurationSource, format: DecisionFormat, environment: [String: String],
        log: Logger
    ) throws {
        System.ignoreBrokenPipes()
        System.ignoreReloads()
        self.configuration = configuration
        self.log = log
        manager = ServiceManager(environment: environment)
        settings = try configuration.load()
        let observer = HostObserver()
        feedWatch = FeedWatch(observer: observer)
        feed = DecisionFeed { observer.line($0, as: $1) }
        let systemLog = SystemLog.places(settings.systemLog, environment: environment)
        var outlets: [Outlet] = []
        if systemLog?.replacesOutput != true {
            outlets.append(.standardOutput(format: format, observer: observer, log: log))
        }
        if let systemLog { outlets.append(SystemLog(systemLog.places, log: log).outlet()) }
        var kept: [String] = []
        if let choice = settings.decisionLog {
            let file = try LoggedDecisions(choice, observer: observer, log: log)
            outlets.append(file.outlet())
            kept += [Folder.of(choice.path), choice.path]
            decisionLog = file
        } else {
            decisionLog = nil
        }
        let table = settings.tablePath.map { TableFile(path: $0) }
        if let table {
            try Folder.need(Folder.of(table.path))
            kept += [Folder.of(table.path)] + (table.exists ? [table.path] : [])
        }
        // Decisions do not depend on this file: without it there is no exact replay, no more.
        if let facts = settings.factsPath, Folder.make(Folder.of(facts)) == nil {
            kept += [Folder.of(facts)] + (TableFile(path: facts).exists ? [facts] : [])
        }
        let journal = settings.journal
        if let journal { kept += JournalWriter.filesToKeep(journal) }
        if let packets = settings.packetLog { kept += [Folder.of(packets), packets] }
        // Nor does anything depend on evidence: what cannot be kept is told.
        if let evidence = settings.evidence, Folder.make(evidence.path) == nil {
            kept.append(evidence.path)
        }
        try Folder.need(Folder.of(settings.controlSocket))
        kept.append(Folder.of(settings.controlSocket))
        pipeline = try Pipeline(
            settings: settings, table: table,
            outputs: Outputs(outlets: outlets, feed: feed) { show in
                journal.map { JournalWriter($0, observer: observer, log: log, show: show) }
            }, log: log)
        let rights = try Privileges.drop(to: settings.user, keeping: kept)
        log.info("\(rights)")
    }

    /// Runs until SIGTERM or SIGINT.
    package func run() async throws {
        let status = LiveStatus(
            pipeline: pipeline, feed: feed, decisionLog: decisionLog, started: System.now)
        let control = try await ControlServer.open(
            path: settings.controlSocket, feed: feed, source: status.source,
            sources: { [pipeline] in pipeline.findSources($0, answer: $1) },
            status: { status.report })
        let reloader = Reloader(
            settings: settings, configuration: configuration, pipeline: pipeline,
            decisionLog: decisionLog, feedWatch: feedWatch, manager: manager, log: log)
        feedWatch.look(at: settings.groups.map(\.group))
        let watchdog = Watchdog(wards: pipeline.wards, manager: manager, log: log)
        let groups = settings.groups.map { "\($0.group)" }.joined(separator: ", ")
        let services = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: ControlService(server: control)),
                    .init(service: pipeline),
                    .init(service: reloader),
                    .init(service: watchdog),
                    .init(service: Announcement(manager: manager, log: log, groups: groups)),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: Logger(label: "picket.services") { _ in SwiftLogNoOpLogHandler() }))
        try await services.run()
    }
}

/// The control socket as a part of the whole: it ends last, so that watchers see the last decisions.
private struct ControlService: Service {
    let server: ControlServer

    func run() async throws {
        try? await gracefulShutdown()
        await server.close()
    }
}

/// Says that all is up, and that it ends.
private struct Announcement: Service {
    let manager: ServiceManager
    let log: Logger
    let groups: String

    func run() async throws {
        log.notice("watching NFLOG groups \(groups)")
        manager.ready("watching NFLOG groups \(groups)")
        try? await gracefulShutdown()
        manager.stopping()
        log.notice("ending")
    }
}
