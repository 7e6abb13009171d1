// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// A packet that is thought of, to see which way it takes through the rules.
///
/// What is not said of it is ordinary: a stranger's address, no mark, no port that somebody serves.
package struct Sample: Sendable {
    package enum State: Hashable, Sendable { case new, invalid, established, related, untracked }

    package var v6 = false
    package var ipProtocol: UInt8 = 6
    package var sourcePort: UInt16 = 43_210
    package var port: UInt16 = 54_321
    package var flags: UInt8 = 0x02
    package var state = State.new
    package var interface = ""
    /// Nil: a stranger, whom no rule names.
    package var source: Network?
    /// The host's own address; nil: one that no rule names.
    package var destination: Network?
    /// Whether it is for this host, and not to be passed on.
    package var isLocal = true
    /// What holds for it although nothing here can tell: ``Condition/Test/opaque(_:)``.
    package var assumed: Set<String> = []

    package init() {}

    /// Makes the condition hold, if that is possible.
    mutating func assume(_ condition: Condition) {
        guard !condition.holds(for: self) else { return }
        guard !condition.isNegated else { return avoid(condition.test) }
        switch condition.test {
        case .family(let isV6): v6 = isV6
        case .protocols(let ranges): ipProtocol = ranges.first?.lowerBound ?? ipProtocol
        case .sourcePorts(let ranges): sourcePort = ranges.first?.lowerBound ?? sourcePort
        case .ports(let ranges): port = ranges.first?.lowerBound ?? port
        case .flags(let mask, let value): flags = flags & ~mask | value & mask
        case .anyFlag(let mask): flags |= mask & ~(mask &- 1)
        case .states(let states): state = states.first ?? state
        case .interfaces(let names):
            interface = names.first.map { $0.hasSuffix("*") ? $0.dropLast() + "0" : $0 } ?? ""
        case .source(let networks): source = networks.first ?? source
        case .destination(let networks): destination = networks.first ?? destination
        case .local: isLocal = true
        case .opaque(let text): assumed.insert(text)
        case .always: break
        }
    }

    /// Makes a test fail that holds.
    private mutating func avoid(_ test: Condition.Test) {
        switch test {
        case .family(let isV6): v6 = !isV6
        case .protocols: ipProtocol = ipProtocol == 6 ? 17 : 6
        case .sourcePorts: sourcePort = 60_001
        case .ports: port = port == 54_321 ? 7 : 54_321
        // What is no SYN and belongs to nothing is for the connection tracker an ACK at best.
        case .flags(let mask, let value): flags = flags & ~mask | ~value & mask & 0x10
        case .anyFlag(let mask): flags &= ~mask
        case .states(let states):
            state = [.new, .invalid, .untracked].first { !states.contains($0) } ?? state
        case .interfaces: interface = ""
        case .source: source = nil
        case .destination: destination = nil
        case .local: isLocal = false
        case .opaque(let text): assumed.remove(text)
        case .always: break
        }
    }
}
