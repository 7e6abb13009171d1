// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// The real program, run in the target's namespace with files of the stage.
final class DaemonUnderTest {
    /// What a test wants of the settings.
    struct Choice {
        /// Names its files, so that two daemons do not share any.
        var name = "picket"
        var groups = "[5]"
        /// The networks that are home; nil: as the host says.
        var home: [String]? = Cable.home
        /// Lines under `detection:`.
        var detection: [String] = []
        /// Lines of their own.
        var more: [String] = []
        /// Lines under `nflog:`.
        var nflog: [String] = []
        /// A command that runs the program behind it, such as one that mounts a disk before.
        var entry: [String] = []
        /// Where the decisions go; nil for the folder of its files.
        var log: String?
        /// Where the packets of scans go; nil for the folder of its files.
        var evidence: String?
        var journal: String?
    }

    let stage: Stage
    let child: Child
    let settings: String
    let log: String
    /// What it records of its host.
    let facts: String

    /// The program beside this test's own file.
    static let program: String = {
        let given = ProcessInfo.processInfo.environment["PICKET"]
        let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let folder = (own ?? CommandLine.arguments[0]).split(separator: "/").dropLast()
        return given ?? "/" + folder.joined(separator: "/") + "/picket"
    }()

    /// Starts it and returns when it watches its groups.
    init(on stage: Stage, _ choice: Choice = Choice()) async throws {
        self.stage = stage
        log = choice.log ?? "\(stage.folder)/\(choice.name)/decisions.json"
        facts = "\(stage.folder)/\(choice.name)/facts.json"
        settings = try DaemonUnderTest.write(choice, on: stage)
        child = try stage.start(
            in: stage.target, choice.entry + [DaemonUnderTest.program, "run", "--config", settings])
        try await wait("the daemon is ready: \(child.complaints)") { [child] in
            if !child.isRunning { throw TestFailure("the daemon ended: \(child.complaints)") }
            return child.complaints.contains("watching NFLOG groups")
        }
    }

    /// Writes the settings, also those of a daemon that runs already.
    @discardableResult
    static func write(_ choice: Choice, on stage: Stage) throws -> String {
        let folder = "\(stage.folder)/\(choice.name)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let home = choice.home.map { networks in
            "[" + networks.map { "\"\($0)\"" }.joined(separator: ", ") + "]"
        }
        let lines =
            ["nflog:", "  groups: \(choice.groups)"] + choice.nflog.map { "  \($0)" }
            + ["detection:", "  home-networks: \(home ?? "null")"]
            + ["  table: \(folder)/table", "  facts: \(folder)/facts.json"]
            + choice.detection.map { "  \($0)" }
            + ["control:", "  socket: \(folder)/control.sock"]
            + ["journal:", "  path: \(choice.journal ?? "\(folder)/picket.db")"]
            + ["evidence:", "  path: \(choice.evidence ?? "\(folder)/evidence")"]
            + ["log:", "  decisions:", "    path: \(choice.log ?? "\(folder)/decisions.json")"]
            + choice.more
        return try stage.write(
            lines.joined(separator: "\n") + "\n", to: "\(choice.name)/picket.yaml")
    }

    /// Starts a daemon that must not come up, and returns its exit code and its words.
    ///
    /// Shape of `entry`: a command that runs the command behind it, such as setpriv.
    static func refused(
        on stage: Stage, settings: String, entry: [String] = [], program: String = program
    ) async throws -> (code: Int32, words: String) {
        let child = try stage.start(
            in: stage.target, entry + [program, "run", "--config", settings])
        return (try await child.ended(), child.complaints)
    }

    func status() async throws -> Status {
        let text = try await stage.run(
            DaemonUnderTest.program, "status", "--json", "--config", settings)
        return try JSONDecoder().decode(Status.self, from: Data(text.utf8))
    }

    /// Returns when everything that the firewall has logged is decided. Whoever sends must have
    /// ended before.
    ///
    /// - Parameter earlier: what was logged before this daemon was there.
    func settle(besides earlier: UInt64 = 0) async throws {
        try await wait("the daemon has read all that was logged") { [self] in
            let logged = try await stage.logged() - earlier
            let status = try await status()
            let losses = status.losses
            guard losses.gap == 0, losses.drop == 0 else {
                throw TestFailure("lost on the way: \(losses)")
            }
            return status.messages == logged && status.decided == logged
        }
    }

    /// Asks it to end when all is decided, and returns everything that it has decided.
    func finish() async throws -> [DecisionLine] {
        try await settle()
        try await end()
        return decisions
    }

    /// SIGTERM; a clean end is a part of every test.
    func end() async throws {
        try child.signal("TERM")
        let code = try await child.ended()
        if code != 0 { throw TestFailure("the daemon ended with \(code): \(child.complaints)") }
    }

    var decisions: [DecisionLine] { DecisionLine.read(log) }

    /// Waits for words of the daemon about itself, after those it has said before.
    func says(_ words: String, times: Int = 1) async throws {
        try await wait("the daemon says '\(words)'") { [child] in
            child.complaints.components(separatedBy: words).count > times
        }
    }

    struct Status: Decodable {
        struct Group: Decodable {
            var group: Int
            var accepted: Bool
            var messages: UInt64
        }
        struct Ring: Decodable { var capacity: Int }
        struct Log: Decodable {
            var lines: UInt64
            var lost: UInt64
            var failing: String?
        }
        struct Evidence: Decodable {
            var files: Int
            var packets: UInt64
            var lost: UInt64
            var failing: String?
        }
        struct Journal: Decodable {
            var written: UInt64
            var waiting: Int
            var lost: UInt64
            var failing: String?
        }
        struct Losses: Decodable, Hashable {
            var gap: UInt64
            var drop: UInt64
            var refused: UInt64
        }
        struct Host: Decodable {
            var ownAddresses: [String]
            var homeNetworks: [String]
            var gateways: [String]
            var servedPorts: [String]
            var ephemeralPorts: String

            private enum CodingKeys: String, CodingKey {
                case gateways
                case ownAddresses = "own_addresses"
                case homeNetworks = "home_networks"
                case servedPorts = "served_ports"
                case ephemeralPorts = "ephemeral_ports"
            }
        }
        var pid: Int32
        var groups: [Group]
        var events: [String: UInt64]
        var decisions: [String: UInt64]
        var losses: Losses
        var watchers: Int
        var ring: Ring
        var log: Log?
        var evidence: Evidence?
        var packetLog: Log?
        var journal: Journal?
        var host: Host

        private enum CodingKeys: String, CodingKey {
            case pid, groups, events, decisions, losses, watchers, ring, log, evidence, journal,
                host
            case packetLog = "packet_log"
        }

        /// Messages that were read, of all groups.
        var messages: UInt64 { groups.reduce(0) { $0 + $1.messages } }
        /// Events that the detector has graded.
        var decided: UInt64 { events.values.reduce(0, +) }
    }
}
