// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

extension FloodWatch {
    /// The new sources of a host, or of a port, by the second.
    struct Entry: BitwiseCopyable {
        var key: UInt64 = 0
        var isUsed = false
        var isPort = false
        var isOpen = false
        /// All targets of the flood are one: the host's favourite port, the port's favourite host.
        var isSingle = false
        var isInternal = false
        var votes: UInt32 = 0
        /// What the sources ask for; of a host the selector and protocol that most do.
        var host = Address.unspecified
        var selector: UInt16 = 0
        var ipProtocol: UInt8 = 0
        var technique: UInt8 = 0
        var origin = OriginID.unknown
        var hasPort = false
        var second: UInt32 = 0
        /// The last second in which it was busy.
        var busy: UInt32 = 0
        /// The sum of `new`.
        var recent: UInt32 = 0
        var new = InlineArray<16, UInt32>(repeating: 0)
        var again = InlineArray<16, UInt32>(repeating: 0)
        var sources: UInt64 = 0
        var packets: UInt64 = 0
        var peak: UInt32 = 0
        var first = Timestamp(nanoseconds: 0)
        var start = Timestamp(nanoseconds: 0)
        var last = Timestamp(nanoseconds: 0)

        /// Counts a packet.
        ///
        /// - Returns: the new sources in this second.
        mutating func note(_ sighting: CrowdSighting, _ now: UInt32) -> UInt32 {
            if now != second { roll(to: now) }
            if isOpen {
                packets &+= 1
                last = max(last, sighting.event.time)
            }
            let bucket = Int(now & 15)
            if sighting.isSecond { again[bucket] &+= 1 }
            guard sighting.isNewSource else { return 0 }
            new[bucket] &+= 1
            recent &+= 1
            if isOpen {
                sources &+= 1
                peak = max(peak, new[bucket])
            } else {
                last = max(last, sighting.event.time)
            }
            vote(sighting)
            return new[bucket]
        }

        /// The majority vote of Boyer and Moore: which target most of the sources ask for.
        private mutating func vote(_ sighting: CrowdSighting) {
            let target = sighting.target
            origin = sighting.event.origin
            if selector == target.selector, ipProtocol == target.ipProtocol,
                host.isSame(as: target.host)
            {
                if votes < .max { votes += 1 }
            } else if votes > 0 {
                votes -= 1
            } else {
                votes = 1
                host = target.host
                selector = target.selector
                ipProtocol = target.ipProtocol
                hasPort = target.hasPort
                technique = Technique(of: sighting.event).rawValue
            }
        }

        /// Empties the buckets of the seconds that passed.
        mutating func roll(to now: UInt32) {
            let passed = now - min(now, second)
            guard passed > 0 else { return }
            if passed >= 16 {
                new = InlineArray(repeating: 0)
                again = InlineArray(repeating: 0)
                recent = 0
                if !isOpen { votes = 0 }
            } else {
                for step in 1...passed {
                    let bucket = Int((second &+ step) & 15)
                    recent &-= new[bucket]
                    new[bucket] = 0
                    again[bucket] = 0
                }
            }
            second = now
        }
    }
}
