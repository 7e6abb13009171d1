// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

extension EndToEnd {
    @Suite("Evidence")
    struct Evidence {
        /// The files of a daemon's evidence, the oldest first.
        private func files(_ stage: Stage, _ folder: String? = nil) throws -> [String] {
            let folder = folder ?? "\(stage.folder)/picket/evidence"
            return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
                .map { "\(folder)/\($0)" }
        }

        /// What a replay of a file decides.
        private func replay(
            _ file: String, of daemon: DaemonUnderTest, facts: Bool = true
        ) async throws -> [DecisionLine] {
            var words = [DaemonUnderTest.program, "replay", "--json", "--quiet"]
            words += ["--config", daemon.settings]
            if facts { words += ["--facts", daemon.facts] }
            let child = try daemon.stage.start(words + [file])
            let code = try await child.ended()
            #expect(code == 0, "\(child.complaints)")
            let path = try daemon.stage.write(
                child.output, to: "replayed-\(UUID().uuidString).json")
            return DecisionLine.read(path)
        }

        @Test("Nmap's scan is kept; tcpdump and tshark read it, and it replays to the decision")
        func scan() async throws {
            try await Stage.run { stage in
                let daemon = try await DaemonUnderTest(on: stage)
                try await Nmap.run(["-sS", "-p", "1-300"], to: Cable.target4, on: stage)
                try await Nmap.run(["-sU", "-p", "1-60"], to: Cable.target6, on: stage)
                let decisions = try await daemon.finish()
                let files = try files(stage)
                #expect(files.count == 2)
                let file = try #require(files.first { $0.contains("_198.51.100.7.pcap") })

                let dump = try await stage.run("tcpdump", "-nn", "-r", file)
                #expect(dump.split(separator: "\n").count == 250, "200 first ones and 50 last ones")
                #expect(dump.contains("198.51.100.7."))
                let fields = try await stage.run(
                    "tshark", "-r", file, "-T", "fields", "-e", "nflog.prefix", "-e",
                    "nflog.res_id", "-e", "nflog.ifindex_indev", "-e", "nflog.hook", "-e",
                    "ip.src", "-e", "tcp.flags.syn", "-e", "_ws.malformed")
                let rows = fields.split(separator: "\n").map {
                    $0.split(separator: "\t", omittingEmptySubsequences: false)
                }
                #expect(rows.count == 250)
                #expect(
                    rows.allSatisfy {
                        $0.count == 7 && $0[1] == "5" && $0[2] != "" && $0[3] != ""
                            && $0[4] == "198.51.100.7" && ["1", "True"].contains($0[5])
                            && $0[6] == ""
                    }, "\(rows.first ?? [])")

                for file in files {
                    let replayed = try await replay(file, of: daemon)
                    let first = try #require(replayed.only("scan-detected").first)
                    let live = try #require(
                        decisions.only("scan-detected").first {
                            $0.source?.ip == first.source?.ip
                        })
                    #expect(first.same(as: live))
                }
                let attributes = try FileManager.default.attributesOfItem(atPath: file)
                #expect(attributes[.posixPermissions] as? Int == 0o640)
            }
        }

        @Test("A daemon that is killed leaves whole records")
        func killed() async throws {
            try await Stage.run { stage in
                let daemon = try await DaemonUnderTest(on: stage)
                for round in 0..<3 {
                    let first = "\(1 + 300 * round)"
                    let last = "\(300 + 300 * round)"
                    try await Nmap.run(
                        ["-sS", "-p", "\(first)-\(last)"], to: Cable.target4, on: stage)
                }
                try await wait("the first packets are on the disk") {
                    try files(stage).contains { file in
                        (try? Data(contentsOf: URL(filePath: file)).count) ?? 0 > 20_000
                    }
                }
                daemon.child.kill()
                try await wait("it is gone") { !daemon.child.isRunning }
                for file in try files(stage) {
                    let dump = try await stage.run("tcpdump", "-nn", "-r", file)
                    #expect(dump.split(separator: "\n").count >= 200)
                    #expect(try await replay(file, of: daemon).only("scan-detected").count == 1)
                }
            }
        }

        @Test(
            "On a full disk packets are counted and scans are named; when there is room it goes on")
        func full() async throws {
            try await Stage.run { stage in
                let disk = "\(stage.folder)/disk"
                try FileManager.default.createDirectory(
                    atPath: disk, withIntermediateDirectories: true)
                var choice = DaemonUnderTest.Choice()
                choice.entry = [
                    "unshare", "--mount", "sh", "-euc",
                    "mount -t tmpfs -o size=256k none \(disk); exec \"$@\"", "disk",
                ]
                choice.evidence = "\(disk)/evidence"
                let daemon = try await DaemonUnderTest(on: stage, choice)
                let inside = "/proc/\(daemon.child.id)/root\(disk)/evidence"
                // Of few ports some sources would ask in the same order by chance.
                try await daemon.scans(sources: 150, ports: 80)
                try await daemon.settle()
                try await wait("packets are lost") {
                    try await daemon.status().evidence?.lost ?? 0 > 0
                }
                let named = daemon.decisions.only("scan-detected").compactMap(\.source?.ip)
                #expect(Set(named).count == 150)
                try await daemon.says("cannot keep evidence in \(disk)/evidence: No space left")

                for file in try files(stage, inside).prefix(20) {
                    try FileManager.default.removeItem(atPath: file)
                }
                try await daemon.scans(sources: 5, ports: 10, first: 5000)
                try await daemon.settle()
                try await daemon.says("keeping evidence in \(disk)/evidence again after")
                #expect(try await daemon.status().evidence?.failing == nil)
                for file in try files(stage, inside) {
                    try await stage.run("tcpdump", "-nn", "-r", file)
                }
                try await daemon.end()
            }
        }

        @Test(
            "The packet log has a line for each packet, as the kernel would write it, and is reopened"
        )
        func packetLog() async throws {
            try await Stage.run { stage in
                let path = "\(stage.folder)/picket/packets.log"
                var choice = DaemonUnderTest.Choice()
                choice.more = ["  packets: \(path)"]
                let daemon = try await DaemonUnderTest(on: stage, choice)
                try await Nmap.run(["-sS", "-p", "1-100"], to: Cable.target4, on: stage)
                try await daemon.settle()
                try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
                try daemon.child.signal("USR1")
                try await daemon.says("packet log reopened")
                try await Nmap.run(["-sU", "-p", "1-40"], to: Cable.target6, on: stage)
                try await daemon.settle()
                let logged = try await stage.logged()
                try await daemon.end()
                let old = Child.text(path + ".1").split(separator: "\n")
                let new = Child.text(path).split(separator: "\n")
                #expect(UInt64(old.count + new.count) == logged)
                #expect(
                    old.filter { $0.contains(" PROTO=TCP ") && $0.contains(" SYN URGP=0") }.count
                        == 98, "two ports are let in")
                let line = try #require(old.first { $0.contains("PROTO=TCP") })
                #expect(line.contains(" kernel: ["))
                #expect(line.contains("IN=net0 OUT= MAC="))
                #expect(line.contains(" SRC=198.51.100.7 DST=192.0.2.1 "))
                // The same decisions from the text as from the kernel.
                let text = try await replay(path + ".1", of: daemon)
                #expect(text.only("scan-detected").first?.scan?.tool == "nmap")
            }
        }
    }
}

extension DecisionLine {
    /// What evidence promises of a detection.
    func same(as other: DecisionLine) -> Bool {
        event.action == other.event.action && event.severity == other.event.severity
            && source?.ip == other.source?.ip && destination?.ip == other.destination?.ip
            && scan?.kind == other.scan?.kind && scan?.techniques == other.scan?.techniques
            && scan?.tool == other.scan?.tool && scan?.packets == other.scan?.packets
    }
}
