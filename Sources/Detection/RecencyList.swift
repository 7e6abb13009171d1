// SPDX-License-Identifier: GPL-3.0-or-later

/// Something that hangs in a ``RecencyList``.
protocol Linked {
    var previous: UInt32 { get set }
    var next: UInt32 { get set }
}

/// A list through elements of an array, by index: the oldest first. All steps take constant time.
struct RecencyList: Sendable {
    private(set) var oldest = RecencyList.none
    private(set) var newest = RecencyList.none
    private(set) var count = 0

    /// The index that stands for no element.
    static let none = UInt32.max

    mutating func append<Element: Linked>(
        _ index: UInt32, in elements: inout ContiguousArray<Element>
    ) {
        elements[Int(index)].previous = newest
        elements[Int(index)].next = RecencyList.none
        if newest == RecencyList.none {
            oldest = index
        } else {
            elements[Int(newest)].next = index
        }
        newest = index
        count += 1
    }

    mutating func remove<Element: Linked>(
        _ index: UInt32, in elements: inout ContiguousArray<Element>
    ) {
        let previous = elements[Int(index)].previous
        let next = elements[Int(index)].next
        if previous == RecencyList.none {
            oldest = next
        } else {
            elements[Int(previous)].next = next
        }
        if next == RecencyList.none {
            newest = previous
        } else {
            elements[Int(next)].previous = previous
        }
        count -= 1
    }
}
