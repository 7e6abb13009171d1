// SPDX-License-Identifier: GPL-3.0-or-later

/// How a decision is written: `--format`, and `log.decisions.format` in the settings.
package enum DecisionFormat: String, CaseIterable, Sendable {
    /// A line for people.
    case text
    /// Elastic Common Schema; what `--json` means.
    case ecs
    /// Suricata's EVE.
    case eve
    /// psad 2.4.6 as it writes to syslog.
    case psad
    /// fwlogwatch 1.x as it writes to syslog.
    case fwlogwatch
    /// scanlogd 2.2 as it writes to syslog.
    case scanlogd

    /// Whether ``Observer/localTimeOffset`` is used.
    package var showsLocalTime: Bool {
        switch self {
        case .text, .scanlogd: true
        case .ecs, .eve, .psad, .fwlogwatch: false
        }
    }

    /// One line without a newline; nil when the format has no line for such a decision.
    package func line(_ decision: Decision, observer: Observer) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(self == .ecs || self == .eve ? 2048 : 256)
        guard write(decision, observer: observer, to: &bytes) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends that line; false, with nothing appended, when there is none.
    package func write(
        _ decision: Decision, observer: Observer, to bytes: inout [UInt8]
    ) -> Bool {
        let line: String?
        switch self {
        case .text:
            TextLine(decision, observer: observer).write(to: &bytes)
            return true
        case .ecs:
            ECSDocument(decision, observer: observer).json.write(to: &bytes)
            return true
        case .eve:
            EVERecord(decision, observer: observer).json.write(to: &bytes)
            return true
        case .psad: line = PsadLine(decision)?.line
        case .fwlogwatch: line = FwlogwatchLine(decision)?.line
        case .scanlogd: line = ScanlogdLine(decision, observer: observer)?.line
        }
        guard let line else { return false }
        bytes.write(line)
        return true
    }
}
