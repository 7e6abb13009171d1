// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Testing

@testable import Detection

@Suite("What is home")
struct HomeTests {
    /// The same question asked of each network.
    private func expected(_ networks: [Network], _ address: Address) -> Bool {
        networks.contains { $0.contains(address) }
    }

    @Test(
        "However many networks are home, and whichever lie in others, an address is in one or not",
        arguments: [0, 1, 2, 8, 9, 40, 1000])
    func many(_ count: Int) {
        var generator = Dice(state: UInt64(count))
        // Few bits, so that networks meet and lie in each other.
        func address() -> Address {
            let bits = UInt32(truncatingIfNeeded: generator.next()) & 0x0003_ff07
            return generator.next() & 1 == 0
                ? Address(v4: 0xc000_0000 | bits)
                : Address(high: 0x2001_0db8_0000_0000 | UInt64(bits), low: UInt64(bits & 7))
        }
        let networks = (0..<count).map { _ in
            let base = address()
            let width =
                base.isV4 ? 23 + Int(generator.next() % 10) : 56 + Int(generator.next() % 73)
            return Network(base, prefixLength: width)
        }
        let view = HostView(
            settings: DetectionSettings(), facts: HostFacts(homeNetworks: networks))
        var inside = 0
        for _ in 0..<4000 {
            let asked = address()
            #expect(view.isHome(asked) == expected(networks, asked))
            if expected(networks, asked) { inside += 1 }
        }
        if count >= 8 { #expect(inside > 0 && inside < 4000) }
    }

    @Test("The whole Internet may be home")
    func everything() {
        let view = HostView(
            settings: DetectionSettings(),
            facts: HostFacts(
                homeNetworks: ["0.0.0.0/0", "::/0", "192.0.2.0/24"].compactMap { Network($0) }))
        let asked = ["198.51.100.7", "2001:db8::1"].compactMap { Address($0) }
        #expect(asked.count == 2 && asked.allSatisfy { view.isHome($0) })
    }
}
