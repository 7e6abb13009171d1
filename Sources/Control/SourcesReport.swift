// SPDX-License-Identifier: GPL-3.0-or-later

import Detection
import Foundation

/// Asks for the first sources of an order.
package struct SourcesRequest: Hashable, Sendable {
    package var order: SourceOrder
    /// Range: 1...``SourceSearch/maximum``.
    package var limit: Int

    package init(order: SourceOrder = .level, limit: Int = 50) {
        self.order = order
        self.limit = limit
    }

    static func read(order: String?, limit: Int?) -> Result<SourcesRequest, Refusal> {
        var request = SourcesRequest()
        if let order {
            guard let known = SourceOrder(rawValue: order) else {
                let names = SourceOrder.allCases.map(\.rawValue).joined(separator: ", ")
                return .failure(Refusal("unknown order: expected one of \(names)"))
            }
            request.order = known
        }
        if let limit {
            guard (1...SourceSearch.maximum).contains(limit) else {
                return .failure(
                    Refusal("limit out of range: expected 1 to \(SourceSearch.maximum)"))
            }
            request.limit = limit
        }
        return .success(request)
    }
}

/// Hands a request to the detector; the answer comes later and from any thread, nil when the
/// detector is ending.
package typealias SourcesAnswerer =
    @Sendable (SourcesRequest, @escaping @Sendable (SourcesReport?) -> Void) -> Void

/// The first sources of an order, as the detector knew them at one moment: the answer to `sources`.
package struct SourcesReport: Codable, Hashable, Sendable {
    package struct Source: Codable, Hashable, Sendable {
        /// An address, or the network that counts as one source.
        package var source: String
        package var direction: String
        /// The danger level; 0 while it is no scan.
        package var level: Int
        /// Whether its targets have reached the threshold.
        package var scanning: Bool
        /// Nil while it is no scan.
        package var kind: String?
        package var techniques: [String]
        package var tool: String?
        package var packets: UInt64
        package var targets: Int
        package var hosts: Int
        /// Whether targets and hosts are exact.
        package var exact: Bool
        /// Where the last packet came in; empty when it is not told.
        package var interface: String
        /// The first and the last counted packet. Unit: seconds since 1970.
        package var first: Double
        package var last: Double

        package init(source: String, level: Int, packets: UInt64) {
            self.source = source
            self.level = level
            self.packets = packets
            direction = Direction.inbound.rawValue
            scanning = level > 0
            techniques = []
            (targets, hosts, exact, interface) = (0, 0, true, "")
            (first, last) = (0, 0)
        }
    }

    /// The moment. Unit: seconds since 1970.
    package var time: Double
    package var order: SourceOrder
    /// All sources that are tracked, also those of which one packet is known.
    package var tracked: Int
    package var openScans: Int
    package var sources: [Source]

    package init(
        time: Double, order: SourceOrder, tracked: Int, openScans: Int, sources: [Source]
    ) {
        self.time = time
        self.order = order
        self.tracked = tracked
        self.openScans = openScans
        self.sources = sources
    }

    private enum CodingKeys: String, CodingKey {
        case time, order, tracked, sources
        case openScans = "open_scans"
    }
}

extension SourcesReport.Source {
    /// One line of JSON, without a newline.
    package var json: String { ControlProtocol.line(self) }
}
