// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// Notices when many probing /64s belong to one /48, which is what a site is given (RFC 6177).
///
/// Bound: a fixed number of entries; in a full set of four the one longest without news goes.
/// Who floods it with forged prefixes can only make it forget: each /64 still counts for itself.
struct PrefixWatch: ~Copyable {
    struct Entry: BitwiseCopyable {
        /// The upper 48 bits of the prefix.
        var prefix: UInt64 = 0
        var lastNews: Int64 = 0
        /// The next 16 bits of each /64.
        var subnets = InlineArray<8, UInt16>(repeating: 0)
        /// 0 for an empty entry.
        var count: UInt8 = 0
    }

    private(set) var entries: ContiguousArray<Entry>
    private let setMask: Int

    /// So many probing /64s are one source.
    static let enough = 8
    private static let ways = 4

    init(capacity: Int) {
        var sets = 16
        while sets * 2 * PrefixWatch.ways <= capacity { sets *= 2 }
        entries = ContiguousArray(repeating: Entry(), count: sets * PrefixWatch.ways)
        setMask = sets - 1
    }

    var bytes: Int { entries.capacity * MemoryLayout<Entry>.stride }

    /// Notes a probing /64 by the upper half of its address.
    ///
    /// - Returns: the entry with all eight when this is the eighth; it is forgotten by then.
    mutating func note(_ high: UInt64, now: Int64, lifetime: Int64, hash: KeyedHash) -> Entry? {
        let prefix = high >> 16
        let subnet = UInt16(truncatingIfNeeded: high)
        let first = Int(truncatingIfNeeded: hash(prefix, 48)) & setMask * PrefixWatch.ways
        var place = first
        for way in first..<first + PrefixWatch.ways {
            if entries[way].count > 0, now.subtractingSaturating(entries[way].lastNews) >= lifetime
            {
                entries[way] = Entry()
            }
            if entries[way].count > 0, entries[way].prefix == prefix {
                place = way
                break
            }
            let isBetter =
                entries[way].count == 0
                ? entries[place].count > 0
                : entries[place].count > 0 && entries[way].lastNews < entries[place].lastNews
            if isBetter { place = way }
        }
        if entries[place].count == 0 || entries[place].prefix != prefix {
            entries[place] = Entry(prefix: prefix)
        }
        entries[place].lastNews = now
        for known in 0..<Int(entries[place].count) where entries[place].subnets[known] == subnet {
            return nil
        }
        entries[place].subnets[Int(entries[place].count)] = subnet
        entries[place].count += 1
        guard entries[place].count == PrefixWatch.enough else { return nil }
        let full = entries[place]
        entries[place] = Entry()
        return full
    }

    mutating func removeAll() {
        for place in entries.indices { entries[place] = Entry() }
    }

    /// Puts back a saved entry; false when it cannot be one.
    mutating func restore(_ entry: Entry, hash: KeyedHash) -> Bool {
        guard entry.count > 0, entry.count < PrefixWatch.enough, entry.prefix >> 48 == 0 else {
            return false
        }
        let first = Int(truncatingIfNeeded: hash(entry.prefix, 48)) & setMask * PrefixWatch.ways
        for way in first..<first + PrefixWatch.ways where entries[way].count == 0 {
            entries[way] = entry
            break
        }
        return true
    }
}
