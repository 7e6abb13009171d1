// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Detection
import Foundation
import Packets
import Testing

@testable import Configuration

/// The sample that is shipped.
enum Sample {
    static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("contrib/picket.yaml").path

    static func text() throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
}

@Suite("The settings file")
struct ConfigurationFileTests {
    private func settings(_ text: String) throws -> Settings {
        try ConfigurationFile.parse(text: text, path: "picket.yaml")
    }

    @Test("The sample says what the defaults are")
    func sampleIsDefaults() throws {
        #expect(try ConfigurationFile.load(path: Sample.path) == .defaults)
    }

    @Test("The sample has every key, at its default and not in a comment")
    func sampleIsComplete() throws {
        let root = try #require(try YAMLText.compose(try Sample.text(), path: "sample"))
        var values: [String: SettingNode] = [:]
        func walk(_ node: SettingNode, _ name: String) {
            values[name] = node
            if case .section(let entries) = node.content {
                for entry in entries {
                    walk(entry.value, name.isEmpty ? entry.key : "\(name).\(entry.key)")
                }
            }
        }
        walk(root, "")
        for key in SettingKey.all { #expect(values[key.name] != nil, "\(key.name)") }
    }

    @Test(
        "Every key takes what is written for it, and changes nothing else",
        arguments: [
            ("nflog.groups", "[0, {group: 6, accepted: true}, 65535]"), ("nflog.copy-range", "64"),
            ("nflog.receive-buffer", "1GiB"), ("nflog.queue-threshold", "1"),
            ("nflog.buffer-size", "8193"), ("nflog.flush", "100"), ("detection.targets", "10000"),
            ("detection.outbound-targets", "1"), ("detection.echo-hosts", "3"),
            ("detection.scan-timeout", "90s"), ("detection.levels.packets", "[1, 2, 3, 4, 5]"),
            ("detection.slow-memory", "off"),
            ("detection.levels.hosts", "[2, 4, 8, 16, 32]"),
            ("detection.repeated-attempts", "20 per 10m"), ("detection.memory", "64GiB"),
            ("detection.ipv6-prefix", "48"), ("detection.service-ports", "[22, 8000-8010]"),
            (
                "detection.auto-level",
                "[{network: \"192.0.2.0/24\", level: 0}, {protocol: tcp, ports: 22-25, level: 5}]"
            ),
            (
                "detection.ignore",
                "[{network: \"2001:db8::/32\", protocol: ipv6-icmp}, "
                    + "{ports: 53, interface: eth0, prefix: \"A \\\"B\\\" \"}]"
            ),
            ("detection.own-addresses", "[\"192.0.2.1\", \"2001:db8::1\"]"),
            ("detection.home-networks", "[\"192.0.2.0/24\", \"2001:db8::/32\"]"),
            ("detection.served-ports", "[tcp/22, tcp/8000-8010, udp/53]"),
            ("detection.ephemeral-ports", "32768-60999"), ("detection.table", "off"),
            ("log.decisions", "off"), ("log.decisions.path", "/srv/picket.json"),
            ("log.decisions.format", "psad"), ("control.socket", "/tmp/picket.sock"),
            ("daemon.user", "nobody"),
        ])
    func roundTrip(name: String, value: String) throws {
        var changed = Settings.defaults
        try ConfigurationFile.set("\(name)=\(value)", on: &changed)
        let key = try #require(SettingKey.all.first { $0.name == name })
        #expect(key.text(changed) == value || name == "log.decisions")
        #expect(changed != .defaults)

        // Written as a file and read again, it is the same, and no other key has moved.
        let parts = name.split(separator: ".")
        var text = ""
        for (depth, part) in parts.enumerated() {
            text += String(repeating: "  ", count: depth) + part + ":"
            text += depth + 1 == parts.count ? " \(value)\n" : "\n"
        }
        #expect(try settings(text) == changed)
        for other in SettingKey.all where !other.name.hasPrefix("log.decisions") {
            let same = other.text(changed) == other.text(.defaults)
            #expect(same == (other.name != name), "\(other.name)")
        }
    }

    @Test("The round trip leaves no key out")
    func everyKeyIsWritten() throws {
        var copy = Settings.defaults
        copy.homeNetworks = []
        copy.ownAddresses = []
        for line in ConfigurationFile.lines(.defaults) where !line.hasPrefix("log.decisions=") {
            try ConfigurationFile.set(line, on: &copy)
        }
        #expect(copy == .defaults)
        #expect(ConfigurationFile.lines(.defaults).count == SettingKey.all.count)
        #expect(Set(SettingKey.all.map(\.name)).count == SettingKey.all.count)
    }

    @Test("Values arrive where the stages look for them")
    func values() throws {
        let settings = try settings(
            """
            nflog:
              groups: [5, {group: 6, accepted: yes}]
              receive-buffer: 1048576
            detection:
              scan-timeout: 1w
              repeated-attempts: 10 per 500s
              home-networks: [192.0.2.0/24]
              served-ports: [tcp/22, udp/53]
              ignore:
                - {network: 198.51.100.7, protocol: 47}
            log: {decisions: {format: eve}}
            """)
        #expect(
            settings.groups == [GroupSettings(group: 5), GroupSettings(group: 6, accepted: true)])
        #expect(settings.nflog.receiveBufferBytes == 1 << 20)
        #expect(settings.detection.scanTimeout == .seconds(604_800))
        #expect(settings.detection.repeatedAttempts == 10)
        #expect(settings.detection.repeatedWindow == .seconds(500))
        #expect(settings.homeNetworks == [Network("192.0.2.0/24")].compactMap(\.self))
        #expect(
            settings.servedPorts == [
                ServedPort(ipProtocol: .tcp, port: 22), ServedPort(ipProtocol: .udp, port: 53),
            ])
        #expect(
            settings.detection.ignore == [
                IgnoreRule(network: Network("198.51.100.7"), ipProtocol: .gre)
            ])
        #expect(
            settings.decisionLog
                == DecisionLogSettings(path: "/var/log/picket/decisions.json", format: .eve))
    }

    @Test(
        "A number in another base or with a sign is no number",
        arguments: [
            "0x10", "1_000", "1e3", "+5", "0b11", "1:30", "５",
        ])
    func strictNumbers(text: String) {
        var settings = Settings.defaults
        #expect(throws: ConfigurationError.self) {
            try ConfigurationFile.set("detection.targets=\(text)", on: &settings)
        }
        #expect(settings == .defaults)
    }

    @Test("A section can be set as a whole")
    func setSection() throws {
        var settings = Settings.defaults
        try ConfigurationFile.set("detection={targets: 3, echo-hosts: 4}", on: &settings)
        #expect(settings.detection.targets == 3)
        #expect(settings.detection.echoHosts == 4)
    }

    @Test(
        "What cannot be set is told with the argument",
        arguments: [
            ("detection.targets", "expected key=value"), ("=5", "expected key=value"),
            ("detection..targets=5", "expected key=value"), ("", "expected key=value"),
            (
                "detection.tagets=5",
                "detection.tagets: unknown key; did you mean detection.targets?"
            ),
            ("detection.targets=", "found nothing"),
            ("blocking.enabled=true", "blocking.enabled: not in this version yet"),
            ("a.b.c.d.e.f.g.h.i=1", "unknown key"),
        ])
    func setErrors(argument: String, told: String) throws {
        var settings = Settings.defaults
        let error = try #require(throws: ConfigurationError.self) {
            try ConfigurationFile.set(argument, on: &settings)
        }
        #expect(error.description.hasPrefix("cannot use the settings (--set \(argument)): "))
        #expect(error.description.hasSuffix(told))
        #expect(settings == .defaults)
    }

    @Test("A named file that is not there is an error with exit code 78")
    func missingFile() throws {
        let error = try #require(throws: ConfigurationError.self) {
            try ConfigurationFile.load(path: "/nonexistent/picket.yaml")
        }
        #expect(error.description.hasSuffix("(/nonexistent/picket.yaml): no such file"))
        #expect(error.exitCode == 78)
    }

    @Test("Without a file at the default path the defaults hold")
    func missingDefault() throws {
        #expect(
            try ConfigurationFile.load(path: nil, default: "/nonexistent/picket.yaml") == .defaults)
    }

    @Test("A directory, a file that is no UTF-8 and a file without end are errors")
    func unreadable() throws {
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("picket-settings-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        #expect(throws: ConfigurationError.self) {
            try ConfigurationFile.load(path: directory.path)
        }
        #expect(throws: ConfigurationError.self) { try ConfigurationFile.load(path: "/dev/zero") }

        let file = directory.appendingPathComponent("latin1.yaml")
        try Data("nflog:\n  groups: [5] # f".utf8 + [0xfc, 0x72]).write(to: file)
        let error = try #require(throws: ConfigurationError.self) {
            try ConfigurationFile.load(path: file.path)
        }
        #expect(error.problems.first?.cause == "not UTF-8")
        #expect(error.problems.first?.position == FilePosition(line: 2, column: 18))
    }
}
