// SPDX-License-Identifier: GPL-3.0-or-later

/// The firewall's rules as its own programs list them, each table once.
package struct RuleSet: Sendable {
    package var tables: [RuleTable] = []

    package init(tables: [RuleTable] = []) { self.tables = tables }
}

/// A table: chains that can jump to one another.
package struct RuleTable: Sendable {
    /// Which packets meet the table.
    package enum Family: String, Sendable {
        case ip, ip6, inet, arp, bridge, netdev

        /// Whether packets of that version meet it.
        func sees(v6: Bool) -> Bool {
            switch self {
            case .ip: !v6
            case .ip6: v6
            case .arp: false
            case .inet, .bridge, .netdev: true
            }
        }
    }

    /// Who lists it, and so can change it: `nft`, `iptables`, `iptables-legacy`, `ip6tables`, …
    package var program: String
    package var family: Family
    package var name: String
    package internal(set) var chains: [RuleChain] = []
    private var indexes: [String: Int] = [:]

    package init(program: String, family: Family, name: String) {
        self.program = program
        self.family = family
        self.name = name
    }

    package func index(of chain: String) -> Int? { indexes[chain] }

    /// Adds the chain, or gives what a listing tells of it to one that is there.
    mutating func add(_ chain: RuleChain) {
        guard indexes[chain.name] == nil else { return }
        indexes[chain.name] = chains.count
        chains.append(chain)
    }

    /// The number of the chain; it is made when a listing has not told of it before.
    mutating func place(for chain: String) -> Int {
        if let index = indexes[chain] { return index }
        add(RuleChain(name: chain))
        return chains.count - 1
    }
}

/// A list of rules, met in order.
package struct RuleChain: Sendable {
    /// Where the kernel calls a chain by itself, in the order in which a packet comes by.
    package enum Hook: String, Sendable, CaseIterable {
        case ingress, prerouting, input, forward, output, postrouting
    }

    package var name: String
    /// Nil for a chain that is only jumped to.
    package var hook: Hook?
    /// Lower is earlier.
    package var priority = 0
    /// What becomes of a packet that reaches the end; return for a chain that is jumped to.
    package var policy = Verdict.return
    /// The interface of an ingress chain.
    package var device: String?
    package var rules: [Rule] = []

    package init(name: String) { self.name = name }
}

/// One rule: its steps happen in order, until a condition does not hold.
package struct Rule: Sendable {
    package var steps: [Step]
    /// nftables' handle, or the number in its chain as iptables counts, from 1.
    package var number: Int
    /// As the program wrote it; not printable yet.
    package var text: String
}

/// One thing that a rule does.
package enum Step: Sendable {
    case condition(Condition)
    /// What comes after happens only so many times in a while.
    case limit
    case log(LogTarget)
    /// A verdict map: the first key that matches says what becomes of the packet.
    case choice([(keys: [Condition], verdict: Verdict)])
    case untrack
    case verdict(Verdict)
}

/// Where a rule sends a copy of the packet.
package struct LogTarget: Hashable, Sendable {
    /// Nil: the kernel's log.
    package var group: UInt16?
    package var prefix = ""
    /// How much of the packet is copied, where the rule says so. Unit: bytes; 0 is none of it.
    package var size: Int?
    /// How many packets make a batch, where the rule says so.
    package var threshold: Int?
}

/// What becomes of a packet.
package enum Verdict: Hashable, Sendable {
    case accept, drop, reject
    /// Back to the chain that jumped here; at a base chain, its policy.
    case `return`
    case jump(String), goto(String)
    /// A program or a proxy decides.
    case handedOver

    var isRefusal: Bool { self == .drop || self == .reject }
}
