// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@testable import Pairing

/// A front end of two files that are loaded by a program of its own, here a closure: the edge.
private final class TwoFiles: FrontEnd, @unchecked Sendable {
    let name = FrontEndName.ufw
    let lines: [String]
    /// Called at each reload, with its number.
    var onReload: (Int) throws(PairingError) -> Void = { (_) throws(PairingError) in }
    var reloads = 0

    static let paths = ["/etc/fire/before.rules", "/etc/fire/new.d/picket.rules"]

    init(lines: [String] = ["ours"]) { self.lines = lines }

    func plan(on host: Pairing.Host) throws(PairingError) -> Plan {
        let block = MarkedBlock.text(lines)
        let before = try host.files.text(TwoFiles.paths[0]) ?? ""
        let clean =
            MarkedBlock.removed(from: [UInt8](before.utf8))
            .map { String(decoding: $0, as: UTF8.self) } ?? before
        return Plan(files: [
            FileChange(path: TwoFiles.paths[0], before: before, after: clean + block),
            FileChange(
                path: TwoFiles.paths[1], before: try host.files.text(TwoFiles.paths[1]),
                after: block),
        ])
    }

    func reload(on host: Pairing.Host) throws(PairingError) {
        reloads += 1
        try onReload(reloads)
    }
}

@Suite("Steps that are made and taken back")
struct StepsTests {
    private let folder: Folder
    private let frontEnd = TwoFiles()

    init() throws {
        folder = try Folder()
        _ = try folder.write("etc/fire/before.rules", ["theirs"])
    }

    private func pairing(_ root: String, _ frontEnd: TwoFiles) -> FirewallPairing {
        let files = HostFiles(root: root)
        return FirewallPairing(
            host: Pairing.Host(files: files, share: nil), store: RecordStore(files: files),
            known: [frontEnd])
    }

    private func state(_ root: String? = nil) -> [String: String] {
        var found: [String: String] = [:]
        for path in TwoFiles.paths {
            found[path] = try? String(contentsOfFile: (root ?? folder.path) + path, encoding: .utf8)
        }
        return found
    }

    private let before = [TwoFiles.paths[0]: "theirs\n"]
    private var paired: [String: String] {
        let block = MarkedBlock.text(["ours"])
        return [TwoFiles.paths[0]: "theirs\n" + block, TwoFiles.paths[1]: block]
    }

    private func recordIsThere() -> Bool {
        FileManager.default.fileExists(atPath: "\(folder.path)/var/lib/picket/pair/record.json")
    }

    @Test("Applied twice is applied once, undone twice is undone once, byte for byte")
    func twice() throws {
        let pairing = pairing(folder.path, frontEnd)
        guard case .done(let diff, _) = try pairing.apply([frontEnd]) else {
            Issue.record("nothing was done")
            return
        }
        #expect(diff.contains("+ours"))
        #expect(state() == paired)
        #expect(try pairing.apply([frontEnd]) == .nothingToDo)
        #expect(frontEnd.reloads == 1)
        #expect(try pairing.undo() != .nothingToDo)
        #expect(state() == before)
        #expect(
            !FileManager.default.fileExists(atPath: "\(folder.path)/etc/fire/new.d"),
            "the folder that was made is gone")
        #expect(!recordIsThere())
        #expect(try pairing.undo() == .nothingToDo)
    }

    @Test("A file keeps its mode")
    func mode() throws {
        let path = folder.path + TwoFiles.paths[0]
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
        _ = try pairing(folder.path, frontEnd).apply([frontEnd])
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
        #expect(mode as? Int == 0o640)
    }

    @Test("When the reload fails, everything is put back and loaded again, and it says so")
    func reloadFails() throws {
        frontEnd.onReload = { (number) throws(PairingError) in
            if number == 1 { throw PairingError(.system, "cannot reload: no") }
        }
        #expect {
            try pairing(folder.path, frontEnd).apply([frontEnd])
        } throws: { error in
            "\(error)" == "cannot reload: no\nWhat was there before is back"
        }
        #expect(state() == before)
        #expect(frontEnd.reloads == 2)
        #expect(!recordIsThere())
    }

    @Test("When an undo's reload fails, the pairing is back, and can be undone later")
    func undoFails() throws {
        let pairing = pairing(folder.path, frontEnd)
        _ = try pairing.apply([frontEnd])
        frontEnd.onReload = { (number) throws(PairingError) in
            if number == 2 { throw PairingError(.system, "cannot reload: no") }
        }
        #expect(throws: PairingError.self) { try pairing.undo() }
        #expect(state() == paired)
        #expect(try pairing.undo() != .nothingToDo)
        #expect(state() == before)
    }

    @Test(
        "A kill at any moment leaves what the next call puts right, whichever way it is asked",
        arguments: [1, 2], ["apply", "undo"])
    func killed(reload: Int, next: String) throws {
        // What a kill leaves is what is on disk at that moment.
        let left = NSTemporaryDirectory() + "picket-pairing-left-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: left) }
        frontEnd.onReload = { [folder] (number) throws(PairingError) in
            guard number == reload else { return }
            try? FileManager.default.copyItem(atPath: folder.path, toPath: left)
        }
        let first = pairing(folder.path, frontEnd)
        _ = try first.apply([frontEnd])
        if reload == 2 { _ = try first.undo() }

        let fresh = TwoFiles()
        let second = pairing(left, fresh)
        #expect(try second.isCutOff())
        if next == "apply" {
            _ = try second.apply([fresh])
            #expect(state(left) == paired)
            #expect(try second.apply([fresh]) == .nothingToDo)
        }
        _ = try second.undo()
        #expect(state(left) == before)
        #expect(fresh.reloads > 0, "what was put back is loaded")
    }

    @Test("What a person has changed since stays, and only our part is taken out")
    func changedSince() throws {
        let pairing = pairing(folder.path, frontEnd)
        _ = try pairing.apply([frontEnd])
        let path = folder.path + TwoFiles.paths[0]
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try ("first\n" + text).write(toFile: path, atomically: true, encoding: .utf8)
        guard case .done(_, let notes) = try pairing.undo() else {
            Issue.record("nothing was done")
            return
        }
        #expect(notes.contains { $0.contains("only our part is taken out") })
        #expect(state() == [TwoFiles.paths[0]: "first\ntheirs\n"])
    }

    @Test("A file whose marks are broken is left alone, with the reason")
    func brokenMarks() throws {
        let pairing = pairing(folder.path, frontEnd)
        _ = try pairing.apply([frontEnd])
        let path = folder.path + TwoFiles.paths[0]
        try "theirs\n\(MarkedBlock.begin)\nours\n".write(
            toFile: path, atomically: true, encoding: .utf8)
        #expect {
            try pairing.undo()
        } throws: { error in
            (error as? PairingError)?.kind == .configuration
                && "\(error)".contains(TwoFiles.paths[0])
        }
        #expect(state()[TwoFiles.paths[1]] != nil, "nothing else was undone")
    }

    @Test("A newer version's lines replace the old, and the original is still what was first")
    func newerVersion() throws {
        _ = try pairing(folder.path, frontEnd).apply([frontEnd])
        let newer = TwoFiles(lines: ["ours", "more"])
        #expect(try pairing(folder.path, newer).apply([newer]) != .nothingToDo)
        #expect(state()[TwoFiles.paths[0]]?.contains("more") == true)
        _ = try pairing(folder.path, newer).undo()
        #expect(state() == before)
    }

    @Test("A record that is no record is an error, and nothing is touched")
    func badRecord() throws {
        _ = try folder.write("var/lib/picket/pair/record.json", ["{\"version\": 1, \"front"])
        #expect {
            try pairing(folder.path, frontEnd).apply([frontEnd])
        } throws: {
            ($0 as? PairingError)?.kind == .badInput
        }
        #expect(state() == before)
    }

    @Test("Two calls at once: the second is told to wait")
    func locked() throws {
        let pairing = pairing(folder.path, frontEnd)
        frontEnd.onReload = { (_) throws(PairingError) in
            #expect {
                try pairing.undo()
            } throws: {
                "\($0)".contains("another `picket pair` is at work")
            }
        }
        _ = try pairing.apply([frontEnd])
        #expect(state() == paired)
    }
}

@Suite("Marked blocks")
struct MarkedBlockTests {
    @Test("Each block goes, with nothing else")
    func removed() {
        let text = "a\n" + MarkedBlock.text(["x"]) + "b\n" + MarkedBlock.text([]) + "c"
        let rest = MarkedBlock.removed(from: [UInt8](text.utf8))
        #expect(rest.map { String(decoding: $0, as: UTF8.self) } == "a\nb\nc")
    }

    @Test("Without a whole block nothing is said")
    func none() {
        for text in ["", "a\n", "a\n\(MarkedBlock.begin)\n", "\(MarkedBlock.end)\n"] {
            #expect(MarkedBlock.removed(from: [UInt8](text.utf8)) == nil)
        }
    }
}
