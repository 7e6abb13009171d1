// SPDX-License-Identifier: GPL-3.0-or-later

import NFLog

/// One key of the settings file: its name, what it takes, and where that goes.
struct SettingKey: Sendable {
    /// With its sections: `detection.levels.packets`.
    let name: String
    let apply: @Sendable (SettingNode, inout Settings) throws(WrongValue) -> Void
    /// The value that the settings have, as the file would write it.
    let text: @Sendable (Settings) -> String

    init<Value>(
        _ name: String, _ path: WritableKeyPath<Settings, Value> & Sendable,
        _ form: SettingForm<Value>
    ) {
        self.name = name
        apply = { node, settings throws(WrongValue) in
            settings[keyPath: path] = try form.read(node)
        }
        text = { form.write($0[keyPath: path]) }
    }
}

extension SettingKey {
    /// Every key that this version acts on, in the order of the sample.
    static let all: [SettingKey] = nflog + detection + files

    private static let nflog = [
        SettingKey("nflog.groups", \.groups, .groups),
        SettingKey(
            "nflog.copy-range", \.nflog.copyRange, .count(NFLogSettings.copyRanges, of: "bytes")),
        // A byte more than the kernel takes, because that is how people write it.
        SettingKey(
            "nflog.receive-buffer", \.nflog.receiveBufferBytes,
            .size(NFLogSettings.receiveBuffers.lowerBound...1 << 30)),
        SettingKey(
            "nflog.queue-threshold", \.nflog.queueThreshold,
            .count(NFLogSettings.queueThresholds, of: "packets")),
        SettingKey(
            "nflog.buffer-size", \.nflog.bufferSizeBytes, .size(NFLogSettings.bufferSizes)),
        SettingKey(
            "nflog.flush", \.nflog.flushCentiseconds,
            .count(NFLogSettings.flushes, of: "hundredths of a second")),
    ]

    private static let detection = [
        SettingKey("detection.targets", \.detection.targets, .count(1...10_000)),
        SettingKey("detection.outbound-targets", \.detection.outboundTargets, .count(1...10_000)),
        SettingKey("detection.echo-hosts", \.detection.echoHosts, .count(1...10_000)),
        SettingKey(
            "detection.scan-timeout", \.detection.scanTimeout,
            .duration(.seconds(1)...(.seconds(30 * 86_400)))),
        SettingKey(
            "detection.slow-memory", \.detection.slowMemory,
            .durationOrOff(.seconds(0)...(.seconds(365 * 86_400)))),
        SettingKey("detection.levels.packets", \.detection.levelPackets, .levels),
        SettingKey("detection.levels.hosts", \.detection.levelHosts, .levels),
        SettingKey("detection.repeated-attempts", \.repeatedAttempts, .rate),
        SettingKey("detection.memory", \.detection.memory, .size(1 << 20...64 << 30)),
        SettingKey("detection.ipv6-prefix", \.detection.ipv6Prefix, .count(16...128, of: "bits")),
        SettingKey("detection.service-ports", \.detection.servicePorts, .portSet),
        SettingKey(
            "detection.ignore", \.detection.ignore,
            .list(of: "sections", .ignoreRule, count: 0...4096)),
        SettingKey(
            "detection.auto-level", \.detection.autoLevels,
            .list(of: "sections", .autoLevelRule, count: 0...4096)),
        SettingKey(
            "detection.own-addresses", \.ownAddresses,
            SettingForm.list(of: "addresses", .address).orNothing("from the host")),
        SettingKey(
            "detection.home-networks", \.homeNetworks,
            SettingForm.list(of: "networks", .network).orNothing("from the host")),
        SettingKey(
            "detection.served-ports", \.servedPorts,
            SettingForm.servedPorts.orNothing("from the host")),
        SettingKey(
            "detection.ephemeral-ports", \.ephemeralPorts,
            SettingForm.ports.orNothing("from the host")),
        SettingKey(
            "detection.table", \.tablePath,
            SettingForm.path().orNothing("not kept", words: ["off"])),
        SettingKey(
            "detection.facts", \.factsPath,
            SettingForm.path().orNothing("not recorded", words: ["off"])),
    ]

    private static let files = [
        SettingKey("log.decisions", \.decisionLog, .logSwitch),
        SettingKey("log.decisions.path", \.decisionLogOrDefault.path, .path()),
        SettingKey("log.decisions.format", \.decisionLogOrDefault.format, .decisionFormat),
        SettingKey("journal", \.journal, .journalSwitch),
        SettingKey("journal.path", \.journalOrDefault.path, .path()),
        SettingKey(
            "journal.keep", \.journalOrDefault.keep,
            .durationOrOff(.seconds(60)...(.seconds(3650 * 86_400)))),
        SettingKey("journal.size", \.journalOrDefault.size, .size(1 << 20...1 << 40)),
        SettingKey("log.system", \.systemLog, .systemLog),
        SettingKey(
            "log.packets", \.packetLog,
            SettingForm.path().orNothing("not written", words: ["off"])),
        SettingKey("evidence", \.evidence, .evidenceSwitch),
        SettingKey("evidence.path", \.evidenceOrDefault.path, .path()),
        SettingKey("evidence.size", \.evidenceOrDefault.size, .size(1 << 20...1 << 40)),
        SettingKey(
            "evidence.first", \.evidenceOrDefault.first, .count(1...100_000, of: "packets")),
        SettingKey("evidence.last", \.evidenceOrDefault.last, .count(0...1000, of: "packets")),
        SettingKey("evidence.memory", \.evidenceOrDefault.memory, .size(1 << 20...1 << 30)),
        // sun_path has 108 bytes, the last of them zero (unix(7)).
        SettingKey("control.socket", \.controlSocket, .path(upTo: 107)),
        SettingKey(
            "daemon.user", \.user,
            SettingForm.name("a user's name", upTo: 32).orNothing("picket, when there is one")),
    ]
}

extension Settings {
    /// The log's settings, to change one of them.
    fileprivate var decisionLogOrDefault: DecisionLogSettings {
        get { decisionLog ?? DecisionLogSettings() }
        set { decisionLog = newValue }
    }

    fileprivate var evidenceOrDefault: EvidenceSettings {
        get { evidence ?? EvidenceSettings() }
        set { evidence = newValue }
    }

    fileprivate var journalOrDefault: JournalSettings {
        get { journal ?? JournalSettings() }
        set { journal = newValue }
    }

    /// Two fields that are written as one.
    fileprivate var repeatedAttempts: AttemptRate {
        get { AttemptRate(count: detection.repeatedAttempts, window: detection.repeatedWindow) }
        set {
            detection.repeatedAttempts = newValue.count
            detection.repeatedWindow = newValue.window
        }
    }
}

/// `50 per 1h`.
struct AttemptRate: Hashable, Sendable {
    var count: Int
    var window: Duration
}

extension SettingForm where Value == AttemptRate {
    static var rate: SettingForm<AttemptRate> {
        // The detector counts no further (AttemptWindow).
        let counts = 2...65_000
        let windows = Duration.seconds(1)...Duration.seconds(7 * 86_400)
        return SettingForm("a rate such as 50 per 1h, 2 to 1000000 per 1s to 1w") { text in
            let words = text.split(separator: " ")
            guard words.count == 3, words[1] == "per", let count = Quantity.number(words[0]),
                let window = Quantity.duration(String(words[2])),
                counts.contains(count), windows.contains(window)
            else { return nil }
            return AttemptRate(count: count, window: window)
        } write: {
            "\($0.count) per \(Quantity.text($0.window))"
        }
    }
}

extension SettingForm where Value == DecisionLogSettings? {
    /// The log as a whole can only be switched off; what it is stands in the keys below it.
    static var logSwitch: SettingForm<DecisionLogSettings?> {
        let shape = "a section with path and format, or off"
        return SettingForm(shape) { node throws(WrongValue) in
            guard case .word("off") = node.content else {
                throw WrongValue(node, "expected \(shape), found \(node.described)")
            }
            return nil
        } write: { log in
            guard let log else { return "off" }
            return "{path: \(SettingForm<String>.quoted(log.path)), format: \(log.format.rawValue)}"
        }
    }
}

extension SettingForm where Value == JournalSettings? {
    /// As the log: a switch here, what it is in the keys below.
    static var journalSwitch: SettingForm<JournalSettings?> {
        let shape = "a section with path, keep and size, or off"
        return SettingForm(shape) { node throws(WrongValue) in
            guard case .word("off") = node.content else {
                throw WrongValue(node, "expected \(shape), found \(node.described)")
            }
            return nil
        } write: { journal in
            guard let journal else { return "off" }
            let keep = SettingForm<Duration>.durationOrOff(.zero...(.zero)).write(journal.keep)
            return "{path: \(SettingForm<String>.quoted(journal.path)), keep: \(keep), "
                + "size: \(Quantity.text(size: journal.size))}"
        }
    }
}
