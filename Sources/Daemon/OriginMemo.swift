// SPDX-License-Identifier: GPL-3.0-or-later

import NFLog
import Packets

/// What the reader remembers of one group's origins, so that no text is made for each packet.
///
/// Bound: 1,024 entries, then it begins anew; rules and interfaces are the administrator's.
struct OriginMemo {
    /// An origin's number, and the traits that all its packets share.
    struct Entry {
        var id: OriginID
        var traits: PacketTraits
    }

    /// What the kernel says of an origin.
    private struct Key: Hashable {
        var hook: UInt8
        var family: UInt8
        var interfaceIn: UInt32
        var interfaceOut: UInt32
        var prefix: [UInt8]
    }

    private var entries: [Key: Entry] = [:]
    private var lastKey: Key?
    private var last = Entry(id: .unknown, traits: [])

    /// Forgets everything, as after an interface got another name.
    mutating func clear() {
        entries.removeAll()
        lastKey = nil
    }

    /// The entry of a message's origin, made by the closure when it is new.
    ///
    /// Packets of one rule come in runs, so that the last origin is compared first, without
    /// copying the prefix.
    mutating func entry(
        of message: borrowing LogMessage, make: (_ prefix: [UInt8]) -> Entry
    ) -> Entry {
        let prefix = Span<UInt8>(_bytes: message.prefix)
        if let lastKey, lastKey.hook == message.hook, lastKey.family == message.family,
            lastKey.interfaceIn == message.interfaceIn,
            lastKey.interfaceOut == message.interfaceOut, equal(prefix, lastKey.prefix)
        {
            return last
        }
        var copy: [UInt8] = []
        copy.reserveCapacity(prefix.count)
        for index in prefix.indices { copy.append(prefix[index]) }
        let key = Key(
            hook: message.hook, family: message.family, interfaceIn: message.interfaceIn,
            interfaceOut: message.interfaceOut, prefix: copy)
        if let known = entries[key] {
            last = known
        } else {
            if entries.count >= 1024 { clear() }
            last = make(copy)
            entries[key] = last
        }
        lastKey = key
        return last
    }

    private func equal(_ bytes: Span<UInt8>, _ other: [UInt8]) -> Bool {
        guard bytes.count == other.count else { return false }
        for index in bytes.indices where bytes[index] != other[index] { return false }
        return true
    }
}
