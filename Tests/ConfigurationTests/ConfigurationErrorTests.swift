// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import Configuration

@Suite("Errors in the settings")
struct ConfigurationErrorTests {
    private func failure(_ text: String) throws -> ConfigurationError {
        try #require(throws: ConfigurationError.self) {
            try ConfigurationFile.parse(text: text, path: "picket.yaml")
        }
    }

    private func description(_ text: String) throws -> String {
        let prefix = "cannot use the settings (picket.yaml): "
        let whole = try failure(text).description
        #expect(whole.hasPrefix(prefix))
        return String(whole.dropFirst(prefix.count))
    }

    @Test("An unknown key is told with line, column and the nearest known key")
    func unknownKey() throws {
        #expect(
            try description("detection:\n  tragets: 7\n")
                == "detection.tragets (line 2, column 3): unknown key; did you mean detection.targets?"
        )
    }

    @Test(
        "The nearest key is found over a letter too many, a wrong section and a wrong section's name",
        arguments: [
            ("nflog: {group: [5]}", "nflog.groups"),
            ("detections: {targets: 5}", "detection"),
            ("targets: 5", "detection.targets"),
            ("detection: {levels: {packet: [1, 2, 3, 4, 5]}}", "detection.levels.packets"),
            ("detection: {scan_timeout: 1h}", "detection.scan-timeout"),
            ("log: {decisions: {fromat: ecs}}", "log.decisions.format"),
        ])
    func suggestion(text: String, suggested: String) throws {
        #expect(try description(text).hasSuffix("unknown key; did you mean \(suggested)?"))
    }

    @Test("A key that resembles none is told without a suggestion")
    func noSuggestion() throws {
        #expect(
            try description("honeypot: {depth: 3}") == "honeypot (line 1, column 1): unknown key")
    }

    @Test("A value of the wrong type is told with its own place and what was expected")
    func wrongType() throws {
        #expect(
            try description("detection:\n  targets: many\n")
                == "detection.targets (line 2, column 12): expected a whole number, 1 to 10000, "
                + "found \"many\"")
        #expect(
            try description("detection:\n  targets: [5]\n").hasSuffix("found a list"))
        #expect(
            try description("detection: 5\n")
                == "detection (line 1, column 12): expected a section, found \"5\"")
    }

    @Test(
        "A value out of its range is an error that names the range",
        arguments: [
            ("detection: {targets: 0}", "1 to 10000"), ("detection: {targets: 10001}", "10000"),
            ("detection: {targets: -5}", "1 to 10000"), ("detection: {targets: 5.0}", "1 to"),
            ("detection: {targets: 99999999999999999999}", "1 to 10000"),
            ("detection: {scan-timeout: 31d}", "1s to 30d"),
            ("detection: {scan-timeout: 500ms}", "1s to 30d"),
            ("detection: {slow-memory: 366d}", "up to 365d, or off"),
            ("detection: {scan-timeout: 3600}", "such as 30s"),
            ("detection: {scan-timeout: 9999999999999999w}", "1s to 30d"),
            ("detection: {memory: 1KiB}", "1MiB to 64GiB"),
            ("detection: {memory: 64MB}", "such as 64KiB"),
            ("detection: {memory: 9999999999999TiB}", "1MiB to 64GiB"),
            ("detection: {ipv6-prefix: 129}", "16 to 128"),
            ("detection: {repeated-attempts: 50}", "50 per 1h"),
            ("detection: {repeated-attempts: 50 per hour}", "50 per 1h"),
            ("detection: {ephemeral-ports: 65535-32768}", "32768-65535"),
            ("detection: {ephemeral-ports: 1-65536}", "32768-65535"),
            ("detection: {levels: {packets: [5, 15, 150, 1500]}}", "five ascending"),
            ("detection: {levels: {hosts: [10, 20, 20, 100, 500]}}", "five ascending"),
            ("detection: {home-networks: [192.0.2.1/24]}", "192.0.2.0/24"),
            ("detection: {served-ports: [22]}", "tcp/22"),
            ("detection: {served-ports: [icmp/8]}", "tcp/22"),
            ("detection: {ignore: [{}]}", "found a section"),
            ("detection: {ignore: [{protocol: tcpp}]}", "a protocol such as tcp"),
            ("detection: {ignore: [{port: 53}]}", "did you mean ports?"),
            ("detection: {auto-level: [{ports: 53}]}", "\"level\" is missing"),
            ("detection: {auto-level: [{level: 6}]}", "a whole number, 0 to 5"),
            ("detection: {auto-level: [{level: 1, interface: eth0}]}", "unknown key"),
            ("nflog: {groups: []}", "1 to 64 entries"),
            ("nflog: {groups: [65536]}", "0 to 65535"),
            ("nflog: {groups: [5, {group: 5}]}", "group 5 is there twice"),
            ("nflog: {groups: [{accepted: true}]}", "\"group\" is missing"),
            ("nflog: {groups: [{group: 6, acepted: true}]}", "did you mean accepted?"),
            ("nflog: {groups: [{group: 6, accepted: perhaps}]}", "true or false"),
            ("nflog: {groups: }", "found nothing"),
            ("nflog: {buffer-size: 131073}", "8KiB to 128KiB"),
            ("log: {decisions: {format: json}}", "text, ecs, eve"),
            ("log: {decisions: on}", "or off"),
            ("log: {decisions: {path: decisions.json}}", "absolute path"),
            ("control: {socket: /\(String(repeating: "x", count: 107))}", "107 bytes"),
            ("daemon: {user: two words}", "a user's name"),
        ])
    func outOfRange(text: String, told: String) throws {
        let description = try description(text)
        #expect(description.contains(told), "\(description)")
    }

    @Test("All problems of a file are told at once, in its order")
    func allAtOnce() throws {
        let text = """
            nflog:
              groups: [five]
            detection:
              targts: 5
              scan-timeout: soon
            blocking:
              enabled: true
            """
        #expect(
            try description(text) == """
                4 problems
                  nflog.groups (line 2, column 12): expected a whole number, 0 to 65535, found "five"
                  detection.targts (line 4, column 3): unknown key; did you mean detection.targets?
                  detection.scan-timeout (line 5, column 17): expected a duration such as 30s, 10m, \
                4h, 7d or 1w, 1s to 30d, found "soon"
                  blocking.enabled (line 7, column 3): not in this version yet
                """)
    }

    @Test("Of a thousand problems fifty are told and the rest is counted")
    func bounded() throws {
        let text = (0..<1000).map { "key\($0): 1\n" }.joined()
        let lines = try description(text).split(separator: "\n")
        #expect(lines.count == 52)
        #expect(lines.last == "  and 950 more")
    }

    @Test(
        "What this version does not act on is refused where it would make a difference",
        arguments: [
            "blocking: {enabled: true}", "blocking: {mode: hard, enabled: true}",
        ])
    func later(text: String) throws {
        #expect(try description(text).hasSuffix("not in this version yet"))
    }

    @Test(
        "What this version does not act on may stand there switched off or at its default",
        arguments: [
            "blocking: {enabled: false}", "blocking:", "log: {packets: off}",
            "blocking: {enabled: false, level: 4, durations: 4h}", "evidence: {size: 256MiB}",
            "journal: {path: /var/lib/picket/picket.db, keep: 90d}",
            "detection: {auto-level: []}",
        ])
    func laterOff(text: String) throws {
        #expect(try ConfigurationFile.parse(text: text, path: "x") == .defaults)
    }

    @Test("A key that no version knows is unknown, also in a section of later keys")
    func laterUnknown() throws {
        #expect(try description("blocking: {enabeld: false}").hasSuffix("unknown key"))
    }
}
