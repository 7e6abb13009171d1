// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

extension DistributedWatch {
    func save(to writer: inout SavedWriter) {
        writer.put(seenSince)
        for slot in hosts.indices {
            writer.put(flag: hosts[slot].isUsed)
            if hosts[slot].isUsed { save(slot, to: &writer) }
        }
        writer.put(UInt32(doors.count { $0.sources != 0 }))
        for place in doors.indices where doors[place].sources != 0 {
            writer.put(UInt32(place))
            writer.put(doors[place].tag)
            writer.put(doors[place].minute)
            writer.put(doors[place].sources)
        }
    }

    private func save(_ slot: Int, to writer: inout SavedWriter) {
        let host = hosts[slot]
        writer.put(host.host)
        writer.put(host.minute)
        writer.put(host.since)
        writer.put(host.interval)
        writer.put(host.baseline)
        writer.put(host.total)
        writer.put(host.nextLook)
        writer.put(host.serial)
        writer.put(host.sourceShift)
        writer.put(host.portShift)
        writer.put(host.set)
        writer.put(host.sources)
        let sourceBase = slot * DistributedWatch.sourcesEach
        for place in sourceBase..<sourceBase + DistributedWatch.sourcesEach
        where sources[place].isUsed {
            let entry = sources[place]
            writer.put(UInt16(place - sourceBase))
            writer.put(entry.source)
            writer.put(entry.address)
            writer.put(entry.first)
            writer.put(entry.stack)
            writer.put(entry.serial)
            writer.put(entry.ports)
            writer.put(entry.quarters)
            writer.put(entry.packets)
            writer.put(entry.minute)
            writer.put(entry.technique)
            writer.put(entry.transport)
        }
        writer.put(host.ports)
        let portBase = slot * DistributedWatch.portsEach
        for place in portBase..<portBase + DistributedWatch.portsEach where ports[place].key != 0 {
            let entry = ports[place]
            writer.put(UInt16(place - portBase))
            writer.put(entry.key)
            writer.put(entry.owner)
            writer.put(entry.stack)
            writer.put(entry.minute)
            writer.put(entry.hits)
            writer.put(flag: entry.isShared)
            writer.put(flag: entry.isProbe)
        }
    }

    mutating func restore(
        from reader: inout SavedReader, _ bytes: Span<UInt8>
    ) throws(SavedTableError) {
        seenSince = try reader.take(bytes)
        for slot in hosts.indices where try reader.flag(bytes) {
            try restore(slot, from: &reader, bytes)
        }
        let count = Int(try reader.take(UInt32.self, bytes))
        for _ in 0..<count {
            let place = try reader.place(below: doors.count, bytes)
            var door = Door()
            door.tag = try reader.take(bytes)
            door.minute = try reader.take(bytes)
            door.sources = try reader.take(bytes)
            restore(door, at: place)
        }
    }

    private mutating func restore(
        _ slot: Int, from reader: inout SavedReader, _ bytes: Span<UInt8>
    ) throws(SavedTableError) {
        var host = DistributedHost()
        host.isUsed = true
        host.host = try reader.address(bytes)
        host.minute = try reader.take(bytes)
        host.since = try reader.take(bytes)
        host.interval = try reader.take(bytes)
        host.baseline = try reader.take(bytes)
        host.total = try reader.take(bytes)
        host.nextLook = try reader.take(bytes)
        host.serial = try reader.take(bytes)
        host.sourceShift = try reader.take(bytes)
        host.portShift = try reader.take(bytes)
        host.set = try reader.take(bytes)
        guard host.baseline <= 16 * 65_536, host.sourceShift <= 20, host.portShift <= 10 else {
            throw .contradictory
        }
        self[slot] = host
        let sources = Int(try reader.take(UInt16.self, bytes))
        guard sources <= DistributedWatch.mostSources else { throw .contradictory }
        for _ in 0..<sources {
            let place = Int(try reader.take(UInt16.self, bytes))
            var entry = DistributedSource()
            entry.source = try reader.take(bytes)
            entry.address = try reader.address(bytes)
            entry.first = try reader.timestamp(bytes)
            entry.stack = try reader.take(bytes)
            entry.serial = try reader.take(bytes)
            entry.ports = try reader.take(bytes)
            entry.quarters = try reader.take(bytes)
            entry.packets = try reader.take(bytes)
            entry.minute = try reader.take(bytes)
            entry.technique = try reader.take(bytes)
            entry.transport = try reader.take(bytes)
            entry.isUsed = true
            guard put(entry, at: place, of: slot) else { throw .contradictory }
        }
        let ports = Int(try reader.take(UInt16.self, bytes))
        guard ports <= DistributedWatch.mostPorts else { throw .contradictory }
        for _ in 0..<ports {
            let place = Int(try reader.take(UInt16.self, bytes))
            var entry = DistributedPort()
            entry.key = try reader.take(bytes)
            entry.owner = try reader.take(bytes)
            entry.stack = try reader.take(bytes)
            entry.minute = try reader.take(bytes)
            entry.hits = try reader.take(bytes)
            entry.isShared = try reader.flag(bytes)
            entry.isProbe = try reader.flag(bytes)
            guard entry.key >> 24 == 128, entry.hits > 0, put(entry, at: place, of: slot) else {
                throw .contradictory
            }
        }
    }
}
