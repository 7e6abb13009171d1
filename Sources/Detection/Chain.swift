// SPDX-License-Identifier: GPL-3.0-or-later

/// Something that hangs in a ``Chain``.
protocol Linked {
    var previous: UInt32 { get set }
    var next: UInt32 { get set }
}

/// A list through elements of an array, by index. All steps but sorting take constant time.
struct Chain: BitwiseCopyable {
    private(set) var first = Chain.none
    private(set) var last = Chain.none

    /// The index that stands for no element.
    static let none = UInt32.max

    var isEmpty: Bool { first == Chain.none }

    mutating func append<Element: Linked>(
        _ index: UInt32, in elements: inout ContiguousArray<Element>
    ) {
        elements[Int(index)].previous = last
        elements[Int(index)].next = Chain.none
        if last == Chain.none {
            first = index
        } else {
            elements[Int(last)].next = index
        }
        last = index
    }

    mutating func remove<Element: Linked>(
        _ index: UInt32, in elements: inout ContiguousArray<Element>
    ) {
        let previous = elements[Int(index)].previous
        let next = elements[Int(index)].next
        if previous == Chain.none {
            first = next
        } else {
            elements[Int(previous)].next = next
        }
        if next == Chain.none {
            last = previous
        } else {
            elements[Int(next)].previous = previous
        }
    }

    /// Brings the records into the order of their last counted packets; equals keep theirs.
    ///
    /// A merge sort from below, without memory of its own.
    mutating func sort(_ records: inout ContiguousArray<SourceRecord>) {
        guard first != last else { return }
        var run = 1
        while true {
            var rest = first
            var merges = 0
            var sorted = Chain()
            while rest != Chain.none {
                merges += 1
                var left = rest
                var leftCount = 0
                while leftCount < run, rest != Chain.none {
                    rest = records[Int(rest)].next
                    leftCount += 1
                }
                var right = rest
                var rightCount = 0
                while rightCount < run, rest != Chain.none {
                    rest = records[Int(rest)].next
                    rightCount += 1
                }
                while leftCount > 0 || rightCount > 0 {
                    let takesLeft =
                        rightCount == 0
                        || leftCount > 0
                            && records[Int(left)].lastCounted <= records[Int(right)].lastCounted
                    let taken = takesLeft ? left : right
                    if takesLeft {
                        left = records[Int(left)].next
                        leftCount -= 1
                    } else {
                        right = records[Int(right)].next
                        rightCount -= 1
                    }
                    sorted.append(taken, in: &records)
                }
            }
            self = sorted
            if merges <= 1 { return }
            run *= 2
        }
    }
}
