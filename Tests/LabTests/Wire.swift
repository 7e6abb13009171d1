// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@testable import Lab

/// What this machine lets a test do.
enum Machine {
    static func can(_ programs: String...) -> Bool {
        getuid() == 0 && programs.allSatisfy { Tool.find($0) != nil }
    }

    static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func traffic(_ name: String) -> String {
        repository.appendingPathComponent("Tests/Traffic/\(name)").path
    }

    static func rules(_ name: String) -> String {
        repository.appendingPathComponent("iptables/\(name)").path
    }
}

/// Two namespaces for one test, a folder for its files, and a recorder on NFLOG group 5.
final class Wire {
    let network: LabNetwork
    let folder: String

    init(_ tag: String) throws {
        let own = ProcessInfo.processInfo.processIdentifier
        network = try LabNetwork(owner: own, tag: "\(tag)-")
        folder = NSTemporaryDirectory() + "picket-wire-\(own)-\(tag)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        // tcpdump gives up root before it opens its file.
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o777], ofItemAtPath: folder)
        try network.make()
    }

    deinit {
        network.remove()
        try? FileManager.default.removeItem(atPath: folder)
    }

    @discardableResult
    func target(_ command: String...) throws -> String {
        try network.run(in: network.target, command)
    }

    @discardableResult
    func scanner(_ command: [String]) throws -> String {
        try network.run(in: network.scanner, command)
    }

    /// Loads text with a program of the target that takes a file's name as its last word.
    func load(_ text: String, with command: [String]) throws {
        let file = "\(folder)/\(UUID().uuidString)"
        try text.write(toFile: file, atomically: false, encoding: .utf8)
        try network.run(in: network.target, command + [file])
    }

    /// Loads a host's rules for each family, by iptables and ip6tables.
    func loadBoth(_ text: (Bool) -> String) throws {
        try load(text(false), with: ["iptables-restore"])
        try load(text(true), with: ["ip6tables-restore"])
    }

    /// The rules of both front ends without what changes by itself: comments with the time, and
    /// the counters of the policies.
    func everyRule() throws -> String {
        try savedRules() + (try target("nft", "--stateless", "list", "ruleset"))
    }

    /// The same of iptables and ip6tables alone: nft lists the chains of iptables-nft in the order in
    /// which they were made, which means nothing.
    func savedRules() throws -> String {
        var all = ""
        for program in ["iptables-save", "ip6tables-save"] {
            for line in try target(program).split(separator: "\n") where !line.hasPrefix("#") {
                let kept = line.hasPrefix(":") ? line.split(separator: "[")[0] : line
                all += kept + "\n"
            }
        }
        return all
    }

    /// Records an NFLOG group in the target while the body sends, until the record satisfies, and
    /// returns it as text, one packet a line, with the raw bytes.
    func recording(
        group: Int = 5, _ sending: () throws -> Void, until enough: (String) -> Bool
    ) throws -> (text: String, bytes: Data) {
        let file = "\(folder)/\(UUID().uuidString).pcap"
        let recorder = Process()
        let words = Pipe()
        recorder.executableURL = URL(fileURLWithPath: try Tool("ip", package: "iproute2").path)
        recorder.arguments = network.inside(
            network.target, ["tcpdump", "-U", "-i", "nflog:\(group)", "-w", file])
        recorder.standardError = words
        try recorder.run()
        defer {
            // While it waits for a packet of NFLOG, tcpdump hears no other signal. -U: nothing is lost.
            LabSystem.end(process: recorder.processIdentifier, hard: true)
            recorder.waitUntilExit()
        }
        // It says "listening on nflog:…" when it is bound.
        var said = ""
        while !said.contains("listening on") {
            let more = words.fileHandleForReading.availableData
            guard !more.isEmpty else { throw WireError.recorder(said) }
            said += String(decoding: more, as: UTF8.self)
        }
        try sending()
        let deadline = LabSystem.now() + 20
        var text = ""
        repeat {
            // A record that is still being written ends in the middle of a packet: an error here.
            text =
                (try? network.run(in: network.target, ["tcpdump", "-nn", "-t", "-r", file])) ?? ""
            if enough(text) { break }
            LabSystem.pause(milliseconds: 50)
        } while LabSystem.now() < deadline
        return (text, try Data(contentsOf: URL(fileURLWithPath: file)))
    }
}

enum WireError: Error { case recorder(String) }
