// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

extension SourceRecord {
    /// Writes everything but its place in memory and its tally.
    func save(to writer: inout SavedWriter) {
        writer.put(firstAddress)
        writer.put(width)
        writer.put(list.rawValue)
        writer.put(level)
        writer.put(traits.rawValue)
        writer.put(otherProtocol)
        writer.put(start.nanoseconds)
        writer.put(last.nanoseconds)
        writer.put(lastCounted)
        writer.put(lastNovelty)
        writer.put(quarters)
        writer.put(quartersInside)
        writer.put(protocolTargets)
        writer.put(origin.rawValue)
        writer.put(remembered)
        writer.put(frozen.targets)
        writer.put(frozen.hosts)
        writer.put(frozen.ports)
        for index in 0..<4 { writer.put(packets[index]) }
        for index in 0..<3 {
            writer.put(ports[index].low)
            writer.put(ports[index].high)
        }
        for index in 0..<14 { writer.put(techniques[index]) }
        writer.put(acceptedCount)
        for index in 0..<Int(acceptedCount) { writer.put(accepted[index]) }
        writer.put(targetHigh)
        writer.put(targetCount)
        for index in 0..<Int(targetCount) {
            writer.put(targetLows[index])
            writer.put(targetSelectors[index])
            writer.put(targetProtocols[index])
            writer.put(targetBits[index])
        }
        writer.put(attempts.epoch)
        for index in 0..<12 { writer.put(attempts.buckets[index]) }
        writer.put(attempts.remainder)
        writer.put(attempts.sinceAlert)
        tools.save(to: &writer)
        writer.put(autoLevel)
    }

    /// Reads a record; one that no detector could have written is refused.
    init(from reader: inout SavedReader, _ bytes: Span<UInt8>) throws(SavedTableError) {
        let address = try reader.address(bytes)
        let width = try reader.take(UInt8.self, bytes)
        let list = Usefulness(rawValue: try reader.take(UInt8.self, bytes))
        let level = try reader.take(UInt8.self, bytes)
        let traits = Traits(rawValue: try reader.take(UInt8.self, bytes))
        guard let list, level <= 5, (level > 0) == (list == .scanning),
            list == .scanning ? !traits.contains(.asleep) : !traits.contains(.slow),
            width <= (address.isV4 || address.embeddedV4 != nil ? 32 : 128)
        else { throw .contradictory }
        self.init(
            key: SourceKey(first: address, width: width), firstAddress: address,
            start: Timestamp(nanoseconds: 0), now: 0)
        self.list = list
        self.level = level
        self.traits = traits
        otherProtocol = try reader.take(bytes)
        start = Timestamp(nanoseconds: try reader.take(bytes))
        last = Timestamp(nanoseconds: try reader.take(bytes))
        lastCounted = try reader.take(bytes)
        lastNovelty = try reader.take(bytes)
        quarters = try reader.take(bytes)
        quartersInside = try reader.take(bytes)
        protocolTargets = try reader.take(bytes)
        origin = OriginID(rawValue: try reader.take(bytes))
        remembered = try reader.take(bytes)
        let frozenTargets = try reader.take(UInt32.self, bytes)
        let frozenHosts = try reader.take(UInt32.self, bytes)
        let frozenPorts = try reader.take(UInt16.self, bytes)
        for index in 0..<4 { packets[index] = try reader.take(bytes) }
        for index in 0..<3 {
            ports[index].low = try reader.take(bytes)
            ports[index].high = try reader.take(bytes)
        }
        for index in 0..<14 { techniques[index] = try reader.take(bytes) }
        acceptedCount = try reader.take(bytes)
        guard acceptedCount <= 15 else { throw .contradictory }
        for index in 0..<Int(acceptedCount) { accepted[index] = try reader.take(bytes) }
        targetHigh = try reader.take(bytes)
        targetCount = try reader.take(bytes)
        guard Int(targetCount) <= SourceRecord.inlineTargets, quartersInside <= quarters else {
            throw .contradictory
        }
        for index in 0..<Int(targetCount) {
            targetLows[index] = try reader.take(bytes)
            targetSelectors[index] = try reader.take(bytes)
            targetProtocols[index] = try reader.take(bytes)
            targetBits[index] = try reader.take(bytes)
        }
        if traits.contains(.frozen) {
            guard Int(targetCount) < SourceRecord.inlineTargets else { throw .contradictory }
            frozen = (frozenTargets, frozenHosts, frozenPorts)
        }
        attempts.epoch = try reader.take(bytes)
        for index in 0..<12 { attempts.restore(try reader.take(bytes), of: index) }
        attempts.remainder = try reader.take(bytes)
        attempts.sinceAlert = try reader.take(bytes)
        guard attempts.sinceAlert <= 12 else { throw .contradictory }
        tools = try ToolTally(from: &reader, bytes)
        autoLevel = try reader.take(bytes)
        guard autoLevel & ~SourceRecord.unruled <= 5 else { throw .contradictory }
    }
}
