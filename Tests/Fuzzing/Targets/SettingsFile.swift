// SPDX-License-Identifier: GPL-3.0-or-later

import Detection
import Foundation
import NFLog

@testable import Configuration
@testable import Daemon

/// The settings' file, and `--set`.
enum SettingsFile: FuzzTarget {
    static let name = "settings"

    static var words: [String] {
        SettingKey.all.flatMap { $0.name.split(separator: ".").map { "\($0): " } } + [
            "- ", "{", "}", "[", "]", "&a ", "*a", "off", "1h", "64MiB", "50 per 1h", "group: ",
            "accepted: true", "network: ", "ports: ", "!!str ", "|", ">", "? ", "<<: ", "---",
        ]
    }

    static func seeds() -> [[UInt8]] {
        let keys = SettingKey.all.map { "\($0.name)=\($0.text(.defaults))" }
        let file = """
            nflog:
              groups: [5, {group: 6, accepted: true}]
              receive-buffer: 64MiB
            detection:
              targets: 5
              scan-timeout: 1h
              levels: {packets: [5, 15, 150, 1500, 10000], hosts: [10, 20, 50, 100, 500]}
              repeated-attempts: 50 per 1h
              home-networks: ["192.0.2.0/24", "2001:db8::/32"]
              ignore:
                - {network: 198.51.100.0/24, protocol: tcp, ports: 1-10, interface: eth0, prefix: net}
            log:
              decisions: {path: /var/log/picket/decisions.json, format: eve}

            """
        return ([file, "log: {decisions: off}\n", "detection: {ignore: []}\n"] + keys).map {
            Array($0.utf8)
        }
    }

    static func run(_ input: RawSpan) {
        ScratchFile.fill(input)
        do {
            check(try ConfigurationFile.load(path: ScratchFile.path))
        } catch {
            check(error)
        }
        let text = input.text
        readFacts(text)
        for line in text.split(separator: "\n").prefix(4) {
            var settings = Settings.defaults
            do {
                try ConfigurationFile.set(String(line), on: &settings)
                check(settings)
            } catch {
                must(settings == .defaults, "an argument that is refused changes nothing")
                check(error)
            }
        }
    }

    /// A file of recorded facts about the host has the same words.
    private static func readFacts(_ text: String) {
        do {
            for record in try HostRecord.records(in: text, path: "facts") {
                must(record.reading.ephemeralPorts.upperBound > 0, "a range of ports")
            }
        } catch {
            check(error)
        }
    }

    private static func check(_ error: ConfigurationError) {
        must([77, 78].contains(error.exitCode), "an exit code of ours")
        must(!error.problems.isEmpty, "an error says what is wrong")
        must(error.description.utf8.count < 64 << 10, "an error is not as long as a book")
        mustBePlain(error.description, newlines: true, "an error")
    }

    /// Settings that are taken can be used, and written so that they are taken again.
    private static func check(_ settings: Settings) {
        var copy = Settings.defaults
        for line in ConfigurationFile.lines(settings) {
            mustBePlain(line, "a line of the settings")
            guard !line.hasSuffix("=from the host"), !line.hasSuffix("=picket, when there is one")
            else { continue }
            do {
                try ConfigurationFile.set(line, on: &copy)
            } catch {
                must(false, "what is written can be read: \(line): \(error)")
            }
        }
        must(copy.detection == settings.detection, "the detector's settings come back as they were")
        must(copy.nflog == settings.nflog, "the group's settings come back as they were")
        must(copy.groups == settings.groups, "the groups come back as they were")
        must(settings.nflog.clamped() == settings.nflog, "what is taken is in the kernel's ranges")
        if settings.detection.memory <= 4 << 20 {
            let detector = Detector(
                settings: settings.detection, facts: HostFacts(settings), seed: 1)
            must(detector.bytes <= settings.detection.memory, "the memory of the settings")
        }
    }
}
