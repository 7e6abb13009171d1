// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@testable import Pairing

/// A front end whose script has to become a program, as ufw's after.init.
private struct OneProgram: FrontEnd {
    let name = FrontEndName.ufw
    var fails = false

    func plan(on host: Pairing.Host) throws(PairingError) -> Plan {
        let path = "/etc/fire/after.init"
        let before = try host.files.text(path) ?? ""
        let after =
            before.contains(MarkedBlock.begin) ? before : before + MarkedBlock.text(["ours"])
        return Plan(files: [
            FileChange(
                path: path, before: [UInt8](before.utf8), after: [UInt8](after.utf8),
                modeBefore: host.files.mode(of: path), mode: 0o740)
        ])
    }

    func verify(on host: Pairing.Host) throws(PairingError) {
        if fails { throw PairingError(.badInput, "cannot pair: so the test wants it") }
    }
}

@Suite("Files that become programs")
struct ModeTests {
    private let folder: Folder
    private let files: HostFiles

    init() throws {
        folder = try Folder()
        _ = try folder.write("etc/fire/after.init", ["#!/bin/sh"])
        files = HostFiles(root: folder.path)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o640], ofItemAtPath: "\(folder.path)/etc/fire/after.init")
    }

    private var mode: UInt32? { files.mode(of: "/etc/fire/after.init") }

    private func pairing(fails: Bool = false) -> FirewallPairing {
        FirewallPairing(
            host: Pairing.Host(files: files, share: nil), store: RecordStore(files: files),
            known: [OneProgram(fails: fails)])
    }

    @Test("A mode changes with the file's content, and comes back with it")
    func undone() throws {
        _ = try pairing().apply([OneProgram()])
        #expect(mode == 0o740)
        #expect(try pairing().apply([OneProgram()]) == .nothingToDo)
        _ = try pairing().undo()
        #expect(mode == 0o640)
    }

    @Test("A mode that somebody has taken away since is given again")
    func again() throws {
        _ = try pairing().apply([OneProgram()])
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o640], ofItemAtPath: "\(folder.path)/etc/fire/after.init")
        #expect(try pairing().apply([OneProgram()]) != .nothingToDo)
        #expect(mode == 0o740)
    }

    @Test("A step that fails puts the mode back")
    func failed() throws {
        #expect(throws: PairingError.self) {
            try pairing(fails: true).apply([OneProgram(fails: true)])
        }
        #expect(mode == 0o640)
    }
}
