// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

extension SourceRecord {
    /// Distinct hosts among the first five targets.
    var inlineHosts: Int {
        var count = 0
        for index in 0..<Int(targetCount) where isFirst(index) { count += 1 }
        return count
    }

    /// Whether no target before this one has the same host.
    private func isFirst(_ index: Int) -> Bool {
        let foreign = TargetBits.foreign
        for before in 0..<index
        where targetLows[before] == targetLows[index]
            && (targetBits[before] ^ targetBits[index]) & foreign == 0
        {
            return false
        }
        return true
    }

    /// The hosts of the first five targets whose addresses are known.
    var inlineDestinations: [Address] {
        (0..<Int(targetCount)).compactMap { index in
            guard isFirst(index), targetBits[index] & TargetBits.foreign == 0 else { return nil }
            return Address(high: targetHigh, low: targetLows[index])
        }
    }

    /// The distinct ports of the first five targets.
    var inlinePorts: [UInt16] {
        var ports: [UInt16] = []
        for index in 0..<Int(targetCount) {
            if targetBits[index] & TargetBits.port != 0, !ports.contains(targetSelectors[index]) {
                ports.append(targetSelectors[index])
            }
        }
        return ports
    }

    /// The techniques that made a tenth of the packets, most frequent first; equals in the order
    /// of ``Technique``.
    var usedTechniques: [Technique] {
        var total = 0
        for slot in 0..<14 { total += Int(techniques[slot]) }
        let slots = (0..<14)
            .filter { techniques[$0] > 0 && Int(techniques[$0]) * 10 >= total }
            .sorted { techniques[$0] != techniques[$1] ? techniques[$0] > techniques[$1] : $0 < $1 }
        var names: [Technique] = []
        func name(_ technique: Technique) {
            if !names.contains(technique) { names.append(technique) }
        }
        for technique in slots.compactMap(SourceRecord.technique) {
            name(technique)
            if technique == .connect { name(.syn) }
            if technique == .ack { name(.window) }
        }
        return names
    }

    /// Most packets first. Several protocols without a class of their own stand under 255, which
    /// IANA reserves and no packet needs.
    var transports: [TransportSummary] {
        let other =
            traits.contains(.manyProtocols)
            ? IPProtocol(rawValue: 255) : IPProtocol(rawValue: otherProtocol)
        let names: [IPProtocol] = [.tcp, .udp, other, firstAddress.isV4 ? .icmp : .icmpv6]
        return TransportClass.allCases
            .filter { packets[$0.rawValue] > 0 }
            .sorted { packets[$0.rawValue] > packets[$1.rawValue] }
            .map { transport in
                TransportSummary(
                    ipProtocol: names[transport.rawValue],
                    packets: UInt64(packets[transport.rawValue]),
                    ports: transport == .icmp ? nil : ports[transport.rawValue].range)
            }
    }
}
