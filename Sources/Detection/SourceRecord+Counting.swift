// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

extension SourceRecord {
    /// Takes a counted packet into everything but the targets.
    mutating func count(_ event: PacketEvent, at now: Int64) {
        if totalPackets == 0 {
            (start, last, firstAddress) = (event.time, event.time, event.source)
        } else if event.time < last.advanced(byNanoseconds: -StreamClock.disorder) {
            last = event.time  // somebody set the clock back
        } else {
            start = min(start, event.time)
            last = max(last, event.time)
        }
        lastCounted = now
        origin = event.origin

        let transport = TransportClass(event)
        if packets[transport.rawValue] < .max { packets[transport.rawValue] += 1 }
        if transport == .other {
            if otherProtocol == 0 {
                otherProtocol = event.ipProtocol.rawValue
            } else if otherProtocol != event.ipProtocol.rawValue {
                traits.insert(.manyProtocols)
            }
        }
        if event.showsPorts {
            ports[transport.rawValue].include(event.destinationPort)
        }
        countTechnique(Technique(of: event), 1)
    }

    /// Takes the danger level that the settings give a counted packet.
    mutating func note(autoLevel level: UInt8?) {
        if let level {
            autoLevel = max(autoLevel, level)
        } else {
            traits.insert(.unruled)
        }
    }

    /// The danger level: the one from the settings where they have one for every packet, else the
    /// higher of that and what was counted.
    ///
    /// Range: 1...5; a scan is level 1 even where the settings let the levels begin later.
    func level(counted: Int) -> UInt8 {
        max(1, autoLevel, traits.contains(.unruled) ? UInt8(clamping: counted) : 0)
    }

    /// The counts of the techniques are halved together before one overflows: their shares stay.
    mutating func countTechnique(_ technique: Technique, _ times: UInt8) {
        let slot = SourceRecord.slot(of: technique)
        while techniques[slot] > .max - times {
            for index in 0..<14 { techniques[index] /= 2 }
        }
        techniques[slot] += times
    }

    /// Remembers a (host, port) that accepted the source; false when it is known, or when as many
    /// as raise a threshold of five fourfold are.
    mutating func accept(_ mark: UInt16) -> Bool {
        for index in 0..<Int(acceptedCount) where accepted[index] == mark { return false }
        guard acceptedCount < 15 else { return false }
        accepted[Int(acceptedCount)] = mark
        acceptedCount += 1
        return true
    }

    /// Window has no slot of its own, as it cannot be told from ACK.
    static func slot(of technique: Technique) -> Int {
        let raw = Int(technique.rawValue)
        return raw < Int(Technique.window.rawValue) ? raw : raw - 1
    }

    static func technique(inSlot slot: Int) -> Technique? {
        let raw = slot < Int(Technique.window.rawValue) ? slot : slot + 1
        return Technique(rawValue: UInt8(raw))
    }
}
