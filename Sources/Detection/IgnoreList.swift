// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// What is not counted at all; the text parts of the rules are compared once for each origin.
///
/// In a rule the network is the source's and the ports are the destination's.
struct IgnoreList: Sendable {
    private var rules: [IgnoreRule]
    /// By origin; nil where none was admitted.
    private(set) var origins: [Origin?] = []
    /// By origin: the rules whose interface and prefix fit it.
    private var fitting: [[IgnoreRule]] = []
    /// For events of an origin that was never admitted: rules that ask neither.
    private var general: [IgnoreRule] = []

    init(_ rules: [IgnoreRule]) {
        self.rules = []
        replace(with: rules)
    }

    mutating func replace(with rules: [IgnoreRule]) {
        self.rules = rules
        general = rules.filter { $0.interface == nil && $0.prefix == nil }
        for id in origins.indices { fitting[id] = selection(for: origins[id]) }
    }

    mutating func admit(_ origin: Origin, as id: OriginID) {
        let index = Int(id.rawValue)
        guard index < OriginTable.capacity else { return }
        while origins.count <= index {
            origins.append(nil)
            fitting.append(general)
        }
        origins[index] = origin
        fitting[index] = selection(for: origin)
    }

    @inline(__always)
    func covers(_ event: PacketEvent) -> Bool {
        if rules.isEmpty { return false }
        let index = Int(event.origin.rawValue)
        let candidates = index < fitting.count ? fitting[index] : general
        for rule in candidates where rule.holds(for: event) { return true }
        return false
    }

    private func selection(for origin: Origin?) -> [IgnoreRule] {
        guard let origin else { return general }
        return rules.filter { rule in
            (rule.interface == nil || rule.interface == origin.interfaceIn)
                && (rule.prefix.map { origin.prefix.hasPrefix($0) } ?? true)
        }
    }
}

extension IgnoreRule {
    /// Whether the parts hold that are about the packet itself.
    fileprivate func holds(for event: PacketEvent) -> Bool {
        if let network, !network.contains(event.source) { return false }
        if let ipProtocol, ipProtocol != event.ipProtocol { return false }
        if let ports {
            return event.ipProtocol.hasPorts && ports.contains(event.destinationPort)
        }
        return true
    }
}
