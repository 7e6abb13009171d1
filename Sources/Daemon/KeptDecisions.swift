// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import Control
import Decisions
import Journal
import Logging
import Packets
import Ring

/// The journal as the running daemon has it.
extension JournalWriter {
    /// Nothing is opened before ``run()``: rights are dropped by then, and the files belong to whom
    /// the daemon has become.
    convenience init(
        _ settings: JournalSettings, observer: HostObserver, log: Logger,
        show: @escaping @Sendable (Decision) -> Void
    ) {
        self.init(
            path: settings.path,
            retention: Retention(
                keep: settings.keep == .zero ? nil : settings.keep, size: settings.size),
            identity: RunIdentity(
                host: System.hostName, version: Version.current, process: System.processID),
            clock: { System.now }, document: { observer.line($0, as: .ecs) ?? "" }, show: show,
            tell: { JournalWriter.tell($0, to: log) })
    }

    /// The files that the daemon's user must own afterwards, made where they are not there; folders
    /// first.
    ///
    /// Nothing here keeps the daemon from starting: it decides without a journal too, and says so.
    static func filesToKeep(_ settings: JournalSettings) -> [String] {
        let folder = Folder.of(settings.path)
        let file = JournalFile(path: settings.path)
        guard Folder.make(folder) == nil, file.make() else { return [] }
        return [folder] + file.paths.filter { TableFile(path: $0).exists }
    }

    private static func tell(_ trouble: Trouble, to log: Logger) {
        switch trouble {
        case .failing(let error, let waiting, let lost):
            log.error(
                "\(error) Decisions are shown and logged without it",
                metadata: ["waiting": "\(waiting)", "lost": "\(lost)"])
        case .stalled(let waiting):
            log.warning(
                "the journal's disk does not answer; decisions are shown before they are journalled",
                metadata: ["waiting": "\(waiting)"])
        case .recovered(let lost):
            log.notice("journalling again", metadata: lost > 0 ? ["lost": "\(lost)"] : [:])
        case .movedAside(let from, let to, let cause):
            log.error("the journal \(from) is damaged (\(cause)): moved to \(to), a new one begun")
        case .behind(let rows):
            log.warning("the journal is behind: \(rows) rows beside the decisions were left out")
        }
    }

    var status: StatusReport.Journal {
        let numbers = numbers
        var report = StatusReport.Journal(path: path)
        report.written = numbers.written
        report.waiting = numbers.waiting
        report.lost = numbers.lost
        report.failing = numbers.failing
        return report
    }
}
