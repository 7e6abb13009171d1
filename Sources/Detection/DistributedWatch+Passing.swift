// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// The window of ten minutes moves on: what is older goes, and what is left is the sample.
extension DistributedWatch {
    /// Lets a host's time pass: forgets what is older than the window, and learns what is ordinary.
    mutating func pass(_ slot: Int, to minute: UInt32, hash: KeyedHash) {
        let passed = minute - min(minute, self[slot].minute)
        guard passed > 0 else { return }
        let interval = minute / DistributedRule.minutes
        let over = interval - min(interval, self[slot].interval)
        if over > 0 {
            // What an open scan brings is not ordinary.
            if self[slot].set == 0 {
                let ports = UInt32(self[slot].ports) << UInt32(self[slot].portShift)
                self[slot].baseline = (self[slot].baseline * 7 + min(ports, 65_536) * 16) / 8
            }
            for _ in 1..<max(1, min(over, 64)) {
                self[slot].baseline = self[slot].baseline * 7 / 8
            }
            self[slot].interval = interval
        }
        self[slot].minute = minute
        if passed > DistributedRule.minutes {
            clear(slot)
        } else {
            sift(slot, hash: hash)
        }
    }

    /// Fills the sample anew with what is in the window, as large as fits.
    private mutating func sift(_ slot: Int, hash: KeyedHash) {
        if self[slot].sourceShift > 0,
            Int(self[slot].sources) < DistributedWatch.sourcesEach / 8
        {
            self[slot].sourceShift -= 1
        }
        if self[slot].portShift > 0, Int(self[slot].ports) < DistributedWatch.portsEach / 8 {
            self[slot].portShift -= 1
        }
        siftSources(slot)
        siftPorts(slot, hash: hash, fading: true)
    }

    mutating func siftSources(_ slot: Int) {
        let each = DistributedWatch.sourcesEach
        let (base, room) = (slot * each, hosts.count * each)
        let minute = UInt8(truncatingIfNeeded: self[slot].minute)
        var kept = 0
        for place in base..<base + each where sources[place].isUsed {
            let entry = sources[place]
            sources[place].isUsed = false
            guard minute &- entry.minute <= UInt8(DistributedRule.minutes),
                DistributedWatch.isSampled(entry.source, self[slot].sourceShift)
            else { continue }
            sources[room + kept] = entry
            kept += 1
        }
        self[slot].sources = UInt16(kept)
        for index in 0..<kept {
            let place = freeSource(sources[room + index].source, base)
            sources[place] = sources[room + index]
        }
    }

    mutating func siftPorts(_ slot: Int, hash: KeyedHash, fading: Bool) {
        let each = DistributedWatch.portsEach
        let (base, room) = (slot * each, hosts.count * each)
        let minute = UInt8(truncatingIfNeeded: self[slot].minute)
        let hostHash = hash(self[slot].host)
        var kept = 0
        (self[slot].hits, self[slot].shared, self[slot].quarters) = (0, 0, 0)
        for place in base..<base + each where ports[place].key != 0 {
            var entry = ports[place]
            ports[place].key = 0
            let target = DistributedWatch.hash(entry.key, hostHash, hash)
            guard minute &- entry.minute <= UInt8(DistributedRule.minutes),
                DistributedWatch.isSampled(target, self[slot].portShift)
            else { continue }
            // A popular port never leaves the window, but its old sources do.
            if fading { entry.hits = max(1, UInt8(UInt16(entry.hits) * 9 / 10)) }
            self[slot].hits += UInt32(entry.hits)
            if entry.isShared { self[slot].shared += 1 }
            self[slot].quarters += entry.isProbe ? 4 : 1
            ports[room + kept] = entry
            kept += 1
        }
        self[slot].ports = UInt16(kept)
        for index in 0..<kept {
            let entry = ports[room + index]
            let place = freePort(DistributedWatch.hash(entry.key, hostHash, hash), base)
            ports[place] = entry
        }
    }

    func freeSource(_ source: UInt64, _ base: Int) -> Int {
        var offset = Int(truncatingIfNeeded: source) & (DistributedWatch.sourcesEach - 1)
        while sources[base + offset].isUsed {
            offset = (offset + 1) & (DistributedWatch.sourcesEach - 1)
        }
        return base + offset
    }

    func freePort(_ hash: UInt64, _ base: Int) -> Int {
        var offset = Int(truncatingIfNeeded: hash) & (DistributedWatch.portsEach - 1)
        while ports[base + offset].key != 0 {
            offset = (offset + 1) & (DistributedWatch.portsEach - 1)
        }
        return base + offset
    }

    /// The same number that a sighting of this target has.
    static func hash(_ key: UInt32, _ hostHash: UInt64, _ hash: KeyedHash) -> UInt64 {
        hash(hostHash, UInt64(key & 0x00ff_ffff))
    }

    /// By the hash's upper bits, since the lower ones say where it lies.
    static func isSampled(_ hash: UInt64, _ shift: UInt8) -> Bool {
        hash >> 40 & (1 << UInt64(shift) - 1) == 0
    }
}
