// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// What a rule asks of a packet.
package struct Condition: Hashable, Sendable {
    package enum Test: Hashable, Sendable {
        case family(v6: Bool)
        case protocols([ClosedRange<UInt8>])
        case sourcePorts([ClosedRange<UInt16>])
        case ports([ClosedRange<UInt16>])
        /// Of the bits in the mask exactly those.
        case flags(mask: UInt8, value: UInt8)
        /// At least one of the bits.
        case anyFlag(UInt8)
        case states(Set<Sample.State>)
        /// Names of the interface that it came in by; `*` at the end stands for anything.
        case interfaces([String])
        case source([Network])
        case destination([Network])
        /// For this host.
        case local
        case always
        /// What is not understood here: a set, a mark, a counter. No ordinary packet meets it.
        case opaque(String)
    }

    package var test: Test
    package var isNegated = false

    package init(_ test: Test, isNegated: Bool = false) {
        self.test = test
        self.isNegated = isNegated
    }

    func holds(for sample: Sample) -> Bool { test.holds(for: sample) != isNegated }
}

extension Condition.Test {
    func holds(for sample: Sample) -> Bool {
        switch self {
        case .family(let v6): sample.v6 == v6
        case .protocols(let ranges): ranges.contains { $0.contains(sample.ipProtocol) }
        case .sourcePorts(let ranges): ranges.contains { $0.contains(sample.sourcePort) }
        case .ports(let ranges): ranges.contains { $0.contains(sample.port) }
        case .flags(let mask, let value): sample.flags & mask == value & mask
        case .anyFlag(let mask): sample.flags & mask != 0
        case .states(let states): states.contains(sample.state)
        case .interfaces(let names): names.contains { Self.name($0, fits: sample.interface) }
        case .source(let networks): Self.networks(networks, hold: sample.source, v6: sample.v6)
        case .destination(let networks):
            Self.networks(networks, hold: sample.destination, v6: sample.v6)
        case .local: sample.isLocal
        case .always: true
        case .opaque(let text): sample.assumed.contains(text)
        }
    }

    private static func name(_ pattern: String, fits name: String) -> Bool {
        pattern.hasSuffix("*") ? name.hasPrefix(pattern.dropLast()) : name == pattern
    }

    private static func networks(_ networks: [Network], hold other: Network?, v6: Bool) -> Bool {
        networks.contains { network in
            guard network.address.isV4 == !v6 else { return false }
            guard let other else { return network.isEverything }
            return network.isEverything
                || network.prefixLength <= other.prefixLength && network.contains(other.address)
        }
    }
}

extension Network {
    /// All addresses of a family.
    fileprivate var isEverything: Bool { prefixLength == 0 }
}
