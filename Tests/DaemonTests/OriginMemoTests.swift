// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import TestSupport
import Testing

@testable import Daemon
@testable import NFLog

@Suite("What the reader remembers of origins")
struct OriginMemoTests {
    /// The attributes that tell origins apart, as the kernel writes them.
    ///
    /// Source: linux/netfilter/nfnetlink_log.h.
    private func message(
        prefix: String = "DROP ", hook: UInt8 = 1, family: UInt8 = 2, interfaceIn: UInt32 = 2,
        interfaceOut: UInt32 = 0
    ) -> [UInt8] {
        func attribute(_ type: UInt16, _ value: [UInt8]) -> [UInt8] {
            (UInt16(4 + value.count).byteSwapped.wireBytes + type.byteSwapped.wireBytes + value)
                .padded(toMultipleOf: 4)
        }
        var bytes: [UInt8] = [family, 0] + UInt16(5).wireBytes
        bytes += attribute(1, UInt16(0x0800).wireBytes + [hook, 0])
        bytes += attribute(10, Array(prefix.utf8) + [0])
        if interfaceIn > 0 { bytes += attribute(4, interfaceIn.wireBytes) }
        if interfaceOut > 0 { bytes += attribute(5, interfaceOut.wireBytes) }
        return bytes
    }

    /// A memo that counts how often something is made, and numbers what it makes.
    private struct Counted {
        var memo = OriginMemo()
        var made: [String] = []

        mutating func look(_ bytes: [UInt8]) -> UInt16 {
            var (memo, made) = (self.memo, self.made)
            var found: OriginMemo.Entry?
            let header =
                UInt32(16 + bytes.count).byteSwapped.wireBytes
                + MessageType.packet.byteSwapped.wireBytes + [UInt8](repeating: 0, count: 10)
            let datagram = header + bytes
            DatagramWalker().walk(RawSpan(_elements: datagram.span)) { message in
                found = memo.entry(of: message) { prefix in
                    made.append(String(decoding: prefix, as: UTF8.self))
                    return OriginMemo.Entry(
                        id: OriginID(rawValue: UInt16(made.count)), traits: .loopback)
                }
            }
            (self.memo, self.made) = (memo, made)
            #expect(found?.traits == .loopback)
            return found?.id.rawValue ?? 0
        }
    }

    @Test("An origin is made once, whether its packets come in runs or in turn")
    func once() {
        var counted = Counted()
        let (first, second) = (message(), message(prefix: "REJECT "))
        for _ in 0..<3 { #expect(counted.look(first) == 1) }
        for _ in 0..<3 {
            #expect(counted.look(second) == 2)
            #expect(counted.look(first) == 1)
        }
        #expect(counted.made == ["DROP ", "REJECT "])
    }

    @Test("Prefix, hook, family and interfaces each make another origin")
    func parts() {
        var counted = Counted()
        let all = [
            message(), message(prefix: "DROP"), message(prefix: "DROQ "), message(hook: 2),
            message(family: 10), message(interfaceIn: 3), message(interfaceOut: 2),
            message(interfaceIn: 0, interfaceOut: 2), message(prefix: ""),
        ]
        for (index, bytes) in all.enumerated() { #expect(Int(counted.look(bytes)) == index + 1) }
        for (index, bytes) in all.enumerated().reversed() {
            #expect(Int(counted.look(bytes)) == index + 1)
        }
    }

    @Test("After an interface got another name everything is made anew")
    func clear() {
        var counted = Counted()
        #expect(counted.look(message()) == 1)
        counted.memo.clear()
        #expect(counted.look(message()) == 2)
    }

    @Test("More origins than it has room for are told apart all the same")
    func bound() {
        var counted = Counted()
        for number in 0..<3000 {
            #expect(Int(counted.look(message(prefix: "RULE \(number)"))) == number + 1)
        }
        #expect(counted.made.count == 3000)
    }
}
