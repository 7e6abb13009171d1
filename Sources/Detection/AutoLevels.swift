// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// A danger level that the settings give to what a source sends; all parts that are set must hold.
package struct AutoLevelRule: Hashable, Sendable {
    /// The source's.
    package var network: Network?
    package var ipProtocol: IPProtocol?
    /// The destination's.
    package var ports: ClosedRange<UInt16>?
    /// Range: 0...5; 0: does not count at all.
    package var level: UInt8

    package init(
        network: Network? = nil, ipProtocol: IPProtocol? = nil, ports: ClosedRange<UInt16>? = nil,
        level: UInt8
    ) {
        self.network = network
        self.ipProtocol = ipProtocol
        self.ports = ports
        self.level = min(level, 5)
    }
}

/// The rules that give levels, asked for each packet that would count.
///
/// Source: psad's auto_dl, where the first line that holds decides too.
struct AutoLevels: Sendable {
    private let rules: [AutoLevelRule]

    init(_ rules: [AutoLevelRule]) { self.rules = rules }

    /// The level that the first rule gives that holds; nil when there is none.
    ///
    /// Bound: as many comparisons as there are rules, 4096 at most.
    @inline(__always)
    func level(for event: PacketEvent) -> UInt8? {
        if rules.isEmpty { return nil }
        for rule in rules where rule.holds(for: event) { return rule.level }
        return nil
    }
}

extension AutoLevelRule {
    fileprivate func holds(for event: PacketEvent) -> Bool {
        if let network, !network.contains(event.source) { return false }
        if let ipProtocol, ipProtocol.rawValue != event.ipProtocol.rawValue { return false }
        guard let ports else { return true }
        return event.showsPorts && ports.contains(event.destinationPort)
    }
}
