// SPDX-License-Identifier: GPL-3.0-or-later

/// The shape of a scan over hosts and ports.
package enum ScanKind: String, CaseIterable, Sendable {
    case vertical, horizontal, block
    case pingSweep = "ping-sweep"
    case ipProtocol = "protocol"
    case distributed, decoy
}

/// Where a source stands and where it goes, seen from the home networks.
package enum Direction: String, Sendable {
    case inbound, outbound, `internal`
}
