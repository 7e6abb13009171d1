// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// What the detector has in its table of one source: the answer to `source`.
package struct SourceReport: Codable, Hashable, Sendable {
    /// How a source stands with the detector.
    package enum Standing: String, Codable, Sendable {
        /// Nothing is known of it.
        case unknown
        /// One packet is known of it.
        case probation
        /// Some packets, too few for a scan.
        case watched
        /// A scan that goes on.
        case scanning
        /// Its lifetime is over; its targets are remembered (`detection.slow-memory`).
        case asleep
    }

    /// The network that counts as one source.
    package var source: String
    package var standing: Standing
    /// The first and the latest counted packet; RFC 3339.
    package var first: String?
    package var last: String?
    package var packets: UInt64 = 0
    package var targets = 0
    package var hosts = 0
    package var ports = 0
    /// The weight of its targets, and the weight that makes it a scanner.
    package var weight = 0.0
    package var threshold = 0
    /// Connections of it that were accepted, each of which raises the threshold by one.
    package var accepted = 0
    package var level = 0
    package var kind: String?
    package var techniques: [String] = []
    package var tool: String?
    package var likelihood: Double?
    /// Whether it is in a home network.
    package var isHome = false

    package init(source: String, standing: Standing) {
        self.source = source
        self.standing = standing
    }

    private enum CodingKeys: String, CodingKey {
        case source, standing, first, last, packets, targets, hosts, ports, weight, threshold
        case accepted, level, kind, techniques, tool, likelihood
        case isHome = "home"
    }
}

/// Lines of JSON as the control socket writes them.
package enum ControlLine {
    package static func decode<Value: Decodable>(
        _ type: Value.Type, from line: String
    ) -> Value? { ControlProtocol.decode(type, from: line) }
}
