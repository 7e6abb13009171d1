// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Detection
import NFLog
import Packets

/// Everything that a user may set, with the values that hold where nothing is said.
package struct Settings: Hashable, Sendable {
    /// The NFLOG groups to subscribe to; at least one, each once.
    package var groups = [GroupSettings(group: 5)]
    package var nflog = NFLogSettings()
    package var detection = DetectionSettings()
    /// The host's own addresses; nil: as the host says.
    package var ownAddresses: [Address]?
    /// The networks that are home; nil: as the host says.
    package var homeNetworks: [Network]?
    /// The ports that clients are given; nil: as the host says.
    package var ephemeralPorts: ClosedRange<UInt16>?
    /// Ports with a server behind them; nil: as the host says.
    package var servedPorts: Set<ServedPort>?
    /// Where decisions are written; nil: nowhere.
    package var decisionLog: DecisionLogSettings? = DecisionLogSettings()
    /// The database of `picket decisions` and `picket explain`; nil: none.
    package var journal: JournalSettings? = JournalSettings()
    /// The socket of `picket status` and `picket watch`. Range: 1...107 bytes (unix(7)).
    package var controlSocket = "/run/picket/control.sock"
    /// Where the detector's table is kept over restarts; nil: nowhere.
    package var tablePath: String? = "/var/lib/picket/table"
    /// Where the host's facts are recorded for replays; nil: nowhere.
    package var factsPath: String? = "/var/lib/picket/facts.json"
    /// The packets that are kept of scans; nil: none.
    package var evidence: EvidenceSettings? = EvidenceSettings()
    /// The file that each packet is written to as the kernel's log would show it; nil: nowhere.
    package var packetLog: String?
    /// Whether the system's log gets decisions.
    package var systemLog = SystemLogChoice.auto
    /// Whom to become after set-up; nil: `picket` when the host has such a user, else nobody new.
    package var user: String?

    package init() {}

    package static let defaults = Settings()
}

/// One NFLOG group, and what the firewall does with the packets that it reports there.
package struct GroupSettings: Hashable, Sendable {
    package var group: UInt16
    /// Whether the packets of this group were let through, whatever their prefix says.
    package var accepted: Bool

    package init(group: UInt16, accepted: Bool = false) {
        self.group = group
        self.accepted = accepted
    }
}

/// The file that decisions are appended to.
package struct DecisionLogSettings: Hashable, Sendable {
    package var path = "/var/log/picket/decisions.json"
    package var format = DecisionFormat.ecs

    package init() {}

    package init(path: String, format: DecisionFormat) {
        self.path = path
        self.format = format
    }
}

/// The database that decisions are kept in for whoever asks later.
package struct JournalSettings: Hashable, Sendable {
    package var path = "/var/lib/picket/picket.db"
    /// How long decisions are kept; zero: whatever their age.
    package var keep = Duration.seconds(90 * 86_400)
    /// The size beyond which the oldest go. Unit: bytes.
    package var size = 1 << 30

    package init() {}
}

/// The packets that are kept of each scan.
package struct EvidenceSettings: Hashable, Sendable {
    /// The folder of the files.
    package var path = "/var/lib/picket/evidence"
    /// What all files take on the disk together; beyond it the oldest go. Unit: bytes.
    package var size = 256 << 20
    /// Packets of each scan from its beginning, and from its end.
    package var first = 200
    package var last = 50
    /// What remembers packets until they are known to be a scan's, and the last ones. Unit: bytes.
    package var memory = 16 << 20

    package init() {}
}

/// Where the system's log is.
package enum SystemLogChoice: String, CaseIterable, Sendable {
    /// The journal, when it is what reads our standard output; else none.
    case auto
    /// The journal, else syslog, else standard error.
    case journald
    /// Syslog, else standard error.
    case syslog
    case off
}
