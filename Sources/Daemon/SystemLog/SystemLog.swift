// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import Decisions
import Glibc
import Logging
import Packets
import Synchronization

/// Decisions in the system's log: the journal's own protocol with a field for each number, else syslog,
/// else standard error; what one does not take, the next one gets, and that is told.
///
/// Thread: its outlet's.
final class SystemLog: Sendable {
    /// Where a message can go.
    enum Place: Hashable, Sendable {
        case journal, syslog
    }

    private struct State {
        var sockets: [Place: CInt] = [:]
    }

    private let places: [Place]
    private let paths: [Place: String]
    private let state = Mutex(State())
    private let complaints: Complaints
    private let say: @Sendable (String) -> Void

    /// Source: systemd-journald.service(8), syslog(3).
    static let usualPaths: [Place: String] = [
        .journal: "/run/systemd/journal/socket", .syslog: "/dev/log",
    ]

    /// - Parameter say: the last resort, which is standard error.
    init(
        _ places: [Place], paths: [Place: String] = SystemLog.usualPaths, log: Logger,
        say: @escaping @Sendable (String) -> Void = { System.say($0) }
    ) {
        self.places = places
        self.paths = paths
        complaints = Complaints(log: log)
        self.say = say
    }

    deinit { for socket in state.withLock({ $0.sockets.values }) { close(socket) } }

    /// What the settings want here; nil for no log. `replacesOutput`: standard output goes to the
    /// journal already, which would have each decision twice.
    static func places(
        _ choice: SystemLogChoice, environment: [String: String],
        output: String? = System.standardOutputName,
        hasJournal: Bool = System.isSocket(usualPaths[.journal] ?? "")
    ) -> (places: [Place], replacesOutput: Bool)? {
        let isOutput = output != nil && environment["JOURNAL_STREAM"] == output && hasJournal
        switch choice {
        case .off: return nil
        case .auto: return isOutput ? ([.journal, .syslog], true) : nil
        case .journald: return ([.journal, .syslog], isOutput)
        case .syslog: return ([.syslog], false)
        }
    }

    func outlet() -> Outlet { Outlet("system-log") { [self] in write($0) } }

    func write(_ decision: Decision) {
        for place in places {
            let message =
                place == .journal
                ? JournalEntry.bytes(of: decision) : SyslogMessage.bytes(of: decision)
            let cause = send(message, to: place)
            if cause == 0 { return }
            complaints.tell(
                "\(place)", SystemLogError(place: place, path: paths[place] ?? "", errno: cause))
        }
        say("picket: " + SyslogMessage.text(of: decision))
    }

    /// Sends, over a new socket when the old one's reader is gone; 0, else errno.
    private func send(_ bytes: [UInt8], to place: Place) -> CInt {
        guard let path = paths[place] else { return ENOENT }
        return state.withLock { state in
            var cause = ENOENT
            for attempt in 0..<2 {
                if state.sockets[place] == nil {
                    let socket = System.datagramSocket(to: path)
                    if socket < 0 { return errno }
                    state.sockets[place] = socket
                }
                guard let socket = state.sockets[place] else { return cause }
                cause = System.send(bytes, to: socket, mayBeMemory: place == .journal)
                if cause == 0 { return 0 }
                // A reader that is slow stays; one that was started anew has another socket.
                if cause == EAGAIN || attempt == 1 { return cause }
                close(socket)
                state.sockets[place] = nil
            }
            return cause
        }
    }
}

/// Why the system's log does not take decisions.
struct SystemLogError: Error, CustomStringConvertible {
    let place: SystemLog.Place
    let path: String
    let errno: CInt

    var description: String {
        let name = place == .journal ? "the journal" : "syslog"
        let next =
            place == .journal ? "syslog gets them, else standard error" : "standard error gets them"
        return "cannot send decisions to \(name) (\(path)): \(System.message(of: errno)); \(next)"
    }
}
