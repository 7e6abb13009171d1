// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import NFLog

@Suite("Messages that begin like one before them")
struct OpeningTests {
    /// Every message of a datagram read by itself, by a walker that has seen nothing before.
    private func alone(_ messages: [[UInt8]]) -> [Logged] {
        messages.flatMap { bytes in
            var read: [Logged] = []
            walk(bytes) { read.append($0) }
            return read
        }
    }

    private func together(_ messages: [[UInt8]]) -> [Logged] {
        var read: [Logged] = []
        walk(messages.flatMap { $0 }) { read.append($0) }
        return read
    }

    @Test("Time, number and payload are the message's own, the rest is the earlier one's")
    func again() {
        let messages = (0..<3).map { number in
            logMessage(
                attribute(.packetHeader, [0x08, 0x00, 1, 0]),
                attribute(.prefix, Array("DROP ".utf8) + [0]),
                attribute(.interfaceIn, network(UInt32(2))),
                attribute(
                    .timestamp, network(UInt64(1_700_000_000 + number)) + network(UInt64(number))),
                sequence(UInt32(number)),
                attribute(.payload, [UInt8](repeating: UInt8(number), count: 20 + number)))
        }
        let read = together(messages)
        #expect(read.map(\.sequence) == [0, 1, 2])
        #expect(read.map(\.seconds) == [1_700_000_000, 1_700_000_001, 1_700_000_002])
        #expect(read.map(\.payload.count) == [20, 21, 22])
        #expect(read.map(\.prefixText) == ["DROP ", "DROP ", "DROP "])
    }

    @Test("The second message of a rule is known by its opening, and that of a third rule is not")
    func repeated() {
        func message(_ prefix: String, _ number: UInt32) -> [UInt8] {
            logMessage(
                attribute(.prefix, Array(prefix.utf8) + [0]), sequence(number),
                attribute(.payload, [0x45]))
        }
        let datagram = [message("A", 0), message("B", 1), message("A", 2), message("C", 3)]
        var found: [Bool] = []
        var openings: [Int] = []
        let bytes = datagram.flatMap { $0 }
        DatagramWalker().walk(unsafe bytes.span.bytes) {
            found.append($0.isRepeated)
            openings.append($0.opening)
        }
        #expect(found == [false, false, true, false])
        #expect(openings[0] == openings[2] && Set(openings).count == 3)
    }

    @Test("With more rules than are remembered, each message still says what is in it")
    func manyRules() {
        let messages = (0..<50).map { number in
            logMessage(
                attribute(.prefix, Array("RULE \(number * 7 % 11) ".utf8) + [0]),
                sequence(UInt32(number)), attribute(.payload, [UInt8(number)]))
        }
        #expect(together(messages) == alone(messages))
    }

    @Test("An attribute more, less or longer than before is seen")
    func otherShapes() {
        let prefix = attribute(.prefix, Array("DROP ".utf8) + [0])
        let time = attribute(.timestamp, network(UInt64(7)) + network(UInt64(8)))
        let payload = attribute(.payload, [1, 2, 3])
        let messages = [
            logMessage(prefix, time, sequence(0), payload),
            logMessage(prefix, sequence(1), payload),
            logMessage(prefix, time, attribute(.uid, network(UInt32(9))), sequence(2), payload),
            logMessage(prefix, time, sequence(3)),
            logMessage(prefix, time, sequence(4), payload, attribute(.mark, network(UInt32(6)))),
            logMessage(prefix, time, sequence(5), payload),
            logMessage(prefix, time, payload, sequence(6)),
            logMessage(prefix, time, sequence(7), payload),
        ]
        #expect(together(messages) == alone(messages))
        #expect(together(messages).count == messages.count)
    }

    @Test("An opening longer than is remembered is read in full each time")
    func longOpening() {
        let long = attribute(.linkHeader, [UInt8](repeating: 1, count: 300))
        let messages = (0..<3).map { number in
            logMessage(long, sequence(UInt32(number)), attribute(.payload, [UInt8(number)]))
        }
        #expect(together(messages) == alone(messages))
    }

    @Test("Bytes changed anywhere are read as they would be without the messages before them")
    func changedBytes() {
        var random = SeededNumbers(state: 3)
        for _ in 0..<20_000 {
            var messages = (0..<4).map { commonMessage(UInt32($0)) }
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let which = Int.random(in: 0..<messages.count, using: &random)
                // Behind the header, so that each message stays where it is.
                let place = Int.random(in: 16..<messages[which].count, using: &random)
                messages[which][place] = UInt8.random(in: 0...255, using: &random)
            }
            #expect(together(messages) == alone(messages))
        }
    }
}
