// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// What the tests of faults do to a daemon, and ask of its process.
extension DaemonUnderTest {
    /// Many sources scan the target at once; returns when all of it is sent.
    func scans(sources: Int, ports: Int, first: Int = 1000) async throws {
        try await stage.run(
            "/usr/bin/python3", Traffic.path("scans.py"), stage.scanner, "\(sources)", "\(ports)",
            "--first", "\(first)")
    }

    /// Returns when every message that the firewall has logged is either decided or counted as
    /// lost, with what was lost. Whoever sends must have ended before.
    func accounted(besides earlier: UInt64 = 0) async throws -> Status.Losses {
        try await wait("each packet is decided or counted as lost") { [self] in
            let logged = try await stage.logged() - earlier
            let status = try await status()
            return status.messages + status.losses.gap == logged
                && status.decided + status.losses.drop == status.messages
        }
        return try await status().losses
    }

    /// Returns when every decision is in the log, or lost there.
    func wrote() async throws {
        try await wait("the log has all decisions") { [self] in
            let status = try await status()
            let decided = status.decisions.values.reduce(0, +)
            return status.log.map { $0.lines + $0.lost == decided } == true
        }
    }

    /// Sends a signal at once, without a program that does it.
    func strike(_ number: Int32) { _ = kill(child.id, number) }

    /// How many sockets it has open. Files are others' to count: evidence and journal open theirs as
    /// scans come.
    var openSockets: Int {
        let folder = "/proc/\(child.id)/fd"
        let files = FileManager.default
        let names = (try? files.contentsOfDirectory(atPath: folder)) ?? []
        return names.count { name in
            let target = try? files.destinationOfSymbolicLink(atPath: "\(folder)/\(name)")
            return target?.hasPrefix("socket:") == true
        }
    }

    /// The memory that it has, or had at most. Unit: KiB.
    func memory(_ field: String) throws -> Int {
        for line in Child.text("/proc/\(child.id)/status").split(separator: "\n")
        where line.hasPrefix(field + ":") {
            if let count = line.split(whereSeparator: \.isWhitespace).dropFirst().first {
                return Int(count) ?? 0
            }
        }
        throw TestFailure("/proc does not tell \(field)")
    }
}

/// The lines of a decision log, each of which must be whole.
func wholeLines(of log: String) throws -> [DecisionLine] {
    let text = Child.text(log)
    guard text.isEmpty || text.hasSuffix("\n") else {
        throw TestFailure("the log ends within a line: \(text.suffix(100))")
    }
    return try text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map {
        do {
            return try JSONDecoder().decode(DecisionLine.self, from: Data($0.utf8))
        } catch {
            throw TestFailure("not a line of the log: \($0)")
        }
    }
}
