// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import Firewalls

@Suite("Listings that are not what they should be")
struct RobustnessTests {
    /// The same numbers each time. Source: Knuth's MMIX generator.
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }

    private func changed(_ text: String, _ numbers: inout Numbers) -> String {
        var bytes = Array(text.utf8)
        for _ in 0..<8 {
            let place = Int.random(in: 0..<bytes.count, using: &numbers)
            switch Int.random(in: 0..<3, using: &numbers) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &numbers)
            case 1: bytes.remove(at: place)
            default:
                let other = Int.random(in: 0..<bytes.count, using: &numbers)
                let piece = bytes[min(place, other)..<min(bytes.count, min(place, other) + 40)]
                bytes.insert(contentsOf: piece, at: place)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("Changed at random, they are read without a trap, and what is told is printable")
    func random() throws {
        var numbers = Numbers(state: 7)
        let json = try Listing.text("firewalld.json")
        let saved = try ["ufw.rules", "shorewall-limited.rules"].map { try Listing.text($0) }
        for round in 0..<60 {
            let text = changed(saved[round % 2], &numbers)
            var tables = Listing.saved(text, text).tables
            // Most changes make it something else than JSON; some do not.
            tables += ListedRules(changed(json, &numbers))?.tables ?? []
            for trap in Listing.traps(RuleSet(tables: tables), { $0.budget = 200_000 }) {
                let words = trap.finding + trap.mend + trap.places.joined() + trap.scans.joined()
                #expect(words.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f })
            }
        }
    }
}
