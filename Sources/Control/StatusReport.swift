// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// What the daemon says of itself: the answer to `status`.
package struct StatusReport: Codable, Hashable, Sendable {
    /// One subscribed NFLOG group.
    package struct Group: Codable, Hashable, Sendable {
        package var group: UInt16
        package var accepted = false
        /// What the kernel copies of each packet. Unit: bytes.
        /// Nil where only root may read it.
        package var copyRange: Int?
        /// Unit: bytes.
        package var receiveBuffer = 0
        package var messages: UInt64 = 0
        /// Messages that the kernel lost: missing sequence numbers.
        package var gap: UInt64 = 0
        /// How often the kernel said that the socket's buffer was full.
        package var overruns: UInt64 = 0

        package init(group: UInt16) { self.group = group }

        private enum CodingKeys: String, CodingKey {
            case group, accepted, messages, gap, overruns
            case copyRange = "copy_range"
            case receiveBuffer = "receive_buffer"
        }
    }

    package struct Ring: Codable, Hashable, Sendable {
        package var occupancy = 0
        package var highWater = 0
        package var capacity = 0
        package var drops: UInt64 = 0

        package init() {}

        private enum CodingKeys: String, CodingKey {
            case occupancy, capacity, drops
            case highWater = "high_water"
        }
    }

    /// Events a second.
    package struct Rates: Codable, Hashable, Sendable {
        package var lastSecond = 0.0
        package var lastMinute = 0.0

        package init() {}

        private enum CodingKeys: String, CodingKey {
            case lastSecond = "last_second"
            case lastMinute = "last_minute"
        }
    }

    /// Events that did not reach the detector, by the step that lost them.
    package struct Losses: Codable, Hashable, Sendable {
        package var gap: UInt64 = 0
        package var drop: UInt64 = 0
        package var refused: UInt64 = 0

        package init() {}
    }

    package struct Log: Codable, Hashable, Sendable {
        package var path: String
        package var format: String
        package var lines: UInt64 = 0
        package var lost: UInt64 = 0
        /// Why lines are being lost now; nil while all is well.
        package var failing: String?

        package init(path: String, format: String) {
            self.path = path
            self.format = format
        }
    }

    package struct Journal: Codable, Hashable, Sendable {
        package var path: String
        /// Decisions committed by this run.
        package var written: UInt64 = 0
        /// Decisions on their way there.
        package var waiting = 0
        /// Decisions that it will never have.
        package var lost: UInt64 = 0
        /// Why decisions are not journalled now; nil while all is well.
        package var failing: String?

        package init(path: String) { self.path = path }
    }

    package struct Evidence: Codable, Hashable, Sendable {
        package var path: String
        package var files = 0
        /// What the files take, and may take. Unit: bytes.
        package var bytes = 0
        package var limit = 0
        /// Packets written by this run.
        package var packets: UInt64 = 0
        /// Packets of scans that should be there and are not.
        package var lost: UInt64 = 0
        /// Why packets are lost now; nil while all is well.
        package var failing: String?

        package init(path: String) { self.path = path }
    }

    /// The file that each packet is written to.
    package struct PacketLog: Codable, Hashable, Sendable {
        package var path: String
        package var lines: UInt64 = 0
        package var lost: UInt64 = 0
        /// Why lines are lost now; nil while all is well.
        package var failing: String?

        package init(path: String) { self.path = path }
    }

    package var version: String
    package var pid: Int32
    /// Whole seconds.
    package var started: Date
    /// Unit: seconds.
    package var uptime = 0.0
    package var groups: [Group] = []
    /// Events by grade.
    package var events: [String: UInt64] = [:]
    /// Refusals of the parser by reason.
    package var refused: [String: UInt64] = [:]
    package var ring = Ring()
    package var sources = 0
    package var openScans = 0
    /// Decisions by action.
    package var decisions: [String: UInt64] = [:]
    package var rates = Rates()
    package var detectorBytes = 0
    /// The latest martians, as the kernel's log would show them.
    package var martians: [String] = []
    /// The traceroutes that came by: from whom, to whom.
    package var traceroutes: [String] = []
    package var losses = Losses()
    package var watchers = 0
    /// Decisions that found the queue of an output full: a terminal, a pipe or a disk that stalls.
    package var undelivered = 0
    /// Nil when decisions are not logged.
    package var log: Log?
    /// Nil when no packets are kept.
    package var evidence: Evidence?
    /// Nil when packets are not logged.
    package var packetLog: PacketLog?
    /// Nil when there is no journal.
    package var journal: Journal?
    /// Nil from a daemon that does not tell.
    package var host: Host?

    package init(version: String, pid: Int32, started: Date) {
        self.version = version
        self.pid = pid
        self.started = started
    }

    private enum CodingKeys: String, CodingKey {
        case version, pid, started, uptime, groups, events, refused, ring, sources, decisions
        case rates, martians, traceroutes, losses, watchers, undelivered, log, journal, host,
            evidence
        case openScans = "open_scans"
        case packetLog = "packet_log"
        case detectorBytes = "detector_bytes"
    }

    /// One line of JSON, without a newline.
    package var json: String { ControlProtocol.line(self) }
}
