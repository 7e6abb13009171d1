// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

extension CrowdSets {
    func save(to writer: inout SavedWriter) {
        for index in sets.indices {
            writer.put(sets[index].state.rawValue)
            // Also of a place that is free: who was in its last set must not be in its next.
            writer.put(sets[index].turn)
            if sets[index].state != .free { save(index, to: &writer) }
        }
    }

    private func save(_ index: Int, to writer: inout SavedWriter) {
        let set = sets[index]
        for flag in [
            set.isDecoy, set.isMixed, set.isBusy, set.isInternal, set.onlyEcho,
            set.onlyICMPRequests, set.manyProtocols, set.isV4,
        ] {
            writer.put(flag: flag)
        }
        writer.put(set.level)
        writer.put(set.otherProtocol)
        writer.put(set.stack)
        writer.put(set.origin.rawValue)
        writer.put(set.protocolTargets)
        writer.put(set.quarters)
        writer.put(set.host)
        writer.put(set.start)
        writer.put(set.last)
        writer.put(set.lastCounted)
        for slot in 0..<4 { writer.put(set.packets[slot]) }
        for slot in 0..<3 {
            writer.put(set.ports[slot].low)
            writer.put(set.ports[slot].high)
        }
        for slot in 0..<15 { writer.put(set.techniques[slot]) }
        set.tools.save(to: &writer)
        let base = index * CrowdSets.wordsEach
        set.targets.save(to: &writer, words, at: base)
        set.hosts.save(to: &writer, words, at: base + DistinctSketch.words)
        set.portNumbers.save(to: &writer, words, at: base + 2 * DistinctSketch.words)
        set.sources.save(to: &writer, words, at: base + 3 * DistinctSketch.words)
        writer.put(set.destinationCount)
        for place in 0..<Int(set.destinationCount) { writer.put(set.destinations[place]) }
        writer.put(set.portSampleCount)
        for place in 0..<Int(set.portSampleCount) { writer.put(set.portSample[place]) }
        writer.put(set.runMarkCount)
        for place in 0..<4 { writer.put(set.runMarks[place]) }
        writer.put(set.memberCount)
        for member in members(of: index) { writer.put(member) }
    }

    mutating func restore(
        from reader: inout SavedReader, _ bytes: Span<UInt8>
    ) throws(SavedTableError) {
        for index in sets.indices {
            guard let state = CrowdSet.State(rawValue: try reader.take(bytes)) else {
                throw .contradictory
            }
            let turn = try reader.take(UInt16.self, bytes)
            var set = CrowdSet()
            if state != .free {
                guard turn != 0 else { throw .contradictory }
                try restore(&set, index, state, from: &reader, bytes)
            }
            set.turn = turn
            set.state = state
            put(set, at: index)
        }
    }

    private mutating func restore(
        _ set: inout CrowdSet, _ index: Int, _ state: CrowdSet.State,
        from reader: inout SavedReader, _ bytes: Span<UInt8>
    ) throws(SavedTableError) {
        set.isDecoy = try reader.flag(bytes)
        set.isMixed = try reader.flag(bytes)
        set.isBusy = try reader.flag(bytes)
        set.isInternal = try reader.flag(bytes)
        set.onlyEcho = try reader.flag(bytes)
        set.onlyICMPRequests = try reader.flag(bytes)
        set.manyProtocols = try reader.flag(bytes)
        set.isV4 = try reader.flag(bytes)
        set.level = try reader.take(bytes)
        guard set.level <= 5, (set.level > 0) == (state == .open) else { throw .contradictory }
        set.otherProtocol = try reader.take(bytes)
        set.stack = try reader.take(bytes)
        set.origin = OriginID(rawValue: try reader.take(bytes))
        set.protocolTargets = try reader.take(bytes)
        set.quarters = try reader.take(bytes)
        guard set.quarters <= 4 * DistinctSketch.exactLimit else { throw .contradictory }
        set.host = try reader.address(bytes)
        set.start = try reader.timestamp(bytes)
        set.last = try reader.timestamp(bytes)
        set.lastCounted = try reader.take(bytes)
        guard set.lastCounted >= 0 else { throw .contradictory }
        for slot in 0..<4 { set.packets[slot] = try reader.take(bytes) }
        for slot in 0..<3 {
            set.ports[slot].low = try reader.take(bytes)
            set.ports[slot].high = try reader.take(bytes)
        }
        for slot in 0..<15 { set.techniques[slot] = try reader.take(bytes) }
        set.tools = try ToolTally(from: &reader, bytes)
        set.targets = try sketch(0, of: index, from: &reader, bytes)
        set.hosts = try sketch(1, of: index, from: &reader, bytes)
        set.portNumbers = try sketch(2, of: index, from: &reader, bytes)
        set.sources = try sketch(3, of: index, from: &reader, bytes)
        set.destinationCount = try reader.take(bytes)
        guard set.destinationCount <= 10 else { throw .contradictory }
        for place in 0..<Int(set.destinationCount) {
            set.destinations[place] = try reader.address(bytes)
        }
        set.portSampleCount = try reader.take(bytes)
        guard set.portSampleCount <= 10 else { throw .contradictory }
        for place in 0..<Int(set.portSampleCount) { set.portSample[place] = try reader.take(bytes) }
        set.runMarkCount = try reader.take(bytes)
        guard set.runMarkCount <= 7 else { throw .contradictory }
        for place in 0..<4 { set.runMarks[place] = try reader.take(bytes) }
        set.memberCount = try reader.take(bytes)
        guard Int(set.memberCount) <= CrowdSets.listedEach else { throw .contradictory }
        for place in 0..<Int(set.memberCount) {
            list(try reader.address(bytes), at: place, of: index)
        }
    }
}
