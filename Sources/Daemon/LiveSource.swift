// SPDX-License-Identifier: GPL-3.0-or-later

import Control
import Decisions
import Detection
import Packets

extension LiveStatus {
    /// What `picket explain` is told of a source: asked of the detector, answered on its thread.
    var source: SourceQuestion {
        { address, answer in
            let facts = pipeline.desk.numbers.facts?.facts
            let isHome =
                facts.map { facts in
                    facts.ownAddresses.contains(address)
                        || facts.homeNetworks.contains { $0.contains(address) }
                } ?? false
            pipeline.ask(of: address) { answer(SourceReport($0, of: address, isHome: isHome)) }
        }
    }
}

extension SourceReport {
    init(_ state: SourceState?, of address: Address, isHome: Bool) {
        guard let state else {
            self.init(source: address.description, standing: .unknown)
            self.isHome = isHome
            return
        }
        let standing: Standing =
            switch state.standing {
            case .probation: .probation
            case .watched: .watched
            case .scanning: .scanning
            case .asleep: .asleep
            }
        self.init(source: state.source.description, standing: standing)
        self.isHome = isHome
        weight = state.weight
        threshold = state.threshold
        accepted = state.accepted
        if let seen = state.seen {
            (first, last, packets, targets, hosts) =
                (seen.rfc3339, seen.rfc3339, 1, 1, 1)
        }
        guard let summary = state.summary else { return }
        (first, last) = (summary.start.rfc3339, summary.end.rfc3339)
        packets = summary.packets
        (targets, hosts, ports) =
            (summary.targets.count, summary.hosts.count, summary.ports.count)
        level = summary.level
        kind = state.standing == .scanning ? summary.kind.rawValue : nil
        techniques = summary.techniques.map(\.description)
        tool = summary.tool.tool.rawValue
        likelihood = (summary.likelihood * 10).rounded() / 10
    }
}
