// SPDX-License-Identifier: GPL-3.0-or-later

import NFLog
import Packets

/// What the reader remembers of a log message's origin, so that no text is made for each packet.
///
/// Bound: 1,024 entries, then it begins anew; rules and interfaces are the administrator's.
struct OriginMemo {
    /// What the kernel sends of an origin beside the prefix.
    struct Key: Hashable {
        var group: UInt16
        var hook: UInt8
        var family: UInt8
        var interfaceIn: UInt32
        var interfaceOut: UInt32
        var prefixHash: UInt64
    }

    /// An origin's number, and the traits that all its packets share.
    struct Entry {
        var id: OriginID
        var traits: PacketTraits
        var prefix: [UInt8]
    }

    private var entries: [Key: Entry] = [:]
    private var lastKey: Key?
    private var lastEntry: Entry?

    /// Forgets everything, as after an interface got another name.
    mutating func clear() {
        entries.removeAll()
        lastKey = nil
        lastEntry = nil
    }

    /// The entry of a key, made by the closure when it is new.
    mutating func entry(
        _ key: Key, prefix: borrowing PrefixBytes, make: ([UInt8]) -> Entry
    ) -> Entry {
        if key == lastKey, let lastEntry, prefix.equals(lastEntry.prefix) { return lastEntry }
        let found: Entry
        if let known = entries[key], prefix.equals(known.prefix) {
            found = known
        } else {
            if entries.count >= 1024 { clear() }
            found = make(prefix.copy())
            entries[key] = found
        }
        lastKey = key
        lastEntry = found
        return found
    }
}
