// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// What makes a distributed scan of what a watched host was asked.
///
/// Source: detection.md, *hard cases*; the two rules about its shape are ours and keep ordinary
/// background radiation out: docs/decisions/crowds.md.
enum DistributedRule {
    /// The window, and what a baseline is counted in.
    static let minutes: UInt32 = 10
    static let sources = 20
    /// Unit: ports, as probes; ambiguous packets weigh a quarter.
    static let ports = 40
    /// Times the ports of ten ordinary minutes.
    static let timesBaseline: UInt32 = 10
    /// Ports of ten ordinary minutes that are taken for granted.
    private static let leastBaseline: UInt32 = 4
    /// Intervals after which the baseline is believed: an hour.
    private static let intervalsToLearn: UInt32 = 6

    /// Looks at a host; nil when there is no distributed scan.
    ///
    /// Bound: a few microseconds; a host is looked at again when an eighth more came in.
    static func look(_ watch: inout DistributedWatch, at slot: Int) -> DistributedVerdict? {
        let host = watch[slot]
        guard host.total >= host.nextLook else { return nil }
        let (sources, ports) = (Int(host.sources), Int(host.ports))
        guard sources << Int(host.sourceShift) >= DistributedRule.sources,
            Int(host.quarters) << Int(host.portShift) >= 4 * DistributedRule.ports,
            Int(host.shared) * 10 <= ports,
            // Ordinary traffic comes to the popular ports; here most of it comes to the others.
            UInt32(ports - Int(host.shared)) * 2 >= host.hits
        else { return nil }
        watch[slot].nextLook = host.total &+ UInt32(max(1, (sources + ports) / 8))
        if let stack = commonStack(watch, slot), let most = spread(watch, slot, stack: stack) {
            return DistributedVerdict(stack: stack, mostPorts: most)
        }
        if isEvenlyShared(watch, slot), let most = spread(watch, slot, stack: nil) {
            return DistributedVerdict(stack: nil, mostPorts: most)
        }
        let learned = host.interval - min(host.interval, host.since / minutes)
        guard learned >= intervalsToLearn,
            UInt32(ports) << UInt32(host.portShift) * 16
                >= timesBaseline * max(host.baseline, leastBaseline * 16),
            let most = spread(watch, slot, stack: nil)
        else { return nil }
        return DistributedVerdict(stack: nil, mostPorts: most)
    }

    /// Whether three quarters of the sources ask for three ports or more, by probes: strangers, who come
    /// for one thing or two, are never so many with so much each. It needs no stack and no baseline.
    private static func isEvenlyShared(_ watch: borrowing DistributedWatch, _ slot: Int) -> Bool {
        let host = watch[slot]
        guard Int(host.quarters) * 10 >= 4 * 9 * Int(host.ports) else { return false }
        let base = slot * DistributedWatch.sourcesEach
        var (all, several) = (0, 0)
        for place in base..<base + DistributedWatch.sourcesEach where watch.sources[place].isUsed {
            all += 1
            if watch.sources[place].ports >= 3 { several += 1 }
        }
        return several * 4 >= all * 3
    }

    /// Whether an open scan goes on: half of what made it one is still in the window.
    static func isBusy(
        _ watch: borrowing DistributedWatch, at slot: Int, stack: UInt16?
    ) -> Bool {
        var sources = 0
        let first = slot * DistributedWatch.sourcesEach
        for place in first..<first + DistributedWatch.sourcesEach
        where watch.sources[place].isUsed {
            if stack == nil || StackFingerprint.short(watch.sources[place].stack) == stack {
                sources += 1
            }
        }
        var quarters = 0
        let base = slot * DistributedWatch.portsEach
        for place in base..<base + DistributedWatch.portsEach
        where watch.ports[place].key != 0 && !watch.ports[place].isShared {
            if stack == nil || watch.ports[place].stack == stack {
                quarters += watch.ports[place].isProbe ? 4 : 1
            }
        }
        let host = watch[slot]
        let ordinary = stack == nil ? Int(timesBaseline / 2 * host.baseline / 16) * 4 : 0
        return sources << Int(host.sourceShift) >= DistributedRule.sources / 2
            && quarters << Int(host.portShift) >= max(2 * DistributedRule.ports, ordinary)
    }

    /// The stack of four fifths of the sources, or of those who own four fifths of the ports.
    private static func commonStack(
        _ watch: borrowing DistributedWatch, _ slot: Int
    ) -> UInt16? {
        var candidate: UInt16 = 0
        var votes = 0
        let ports = slot * DistributedWatch.portsEach
        for place in ports..<ports + DistributedWatch.portsEach
        where watch.ports[place].key != 0 && !watch.ports[place].isShared {
            let stack = watch.ports[place].stack
            if votes == 0 { candidate = stack }
            votes += stack == candidate ? 1 : -1
        }
        var (own, ofThem) = (0, 0)
        for place in ports..<ports + DistributedWatch.portsEach
        where watch.ports[place].key != 0 && !watch.ports[place].isShared {
            own += 1
            if watch.ports[place].stack == candidate { ofThem += 1 }
        }
        if ofThem * 5 >= own * 4 { return candidate }
        var (all, alike) = (0, 0)
        let sources = slot * DistributedWatch.sourcesEach
        for place in sources..<sources + DistributedWatch.sourcesEach
        where watch.sources[place].isUsed {
            all += 1
            if StackFingerprint.short(watch.sources[place].stack) == candidate { alike += 1 }
        }
        return alike * 5 >= all * 4 ? candidate : nil
    }

    /// Whether the work is spread over enough sources of the stack, or of any.
    ///
    /// A source with more than ten times the ports of the middle one scans for itself and is left
    /// out. No other may hold more than a quarter; and half of them ask for more than one port, or
    /// the ports lie side by side: strangers do neither.
    ///
    /// - Returns: the most ports that a member may have.
    private static func spread(
        _ watch: borrowing DistributedWatch, _ slot: Int, stack: UInt16?
    ) -> UInt16? {
        let base = slot * DistributedWatch.sourcesEach
        let places = base..<base + DistributedWatch.sourcesEach
        func takes(_ place: Int) -> Bool {
            guard watch.sources[place].isUsed else { return false }
            guard let stack else { return true }
            return StackFingerprint.short(watch.sources[place].stack) == stack
        }
        var byPorts = InlineArray<64, UInt16>(repeating: 0)
        var all = 0
        for place in places where takes(place) {
            byPorts[min(63, Int(watch.sources[place].ports))] += 1
            all += 1
        }
        var (middle, below) = (0, 0)
        while middle < 63, (below + Int(byPorts[middle])) * 2 <= all {
            below += Int(byPorts[middle])
            middle += 1
        }
        // From 63 ports on nobody is left out.
        let most = middle == 63 ? UInt16.max : UInt16(10 * max(1, middle))
        var left = LeftOut()
        var (count, several, biggest, quarters) = (0, 0, 0, 0)
        for place in places where takes(place) {
            guard watch.sources[place].ports <= most else {
                left.add(UInt32(truncatingIfNeeded: watch.sources[place].source >> 32))
                continue
            }
            count += 1
            if watch.sources[place].ports > 1 { several += 1 }
            biggest = max(biggest, Int(watch.sources[place].quarters))
            quarters += Int(watch.sources[place].quarters)
        }
        let shift = Int(watch[slot].sourceShift)
        guard count << shift >= sources, quarters << shift >= 4 * ports,
            biggest * 4 <= quarters << shift,
            several * 2 >= count || isDense(watch, slot, without: left)
        else { return nil }
        return most
    }

    /// Sources that scan for themselves.
    private struct LeftOut {
        var owners = InlineArray<8, UInt32>(repeating: 0)
        var count = 0

        mutating func add(_ owner: UInt32) {
            if count < 8 { owners[count] = owner }
            count += 1
        }

        func holds(_ owner: UInt32) -> Bool {
            for index in 0..<min(8, count) where owners[index] == owner { return true }
            return false
        }
    }

    /// Whether half of the ports have another next to them.
    private static func isDense(
        _ watch: borrowing DistributedWatch, _ slot: Int, without left: LeftOut
    ) -> Bool {
        guard left.count <= 8 else { return false }
        var known = InlineArray<512, UInt32>(repeating: 0)
        var count = 0
        let base = slot * DistributedWatch.portsEach
        for place in base..<base + DistributedWatch.portsEach
        where watch.ports[place].key != 0 && !left.holds(watch.ports[place].owner) {
            known[count] = watch.ports[place].key
            count += 1
        }
        sort(&known, count)
        let reach = UInt32(2) << UInt32(watch[slot].portShift)
        var found = 0
        for index in 0..<max(0, count - 1) where known[index + 1] - known[index] <= reach {
            found += 1
        }
        return count > 0 && found * 2 >= count
    }

    /// Heap sort: in place, and as long for any order.
    private static func sort(_ numbers: inout InlineArray<512, UInt32>, _ count: Int) {
        func sink(_ start: Int, _ end: Int, _ numbers: inout InlineArray<512, UInt32>) {
            var root = start
            while 2 * root + 1 < end {
                var child = 2 * root + 1
                if child + 1 < end, numbers[child] < numbers[child + 1] { child += 1 }
                if numbers[root] >= numbers[child] { return }
                (numbers[root], numbers[child]) = (numbers[child], numbers[root])
                root = child
            }
        }
        for start in stride(from: count / 2 - 1, through: 0, by: -1) {
            sink(start, count, &numbers)
        }
        for end in stride(from: count - 1, to: 0, by: -1) {
            (numbers[0], numbers[end]) = (numbers[end], numbers[0])
            sink(0, end, &numbers)
        }
    }
}
