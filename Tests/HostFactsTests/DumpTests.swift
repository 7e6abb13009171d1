// SPDX-License-Identifier: GPL-3.0-or-later

import TestSupport
import Testing

@testable import HostFacts

@Suite("The answer to a request")
struct DumpTests {
    private func take(
        _ parts: [[UInt8]], losing: Bool = false
    ) -> (Dump.Progress, [UInt16]) {
        var dump = Dump(sequence: 9)
        if losing { dump.loseAnswer() }
        var types: [UInt16] = []
        var progress = Dump.Progress.going
        for part in parts { progress = dump.take(part.span) { type, _ in types.append(type) } }
        return (progress, types)
    }

    @Test("It is complete with its end, and not before")
    func complete() {
        let one = message(type: 20, addressContent("192.0.2.1/24"))
        #expect(take([one + one]) == (.going, [20, 20]))
        #expect(take([one + one, one, endOfDump]) == (.complete, [20, 20, 20]))
        #expect(take([one + endOfDump]) == (.complete, [20]))
    }

    @Test("Answers to other requests are left alone")
    func others() {
        let other = message(type: 20, sequence: 8, addressContent("192.0.2.1/24"))
        #expect(take([other]) == (.going, []))
        #expect(take([message(type: MessageType.done, sequence: 8, host(UInt32(0)))]).0 == .going)
    }

    @Test("The kernel's word that it changed meanwhile counts, in whichever part it stands")
    func interrupted() {
        let one = message(type: 20, flags: 0x10, addressContent("192.0.2.1/24"))
        #expect(take([one, endOfDump]).0 == .interrupted)
        #expect(take([message(type: 3, flags: 0x12, host(UInt32(0)))]).0 == .interrupted)
        #expect(take([endOfDump], losing: true).0 == .interrupted)
    }

    @Test("A refusal is told with its errno, from either kind of message")
    func refused() {
        let code = host(UInt32(bitPattern: -2))
        #expect(take([message(type: MessageType.error, code)]).0 == .failed(errno: 2))
        #expect(take([message(type: MessageType.done, code)]).0 == .failed(errno: 2))
        #expect(take([message(type: MessageType.error, host(UInt32(0)))]).0 == .going)
        #expect(take([message(type: MessageType.error, host(UInt32(1) << 31))]).0 == .going)
    }

    /// A datagram with one message of each kind.
    private static let everything =
        message(type: 20, addressContent("192.0.2.1/24"))
        + message(type: 20, addressContent("2001:db8::1/64"))
        + message(
            type: 24,
            routeContent(
                with: attribute(9, hop(gateway("192.0.2.1")) + hop(gateway("192.0.2.2")))))
        + message(
            type: 24, routeContent("2001:db8:5::/64", family: AddressFamily.v6, origin: 9))
        + message(type: 20, socketContent("2001:db8::1", port: 22)) + endOfDump

    /// Reads bytes as everything that they may be.
    private func read(_ bytes: [UInt8]) -> Int {
        var dump = Dump(sequence: 9)
        var found = 0
        _ = dump.take(bytes.span) { _, content in
            if InterfaceAddress(content) != nil { found += 1 }
            if Route(content) != nil { found += 1 }
            if ListeningSocket(content, ipProtocol: .tcp) != nil { found += 1 }
        }
        if InterfaceAddress(bytes) != nil { found += 1 }
        if Route(bytes) != nil { found += 1 }
        if ListeningSocket(bytes) != nil { found += 1 }
        return found
    }

    @Test("Cut anywhere, it never traps", arguments: 0...everything.count)
    func truncated(_ count: Int) {
        let whole = read(DumpTests.everything)
        #expect(read(Array(DumpTests.everything.prefix(count))) <= whole)
        #expect(whole >= 5)
    }

    @Test("With lengths that lie, it never traps", arguments: 0..<everything.count)
    func lies(_ offset: Int) {
        for value: UInt8 in [0, 1, 3, 4, 0x7f, 0xff] {
            var bytes = DumpTests.everything
            bytes[offset] = value
            _ = read(bytes)
        }
    }

    @Test("Random bytes never trap")
    func random() {
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...200, using: &generator)
            _ = read((0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
        }
        // With a head that is right, so that what is behind it is read.
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...100, using: &generator)
            let noise = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let family: UInt8 = Bool.random(using: &generator) ? 2 : 10
            _ = read(message(type: 20, [family, 64, 0, 0, 1, 9, 0, 1] + noise))
        }
    }
}
