// SPDX-License-Identifier: GPL-3.0-or-later

/// A queue in one array: taking from the front costs nothing until half of it is gone.
struct Backlog<Element: Sendable>: Sendable {
    private var elements: [Element] = []
    private var head = 0

    var count: Int { elements.count - head }
    var isEmpty: Bool { head == elements.count }

    mutating func append(_ element: Element) { elements.append(element) }

    func prefix(_ limit: Int) -> ArraySlice<Element> {
        elements[head..<min(elements.count, head + limit)]
    }

    subscript(index: Int) -> Element { elements[head + index] }

    mutating func removeFirst(_ count: Int) {
        head += min(count, self.count)
        if head == elements.count {
            elements.removeAll(keepingCapacity: head <= 4096)
            head = 0
        } else if head > 1024, head * 2 > elements.count {
            elements.removeFirst(head)
            head = 0
        }
    }
}
