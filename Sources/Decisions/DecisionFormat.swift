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

    /// One line without a newline; nil when the format has no line for such a decision.
    package func line(_ decision: Decision, observer: Observer) -> String? {
        switch self {
        case .text: TextLine(decision, observer: observer).line
        case .ecs: ECSDocument(decision, observer: observer).json.line
        case .eve: EVERecord(decision, observer: observer).json.line
        case .psad: PsadLine(decision)?.line
        case .fwlogwatch: FwlogwatchLine(decision)?.line
        case .scanlogd: ScanlogdLine(decision, observer: observer)?.line
        }
    }
}
