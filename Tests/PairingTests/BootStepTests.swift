// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@testable import Pairing

@Suite("What survives a reboot")
struct BootStepTests {
    private let folder: Folder
    private let script = "/usr/share/picket/iptables/nftables/install"

    init() throws { folder = try Folder() }

    private func plan(
        persist: Bool, script: String? = nil, options: [String] = []
    ) throws -> Plan {
        let host = Pairing.Host(files: HostFiles(root: folder.path), share: nil)
        return try BootStep(unit: "nftables.service", persist: persist)
            .plan(on: host, script: script ?? self.script, options: options)
    }

    private func enable() throws {
        _ = try folder.write("etc/systemd/system/sysinit.target.wants/nftables.service", ["[Unit]"])
    }

    @Test("Without a unit that loads the rules it is said that a reboot ends it")
    func notEnabled() throws {
        for persist in [false, true] {
            let plan = try plan(persist: persist)
            #expect(plan.isEmpty)
            #expect(plan.notes.contains { $0.contains("nftables.service is not enabled here") })
        }
    }

    @Test("With one, it is offered, and made by a drop-in whose failure stops nothing")
    func dropIn() throws {
        try enable()
        let shown = try plan(persist: false)
        #expect(shown.isEmpty && shown.notes.contains { $0.contains("--persist") })
        let made = try plan(persist: true, options: ["--tables", "docker-bridges$"])
        let file = try #require(made.files.first)
        #expect(file.path == "/etc/systemd/system/nftables.service.d/picket.conf")
        let text = String(decoding: file.after ?? [], as: UTF8.self)
        #expect(text.contains("\nExecStartPost=-\(script) --tables docker-bridges$$\n"))
        #expect(text.contains("\nExecReload=-\(script) "))
    }

    @Test("Once it is there, neither a note nor a change is left")
    func again() throws {
        try enable()
        let file = try #require(try plan(persist: true).files.first)
        _ = try folder.write(
            String(file.path.dropFirst()),
            String(decoding: file.after ?? [], as: UTF8.self).split(
                separator: "\n", omittingEmptySubsequences: false
            ).dropLast().map(String.init))
        #expect(try plan(persist: true).isEmpty)
        #expect(try plan(persist: false) == Plan())
    }

    @Test("Scripts that are not installed are not written into a unit")
    func notInstalled() throws {
        try enable()
        #expect(throws: PairingError.self) {
            try plan(persist: true, script: "/home/somebody/picket/iptables/nftables/install")
        }
    }
}
