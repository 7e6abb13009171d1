// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Programs

@testable import Lab

/// A host for one test: the target of a wire, with folders of its own where Debian's packages keep
/// their files, so that a front end runs as it does on a machine and this machine's stay untouched.
final class PrivateHost {
    let wire: Wire
    private let folder: String
    private var daemons: [Child] = []
    /// What a program of the host sees elsewhere; everything else is the machine's.
    private static let places = [
        "etc": "/etc", "lib": "/var/lib", "run": "/run", "log": "/var/log",
        "share": "/usr/local/share",
    ]
    static let scripts = "/usr/local/share/picket/iptables"

    init(_ tag: String) throws {
        wire = try Wire(tag)
        folder = "\(wire.folder)/host"
        let copy =
            "umask 022; mkdir -p $1/etc $1/lib $1/run/lock $1/run/dbus $1/log $1/share/picket && "
            + "cp -a /etc/. $1/etc/ && cp -a \"$2\" $1/share/picket/ && "
            + "for each in shorewall shorewall6 ufw; do "
            + "[ ! -e /var/lib/$each ] || cp -a /var/lib/$each $1/lib/; done"
        let shell = Program(path: "/bin/sh")
        let output = try shell.run(
            ["-c", copy, "sh", folder, Machine.rules("")], within: .seconds(30))
        guard output.end.isGood else { throw WireError.recorder(output.words) }
    }

    deinit { for daemon in daemons { daemon.kill() } }

    /// Words before a command, by which it runs on this host.
    var place: [String] {
        let mounts = PrivateHost.places.map { "mount --bind \(folder)/\($0.key) \($0.value)" }
        return [
            "unshare", "--mount", "--propagation", "private", "sh", "-c",
            mounts.joined(separator: " && ") + " && exec \"$@\"", "sh",
        ]
    }

    @discardableResult
    func run(_ command: String...) throws -> String {
        try wire.network.run(in: wire.network.target, place + command)
    }

    func start(_ command: String...) throws {
        daemons.append(
            try wire.network.start(in: wire.network.target, place + command, quiet: true))
    }

    /// Ends what was started, the last first.
    func endDaemons() {
        while let daemon = daemons.popLast() { daemon.end(within: .seconds(10)) }
    }

    func pair(_ options: String...) throws -> PairCommand.Outcome {
        try PairCommand(wire: wire, share: PrivateHost.scripts, place: place).run(options)
    }

    func write(_ path: String, _ text: String) throws {
        try text.write(toFile: "\(folder)\(path)", atomically: false, encoding: .utf8)
    }

    func has(_ path: String) -> Bool { FileManager.default.fileExists(atPath: folder + path) }

    /// Every file below folders of /etc, with its mode and content.
    func files(_ folders: String...) throws -> [String: String] {
        var found: [String: String] = [:]
        for each in folders {
            let top = "\(folder)/etc/\(each)"
            for name in try FileManager.default.subpathsOfDirectory(atPath: top) {
                let attributes = try FileManager.default.attributesOfItem(atPath: "\(top)/\(name)")
                guard attributes[.type] as? FileAttributeType == .typeRegular else { continue }
                let content = try Data(contentsOf: URL(filePath: "\(top)/\(name)"))
                let mode = attributes[.posixPermissions] as? Int ?? 0
                found["\(each)/\(name)"] =
                    "\(String(mode, radix: 8)) \(content.base64EncodedString())"
            }
        }
        return found
    }

    /// Waits until a program of the host ends well.
    func wait(for command: String...) throws {
        let deadline = LabSystem.now() + 30
        while true {
            do {
                try wire.network.run(in: wire.network.target, place + command)
                return
            } catch {
                guard LabSystem.now() < deadline else { throw error }
                LabSystem.pause(milliseconds: 100)
            }
        }
    }
}
