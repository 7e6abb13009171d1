// SPDX-License-Identifier: GPL-3.0-or-later

/// The place in the firewall that an event came from: few values, shared by many events.
package struct Origin: Hashable, Sendable {
    /// The NFLOG group; nil for log text and captures without one.
    package var group: UInt16?
    /// The log prefix as the rule wrote it, trailing spaces removed; empty when there is none.
    package var prefix: String
    package var hook: Hook?
    /// Names; empty when the packet had no such interface.
    package var interfaceIn: String
    package var interfaceOut: String
    /// The prefix taken apart.
    package var rule: RulePrefix

    package init(
        group: UInt16? = nil, prefix: String = "", hook: Hook? = nil, interfaceIn: String = "",
        interfaceOut: String = ""
    ) {
        self.group = group
        self.prefix = String(prefix.reversed().drop { $0 == " " }.reversed())
        self.hook = hook
        self.interfaceIn = interfaceIn
        self.interfaceOut = interfaceOut
        self.rule = RulePrefix(prefix)
    }
}

/// A netfilter hook, named as `firewall.hook` in a decision.
///
/// Source: enum nf_inet_hooks, linux/netfilter.h; the bridge family has the same numbers up to 4.
package enum Hook: UInt8, Sendable {
    case prerouting = 0, input, forward, output, postrouting, ingress
}

/// An index into an ``OriginTable``.
@usableFromInline package struct OriginID: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    @usableFromInline package let rawValue: UInt16
    @inlinable package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The entry that every table begins with: an origin of which nothing is known.
    @inlinable package static var unknown: OriginID { OriginID(rawValue: 0) }
}

/// The origins of one stream of events, each once, in the order in which they were first met.
///
/// Bound: 4,096 entries; what comes after is ``OriginID/unknown``. Prefixes and interfaces are the
/// administrator's, so that a table fills only by renaming them all day.
package struct OriginTable: Sendable {
    package private(set) var origins: [Origin] = [Origin()]
    private var ids: [Origin: OriginID] = [Origin(): .unknown]

    package static let capacity = 4096

    package init() {}

    package subscript(id: OriginID) -> Origin {
        Int(id.rawValue) < origins.count ? origins[Int(id.rawValue)] : origins[0]
    }

    package mutating func intern(_ origin: Origin) -> OriginID {
        if let known = ids[origin] { return known }
        guard origins.count < OriginTable.capacity else { return .unknown }
        let id = OriginID(rawValue: UInt16(origins.count))
        origins.append(origin)
        ids[origin] = id
        return id
    }
}
