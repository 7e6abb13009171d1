// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import NFLog

@Suite("Interface names")
struct InterfaceTableTests {
    private func link(
        _ index: UInt32, _ name: String, type: UInt16 = MessageType.newLink, family: UInt8 = 0,
        flags: UInt32 = 0, header: UInt16 = 0, sequence: UInt32 = 0
    ) -> [UInt8] {
        message(
            type: type, flags: header, sequence: sequence,
            [family, 0, 1, 0] + host(index) + host(flags) + host(UInt32(0))
                + attribute(InterfaceTable.nameAttribute, Array(name.utf8) + [0]))
    }

    private func done(_ sequence: UInt32, header: UInt16 = 0) -> [UInt8] {
        message(type: MessageType.done, flags: header, sequence: sequence, host(Int32(0)))
    }

    private func table(_ datagrams: [UInt8]...) -> InterfaceTable {
        var table = InterfaceTable()
        for datagram in datagrams { _ = table.apply(datagram) }
        return table
    }

    @Test("A new interface has a name, and says whether it is a loopback")
    func new() {
        let table = table(link(1, "lo", flags: 9) + link(2, "eth0", flags: 1))
        #expect(table.interfaces[1] == Interface(index: 1, name: "lo", isLoopback: true))
        #expect(table.interfaces[2] == Interface(index: 2, name: "eth0", isLoopback: false))
        #expect(table.interfaces[3] == nil)
    }

    @Test("A rename and a removal are followed, and each change moves the revision")
    func changes() {
        var table = table(link(2, "eth0"))
        let first = table.revision
        _ = table.apply(link(2, "wan0"))
        #expect(table.interfaces[2]?.name == "wan0")
        #expect(table.revision == first + 1)
        _ = table.apply(link(2, "wan0", flags: 1))
        #expect(table.revision == first + 1)
        _ = table.apply(link(2, "wan0", type: MessageType.removedLink))
        #expect(table.interfaces.isEmpty)
        #expect(table.revision == first + 2)
    }

    @Test("A port that leaves its bridge keeps its name")
    func bridgePort() {
        let leaves = link(2, "eth0", type: MessageType.removedLink, family: 7)
        #expect(table(link(2, "eth0"), leaves).interfaces[2]?.name == "eth0")
    }

    @Test("A complete dump replaces what was known")
    func dump() {
        var table = table(link(2, "gone0"))
        table.beginDump()
        let answer = link(1, "lo", flags: 8, sequence: 9) + done(9)
        #expect(table.apply(answer) == .complete)
        #expect(table.interfaces.map(\.value.name) == ["lo"])
    }

    @Test("Names known before serve until the dump is complete")
    func duringDump() {
        var table = table(link(2, "eth0"))
        table.beginDump()
        #expect(table.apply(link(1, "lo", sequence: 9)) == .going)
        #expect(table.interfaces[2]?.name == "eth0")
    }

    @Test("A removal in the middle of a dump holds")
    func removalDuringDump() {
        var table = InterfaceTable()
        table.beginDump()
        let answer =
            link(2, "eth0", sequence: 9)
            + link(2, "eth0", type: MessageType.removedLink) + done(9)
        #expect(table.apply(answer) == .complete)
        #expect(table.interfaces.isEmpty)
    }

    @Test("A dump with holes is thrown away, wherever the kernel says so")
    func interruptedDump() {
        let flag = InterfaceTable.interruptedFlag
        for (first, last) in [(flag, UInt16(0)), (0, flag)] {
            var table = table(link(2, "eth0"))
            table.beginDump()
            let part = link(1, "lo", header: first, sequence: 9)
            #expect(table.apply(part) == .going)
            #expect(table.apply(done(9, header: last)) == .interrupted)
            #expect(table.interfaces[2]?.name == "eth0")
        }
        var lost = InterfaceTable()
        lost.beginDump()
        lost.loseAnswer()
        #expect(lost.apply(done(9)) == .interrupted)
    }

    @Test("The end of an older dump does not end this one")
    func olderDump() {
        var table = InterfaceTable()
        table.beginDump()
        #expect(table.apply(done(8)) == .going)
    }

    @Test("A refusal and an overrun are told")
    func refusal() {
        var table = InterfaceTable()
        let refusal = message(type: MessageType.error, sequence: 9, host(Int32(-1)))
        #expect(table.apply(refusal) == .failed(errno: 1))
        let overrun = message(type: MessageType.overrun, [])
        #expect(table.apply(overrun) == .overrun)
    }

    @Test("The table holds 4,096 interfaces; a known one is still renamed when it is full")
    func bound() {
        var table = InterfaceTable()
        for index in 1...5000 {
            _ = table.apply(link(UInt32(index), "v\(index)"))
        }
        #expect(table.interfaces.count == InterfaceTable.capacity)
        #expect(table.interfaces[5000] == nil)
        _ = table.apply(link(7, "renamed"))
        #expect(table.interfaces[7]?.name == "renamed")
    }

    @Test("Cut or random bytes never trap")
    func noise() {
        let whole = link(1, "lo", flags: 8) + link(2, "eth0") + done(9)
        for kept in 0...whole.count { _ = table(Array(whole.prefix(kept))) }
        var random = SeededNumbers(state: 3)
        for _ in 0..<20_000 {
            var changed = whole
            for _ in 0..<4 {
                let index = Int.random(in: 0..<changed.count, using: &random)
                changed[index] = UInt8.random(in: 0...255, using: &random)
            }
            _ = table(changed)
        }
    }
}
