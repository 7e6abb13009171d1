// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

extension EndToEnd {
    @Suite("Rights")
    struct Rights {
        /// How to run a command without the right.
        enum Want: String, CaseIterable, CustomTestStringConvertible {
            case user = "--reuid 65534 --regid 65534 --clear-groups"
            case rootWithout = "--bounding-set=-net_admin --inh-caps=-net_admin"

            var testDescription: String { self == .user ? "a user" : "root without the capability" }
            var words: [String] { ["setpriv"] + rawValue.split(separator: " ").map(String.init) }
        }

        @Test(
            "Without CAP_NET_ADMIN the daemon says which right it needs, and ends with 77",
            arguments: Want.allCases)
        func noRight(_ want: Want) async throws {
            try await Stage.run { stage in
                // Whoever has cloned this into a closed home cannot show it to another user.
                let program = "\(stage.folder)/program"
                try FileManager.default.copyItem(atPath: DaemonUnderTest.program, toPath: program)
                let runs = try stage.start(want.words + [program, "--version"])
                guard try await runs.ended() == 0 else {
                    try Test.cancel("\(want.testDescription) cannot read the Swift runtime")
                }
                let settings = try DaemonUnderTest.write(DaemonUnderTest.Choice(), on: stage)
                try await stage.run("chown", "-R", "65534", "\(stage.folder)/picket")
                let end = try await DaemonUnderTest.refused(
                    on: stage, settings: settings, entry: want.words, program: program)
                #expect(end.code == 77)
                #expect(end.words.contains("cannot bind to the group (NFLOG group 5)"))
                #expect(end.words.contains("CAP_NET_ADMIN"))
                #expect(end.words.wholeLines.count == 1, "\(end.words)")
            }
        }

        @Test("A group that another daemon has: it is named, and the exit code is 69")
        func taken() async throws {
            try await Stage.run { stage in
                let daemon = try await DaemonUnderTest(on: stage)
                let settings = try DaemonUnderTest.write(
                    DaemonUnderTest.Choice(name: "second"), on: stage)
                let end = try await DaemonUnderTest.refused(on: stage, settings: settings)
                #expect(end.code == 69)
                #expect(end.words.contains("NFLOG group 5"))
                #expect(end.words.contains("it is taken by picket (process \(daemon.child.id))"))
                #expect(end.words.wholeLines.count == 1, "\(end.words)")
                #expect(try await daemon.finish().isEmpty, "the first one goes on")
            }
        }

        @Test("As another user the daemon keeps CAP_NET_ADMIN alone, and all goes on working")
        func dropped() async throws {
            try await Stage.run { stage in
                var choice = DaemonUnderTest.Choice(more: ["daemon:", "  user: nobody"])
                let daemon = try await DaemonUnderTest(on: stage, choice)
                let rights = try Self.rights(of: daemon.child.id)
                #expect(rights.contains { $0["Pid"] == "\(daemon.child.id)" })
                for thread in rights {
                    #expect(thread["Uid"] == "65534 65534 65534 65534")
                    #expect(thread["CapEff"] == "0000000000001000", "CAP_NET_ADMIN alone")
                    #expect(thread["CapPrm"] == "0000000000001000")
                }

                try await Nmap.run(["-sS", "-p", "1-30"], to: Cable.target4, on: stage)
                try await daemon.settle()
                #expect(daemon.decisions.only("scan-detected").count == 1)

                choice.groups = "[5, 6]"
                try DaemonUnderTest.write(choice, on: stage)
                try daemon.child.signal("HUP")
                try await daemon.says("settings reloaded")
                try await wait("the new group is read") {
                    try await daemon.status().groups.map(\.group) == [5, 6]
                }
                try FileManager.default.moveItem(atPath: daemon.log, toPath: daemon.log + ".1")
                try daemon.child.signal("USR1")
                try await daemon.says("log file reopened")
                try await Nmap.run(["-6", "-sS", "-p", "1-30"], to: Cable.target6, on: stage)
                let decisions = try await daemon.finish()
                #expect(decisions.only("scan-detected").map(\.source?.ip) == [Cable.scanner6])
                #expect(FileManager.default.fileExists(atPath: "\(stage.folder)/picket/table"))
            }
        }

        @Test(
            "No folder of the whole system is given to the daemon's user; the exit code is 78",
            arguments: ["/run", "/var/log", "/tmp"])
        func commonFolder(_ folder: String) async throws {
            try await Stage.run { stage in
                let before = try FileManager.default.attributesOfItem(atPath: folder)
                let name = "\(folder)/\((stage.folder as NSString).lastPathComponent).json"
                defer { try? FileManager.default.removeItem(atPath: name) }
                let settings = try stage.write(
                    """
                    detection: {table: off, facts: off}
                    journal: off
                    evidence: off
                    log: {decisions: {path: \(name)}}
                    control: {socket: \(stage.folder)/run/control.sock}
                    daemon: {user: nobody}

                    """, to: "common.yaml")
                let end = try await DaemonUnderTest.refused(on: stage, settings: settings)
                #expect(end.code == 78)
                #expect(end.words.contains("cannot give \(folder) to user nobody"))
                let after = try FileManager.default.attributesOfItem(atPath: folder)
                #expect(after[.ownerAccountID] as? Int == before[.ownerAccountID] as? Int)
            }
        }

        /// What /proc says of each thread of the process.
        private static func rights(of process: Int32) throws -> [[String: String]] {
            let tasks = "/proc/\(process)/task"
            return try FileManager.default.contentsOfDirectory(atPath: tasks).compactMap { task in
                var fields: [String: String] = [:]
                for line in Child.text("\(tasks)/\(task)/status").split(separator: "\n") {
                    let parts = line.split(separator: ":", maxSplits: 1)
                    guard parts.count == 2 else { continue }
                    fields[String(parts[0])] = parts[1].split(whereSeparator: \.isWhitespace)
                        .joined(separator: " ")
                }
                // A thread that ended after the folder was listed has no status any more.
                return fields.isEmpty ? nil : fields
            }
        }
    }
}
