// SPDX-License-Identifier: GPL-3.0-or-later

/// Which source belongs to which set, and how much of what it asked lies inside.
///
/// Bound: a fixed number of entries, in places of four; when four are full, the member that was
/// quiet longest is forgotten and counts for itself again. Members of a set that is gone are known
/// by its turn and need not be looked for.
struct CrowdMembers: ~Copyable {
    struct Entry: BitwiseCopyable {
        /// The upper half of the source's hash.
        var tag: UInt32 = 0
        /// Seconds of stream time.
        var seen: UInt32 = 0
        /// The set's turn; 0 for an empty entry.
        var turn: UInt16 = 0
        /// Targets outside the set's common ones. Unit: quarters.
        var outside: UInt16 = 0
        /// Targets inside. Unit: quarters.
        var inside: UInt16 = 0
        var set: UInt8 = 0
    }

    private(set) var entries: ContiguousArray<Entry>
    private let mask: Int
    private static let ways = 4

    init(capacity: Int) {
        entries = ContiguousArray(repeating: Entry(), count: max(CrowdMembers.ways, capacity))
        mask = entries.count / CrowdMembers.ways - 1
    }

    var bytes: Int { entries.capacity * MemoryLayout<Entry>.stride }

    subscript(_ place: Int) -> Entry {
        get { entries[place] }
        set { entries[place] = newValue }
    }

    /// The place of a source's entry, as long as its set is there.
    func find(_ source: UInt64, _ sets: borrowing CrowdSets) -> Int? {
        let tag = UInt32(truncatingIfNeeded: source >> 32)
        let first = (Int(truncatingIfNeeded: source) & mask) * CrowdMembers.ways
        for place in first..<first + CrowdMembers.ways where entries[place].tag == tag {
            let turn = entries[place].turn
            if turn != 0, sets.isCurrent(Int(entries[place].set), turn: turn) { return place }
        }
        return nil
    }

    /// Adds a source that is not in it.
    mutating func insert(
        _ source: UInt64, into set: Int, _ sets: borrowing CrowdSets, now: Int64
    ) -> Int {
        let first = (Int(truncatingIfNeeded: source) & mask) * CrowdMembers.ways
        var place = first
        for way in first..<first + CrowdMembers.ways {
            let entry = entries[way]
            if entry.turn == 0 || !sets.isCurrent(Int(entry.set), turn: entry.turn) {
                place = way
                break
            }
            if entry.seen < entries[place].seen { place = way }
        }
        entries[place] = Entry(
            tag: UInt32(truncatingIfNeeded: source >> 32), seen: CrowdMembers.seconds(now),
            turn: sets.turn(of: set), set: UInt8(set))
        return place
    }

    static func seconds(_ now: Int64) -> UInt32 { UInt32(clamping: now / 1_000_000_000) }

    mutating func removeAll() {
        for place in entries.indices { entries[place] = Entry() }
    }
}

extension UInt16 {
    mutating func addSaturating(_ other: UInt16) {
        let (sum, overflow) = addingReportingOverflow(other)
        self = overflow ? .max : sum
    }

    mutating func subtractSaturating(_ other: UInt16) { self = self > other ? self - other : 0 }
}
