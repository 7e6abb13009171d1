// SPDX-License-Identifier: GPL-3.0-or-later

import CNetfilter
import Testing

@testable import HostFacts

@Suite("Which changes wake us")
struct ChangeFilterTests {
    /// Runs the program as the kernel does; nil where it would refuse it.
    private func passes(_ bytes: [UInt8]) -> Bool? {
        let program = ChangeFilter.program
        var place = 0
        var accumulator: UInt32 = 0
        while place < program.count {
            let step = program[place]
            let offset = Int(step.value)
            place += 1
            switch step.code {
            case 0x30:
                guard offset < bytes.count else { return false }
                accumulator = UInt32(bytes[offset])
            case 0x20:
                guard offset + 4 <= bytes.count else { return false }
                accumulator = bytes[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
            case 0x15: place += Int(accumulator == step.value ? step.ifTrue : step.ifFalse)
            case 0x06: return step.value != 0
            default: return nil
            }
        }
        return nil
    }

    /// RTM_DELADDR and RTM_DELLINK; struct ifinfomsg with the flags that changed.
    private let removedAddress: UInt16 = 21
    private let removedLink: UInt16 = 17

    private func link(changed: UInt32) -> [UInt8] {
        [0, 0, 1, 0] + host(UInt32(2)) + host(UInt32(0x1003)) + host(changed)
    }

    @Test("Every change of an address does")
    func addresses() {
        #expect(passes(message(type: 20, addressContent("192.0.2.1/24"))) == true)
        #expect(passes(message(type: removedAddress, addressContent("2001:db8::1/64"))) == true)
    }

    @Test("Routes that lead everywhere do, that come and that go", arguments: [24, 25] as [UInt16])
    func defaultRoutes(_ type: UInt16) {
        #expect(passes(message(type: type, routeContent(with: gateway("192.0.2.1")))) == true)
    }

    @Test("Routes to elsewhere do not, unless the kernel or an announcement made them")
    func otherRoutes() {
        for type in [24, 25] as [UInt16] {
            for origin in [3, 4, 11, 186] as [UInt8] {
                #expect(
                    passes(message(type: type, routeContent("203.0.113.0/24", origin: origin)))
                        == false)
            }
            for origin in [Route.kernel, Route.advertised] {
                #expect(
                    passes(message(type: type, routeContent("203.0.113.0/24", origin: origin)))
                        == true)
            }
        }
    }

    @Test("A link that goes up or down does, one that only counts does not")
    func links() {
        #expect(passes(message(type: MessageType.link, link(changed: 1))) == true)
        #expect(passes(message(type: MessageType.link, link(changed: 0))) == false)
        #expect(passes(message(type: removedLink, link(changed: .max))) == true)
    }

    @Test("The program's instructions are those of the header")
    func codes() {
        #expect(ChangeFilter.program.allSatisfy { [0x30, 0x20, 0x15, 0x06].contains($0.code) })
        #expect(BPF_LD | BPF_B | BPF_ABS == 0x30)
        #expect(BPF_LD | BPF_W | BPF_ABS == 0x20)
        #expect(BPF_JMP | BPF_JEQ | BPF_K == 0x15)
        #expect(BPF_RET | BPF_K == 0x06)
    }
}
