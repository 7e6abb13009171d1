// SPDX-License-Identifier: GPL-3.0-or-later

import Control
import Decisions
import Logging
import NFLog
import Packets
import ServiceLifecycle
import Settings
import UnixSignals

/// The daemon: set up as root, then run with what rights it needs, until it is told to end.
package struct Daemon {
    private let pipeline: Pipeline
    private let control: ControlServer
    private let reloader: Reloader
    private let manager: ServiceManager
    private let log: Logger
    private let ready: String

    /// Opens everything that the daemon needs, in the order in which rights are lost.
    ///
    /// - Parameter format: of the decisions on standard output.
    /// Throws: the typed error of whatever could not be opened; nothing is left behind then.
    package init(
        configuration: ConfigurationSource, format: DecisionFormat, environment: [String: String],
        log: Logger
    ) throws {
        System.ignoreBrokenPipes()
        let settings = try configuration.load()
        manager = ServiceManager(environment: environment)
        self.log = log
        let observer = Observer.thisHost
        let decisionLog = try settings.decisionLog.map { choice throws(DecisionLogError) in
            try DecisionLog.open(path: choice.path) { log.warning("\($0)") }
        }
        let feed = DecisionFeed(observer: observer)
        var outlets = [Outlet.standardOutput(format: format, observer: observer, log: log)]
        if let decisionLog, let choice = settings.decisionLog {
            outlets.append(
                Outlet("log") { decision in
                    if let line = choice.format.line(decision, observer: observer) {
                        decisionLog.write(line)
                    }
                })
        }
        let table = settings.tablePath.map { TableFile(path: $0) }
        let outputs = Outputs(outlets: outlets, feed: feed)
        let pipeline = try Pipeline(
            settings: settings, table: table, saved: Daemon.saved(in: table, log), outputs: outputs)
        self.pipeline = pipeline
    }
}
