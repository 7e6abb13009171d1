// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Programs

/// The whole system on one machine with nothing to risk: two network namespaces, a firewall that
/// feeds NFLOG, the daemon in one namespace, and a real scan from the other.
package struct Lab {
    /// The path of the picket binary, for the daemon and for the built-in sender.
    package var executable: String
    /// Keeps the lab after the scan, until Ctrl-C.
    package var stay: Bool
    /// Decisions as JSON lines instead of text.
    package var json: Bool

    /// How long the daemon may take until it listens, and until it names the scan after its last
    /// packet. Unit: seconds. Far above what is normal (below one), for a busy machine.
    package var patience: Double = 30
    /// How long a program that was asked to end may take before it is made to.
    private static let farewell = Duration.seconds(5)

    package init(executable: String, stay: Bool = false, json: Bool = false) {
        self.executable = executable
        self.stay = stay
        self.json = json
    }

    /// Runs the lab from set-up to removal and returns the exit code; 0 when the daemon named the
    /// scan as a vertical scan by the right source.
    ///
    /// Throws: ``LabError``, after everything that was made is removed.
    package func run() throws(LabError) -> Int32 {
        do { return try setUpAndScan() } catch {
            // A command that Ctrl-C ended looks like a failure of its own.
            if let signal = LabSignals.caught { throw .interrupted(signal: signal) }
            throw error
        }
    }

    private func setUpAndScan() throws(LabError) -> Int32 {
        guard LabSystem.isRoot else { throw .notRoot }
        let owner = ProcessInfo.processInfo.processIdentifier
        let network = try LabNetwork(owner: owner)
        let rules = try LabRules.available()
        LabSignals.watch()
        defer { LabSignals.release() }

        for gone in try LabNetwork.removeLeftovers() {
            say("Removed what a lab that was killed had left (process \(gone)).")
        }
        LabFolder.removeLeftovers()
        let folder = LabFolder(owner: owner)
        try folder.make()
        defer { folder.remove() }
        try network.make()
        defer { network.remove() }
        try rules.load(in: network, folder: folder)
        try folder.writeSettings()
        say(LabStory.setUp(network, rules))

        let daemon = try startDaemon(in: network, folder: folder)
        defer { daemon.end(within: Lab.farewell) }
        try waitUntilReady(daemon, folder: folder)
        try scan(in: network, daemon: daemon)
        let found = try waitUntilNamed(daemon, folder: folder)
        say(LabStory.meaning(of: found.event.reason))
        if stay { try play(network, rules, folder: folder, daemon: daemon) }
        say(LabStory.goingLive)
        return 0
    }

    private func startDaemon(in network: LabNetwork, folder: LabFolder) throws(LabError) -> Child {
        try network.start(
            in: network.target,
            [
                executable, "run", "--config", folder.settings,
                "--format", json ? "ecs" : "text",
            ], quiet: false)
    }

    private func waitUntilReady(_ daemon: Child, folder: LabFolder) throws(LabError) {
        try wait(while: { !LabSystem.answers(socketPath: folder.socket) }, daemon: daemon) {
            .daemon(cause: "it does not listen on its control socket (\(folder.socket))")
        }
    }

    /// Sends the scan and returns when the scanner has ended.
    private func scan(in network: LabNetwork, daemon: Child) throws(LabError) {
        let command: [String]
        if let nmap = Tool.find("nmap") {
            // No reverse names, no ping first, no retries: 100 packets in about a second.
            command = [nmap] + LabStory.scanWords + [LabNetwork.target4]
        } else {
            command = [
                executable, "lab-send", "--from", LabNetwork.scanner4, "--to", LabNetwork.target4,
                "--ports", "1-100", "--rate", "200",
            ]
        }
        say("From the other namespace, a scan: \(command.joined(separator: " "))\n")
        let scanner = try network.start(in: network.scanner, command, quiet: true)
        defer { scanner.end(within: Lab.farewell) }
        try wait(while: { scanner.isRunning }, daemon: daemon) {
            .notNamed(cause: "the scanner did not end")
        }
        let end = scanner.wait()
        guard end.isGood else {
            throw .failed(command: command.joined(separator: " "), status: end.code, said: "")
        }
    }

    private func waitUntilNamed(
        _ daemon: Child, folder: LabFolder
    ) throws(LabError) -> LabDecision {
        var seen: [LabDecision] = []
        var found: LabDecision?
        try wait(
            while: {
                let text = (try? String(contentsOfFile: folder.decisions, encoding: .utf8)) ?? ""
                seen = LabDecision.read(text)
                // The last line about the scan has the highest numbers.
                found = seen.last { $0.namesVerticalScan(by: LabNetwork.scanner4) }
                return found == nil
            }, daemon: daemon
        ) {
            .notNamed(cause: LabStory.wrong(seen))
        }
        guard let found else { throw .notNamed(cause: LabStory.wrong(seen)) }
        return found
    }

    /// Leaves the lab to the user until a signal comes.
    private func play(
        _ network: LabNetwork, _ rules: LabRules, folder: LabFolder, daemon: Child
    ) throws(LabError) {
        say(LabStory.toTry(network, rules, folder, executable: executable))
        while LabSignals.caught == nil {
            guard daemon.isRunning else { throw .daemon(cause: "it ended while you played") }
            LabSystem.pause(milliseconds: 100)
        }
    }

    /// Waits for a condition, not for a time; a signal, the daemon's end or the end of patience
    /// ends the waiting.
    private func wait(
        while pending: () -> Bool, daemon: Child, otherwise error: () -> LabError
    ) throws(LabError) {
        let start = LabSystem.now()
        while pending() {
            if let signal = LabSignals.caught { throw .interrupted(signal: signal) }
            if let end = daemon.end {
                throw .daemon(cause: "it ended with exit code \(end.code)")
            }
            guard LabSystem.now() - start < patience else { throw error() }
            LabSystem.pause(milliseconds: 10)
        }
        if let signal = LabSignals.caught { throw .interrupted(signal: signal) }
    }

    private func say(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
    }
}
