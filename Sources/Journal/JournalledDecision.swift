// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import GRDB
import Packets

/// A decision as the journal's narrow table has it; its document is asked for by ``id``.
package struct JournalledDecision: Hashable, Sendable {
    /// The order in which decisions were committed.
    package var id: Int64
    package var run: Int64
    package var sequence: Int64
    package var time: Timestamp
    /// `event.action`; one of ``Decision/Action``, unless a later version wrote it.
    package var action: String
    package var level: Int
    /// `picket.scan.kind`; nil for what is no scan.
    package var kind: String?
    /// Nil where there is no single source: losses, floods, sets.
    package var source: Network?
    /// The first address seen of the source.
    package var address: Address?
    package var destination: Address?
    package var direction: String?
    package var transport: String?
    package var tool: String?
    /// With commas, most frequent first.
    package var techniques: String?
    package var packets: Int?
    package var targets: Int?
    package var hosts: Int?
    package var ports: Int?
    package var portRange: ClosedRange<Int>?
    package var portSample: [UInt16]
    package var prefix: String?
    package var interface: String?
    package var group: Int?
    package var scan: Int64?
    package var reason: String
}

extension JournalledDecision: FetchableRecord {
    static let columns =
        [
            "id", "run", "sequence", "time", "action", "level", "kind", "network", "width",
            "address", "destination", "direction", "transport", "tool", "techniques", "packets",
            "targets", "hosts", "ports", "port_min", "port_max", "port_sample", "prefix",
            "interface", "nflog_group", "scan", "reason",
        ]
        .map { "d." + $0 }.joined(separator: ", ")

    /// By position, in the order of ``columns``: a name costs a search for each value.
    package init(row: Row) {
        id = row[0]
        run = row[1]
        sequence = row[2]
        time = Timestamp(nanoseconds: row[3])
        action = row[4]
        level = row[5]
        kind = row[6]
        source = Network(key: row[7], width: row[8])
        address = (row[9] as AddressKey?)?.address
        destination = (row[10] as AddressKey?)?.address
        direction = row[11]
        transport = row[12]
        tool = row[13]
        techniques = row[14]
        packets = row[15]
        targets = row[16]
        hosts = row[17]
        ports = row[18]
        if let low = row[19] as Int?, let high = row[20] as Int?, low <= high {
            portRange = low...high
        }
        portSample = (row[21] as String? ?? "").split(separator: ",").compactMap { UInt16($0) }
        prefix = row[22]
        interface = row[23]
        group = row[24]
        scan = row[25]
        reason = row[26]
    }
}

extension Network {
    init?(key: AddressKey?, width: Int?) {
        guard let key, let width else { return nil }
        self.init(key.address, prefixLength: width)
    }
}
