// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import NFLog

@Suite("Datagrams of an NFLOG group")
struct DatagramTests {
    @Test("Each message of a batch is handed over once, in order")
    func batch() {
        var numbers: [UInt32?] = []
        let counters = walk((0..<5).flatMap { commonMessage($0) } + endOfBatch) {
            numbers.append($0.sequence)
        }
        #expect(numbers == [0, 1, 2, 3, 4])
        #expect(counters.messages == 5)
        #expect(counters.gap == 0 && counters.malformed == 0 && counters.foreign == 0)
    }

    @Test("An empty datagram holds nothing and is no fault")
    func empty() { #expect(walk([]) == NFLogCounters()) }

    @Test("Messages missing between two numbers are a gap")
    func gap() {
        let counters = walk(logMessage(sequence(0)) + logMessage(sequence(4)))
        #expect(counters.gap == 3)
    }

    @Test("Messages lost before the first that arrives are a gap, since the group counts from 0")
    func firstMessage() {
        #expect(walk(logMessage(sequence(0))).gap == 0)
        #expect(walk(logMessage(sequence(7))).gap == 7)
    }

    @Test("The count goes on from datagram to datagram and over 2^32")
    func wraparound() {
        var check = SequenceCheck()
        _ = check.missing(before: .max - 3)
        #expect(check.missing(before: .max - 2) == 0)
        #expect(check.missing(before: .max) == 1)
        #expect(check.missing(before: 0) == 0)
        #expect(check.missing(before: 3) == 2)
    }

    @Test("A number that steps back is a new start, not four thousand million lost messages")
    func backwards() {
        var check = SequenceCheck()
        #expect(check.missing(before: 100) == 100)
        #expect(check.missing(before: 5) == 0)
        #expect(check.missing(before: 6) == 0)
        #expect(check.missing(before: 8) == 1)
    }

    @Test("Messages without numbers make no gap")
    func unnumbered() { #expect(walk(logMessage() + logMessage()).gap == 0) }

    @Test("A malformed message with a readable number is not counted as a gap too")
    func malformedOnce() {
        let broken = logMessage(sequence(1), attribute(.mark, [1]))
        let counters = walk(logMessage(sequence(0)) + broken + logMessage(sequence(2)))
        #expect(counters.messages == 2)
        #expect(counters.malformed == 1)
        #expect(counters.gap == 0)
    }

    @Test("An acknowledgement is no error, an error is counted, neither is handed over")
    func errors() {
        let acknowledgement = message(type: MessageType.error, host(Int32(0)))
        let refusal = message(type: MessageType.error, host(Int32(-1)))
        let short = message(type: MessageType.error, [1])
        #expect(walk(acknowledgement) == NFLogCounters())
        #expect(walk(refusal).netlinkErrors == 1)
        #expect(walk(short + [0, 0, 0]).malformed == 1)
        let counters = walk(refusal + commonMessage(0))
        #expect(counters.messages == 1)
        #expect(counters.netlinkErrors == 1)
    }

    @Test("The kernel's own word of an overrun is counted")
    func overrun() {
        let counters = walk(message(type: MessageType.overrun, []) + commonMessage(0))
        #expect(counters.overruns == 1)
        #expect(counters.messages == 1)
    }

    @Test("Messages of another kind are counted and passed over")
    func foreign() {
        let configuration = message(type: MessageType.packet | 1, [2, 0, 0, 5])
        let nothing = message(type: MessageType.noOperation, [])
        let counters = walk(configuration + nothing + commonMessage(0))
        #expect(counters.foreign == 1)
        #expect(counters.messages == 1)
    }

    @Test(
        "A message length that lies ends the datagram and is counted",
        arguments: [0, 1, 15, 10_000, -1])
    func lyingMessageLength(length: Int) {
        let lie = logMessage(attribute(.mark, network(UInt32(1))), length: length)
        let counters = walk(commonMessage(0) + lie + commonMessage(1))
        #expect(counters.messages == 1)
        #expect(counters.malformed == 1)
    }

    @Test(
        "An attribute length that lies spoils its message, not the next",
        arguments: [0, 1, 3, 13, 65_535])
    func lyingAttributeLength(length: Int) {
        let lie = logMessage(attribute(.mark, network(UInt32(1)), length: length))
        let counters = walk(lie + commonMessage(0))
        #expect(counters.malformed == 1)
        #expect(counters.messages == 1)
    }

    @Test(
        "A nested attribute length that lies spoils its message", arguments: [0, 3, 5, 7, 65_535])
    func lyingNestedLength(length: Int) {
        let nested = attribute(2, network(UInt16(7)), length: length)
        let counters = walk(logMessage(attribute(.vlan, nested)))
        #expect(counters.malformed == (length == 7 ? 0 : 1) || counters.messages == 1)
        #expect(counters.messages + counters.malformed == 1)
    }

    @Test("A message without room for family and group is malformed")
    func noFamily() {
        #expect(walk(message(type: MessageType.packet, [])).malformed == 1)
        #expect(walk(message(type: MessageType.packet, [2, 0])).malformed == 1)
    }

    @Test("A datagram cut anywhere gives its complete messages, and one fault if one is cut")
    func truncation() {
        let parts = [commonMessage(0), commonMessage(1), endOfBatch]
        let whole = parts.flatMap { $0 }
        let ends = [0, parts[0].count, parts[0].count + parts[1].count, whole.count]
        for kept in 0...whole.count {
            let counters = walk(Array(whole.prefix(kept))) {
                #expect($0.payload.count == 60)
            }
            let complete = ends.dropFirst().prefix(2).count { $0 <= kept }
            #expect(counters.messages == UInt64(complete))
            #expect(counters.malformed == (ends.contains(kept) ? 0 : 1))
        }
    }

    @Test("A message cut anywhere inside, with a length to match, is whole or malformed")
    func innerTruncation() {
        let whole = commonMessage(0)
        for kept in 16..<whole.count {
            let cut = host(UInt32(kept)) + whole[4..<kept]
            let counters = walk(cut)
            #expect(counters.messages + counters.malformed == 1)
        }
    }

    @Test("Random bytes never trap")
    func randomBytes() {
        var random = SeededNumbers(state: 1)
        var malformed: UInt64 = 0
        for _ in 0..<50_000 {
            let count = Int.random(in: 0...160, using: &random)
            let noise = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            malformed &+= walk(noise).malformed
            // The same noise as content of a message that is well framed.
            malformed &+= walk(message(type: MessageType.packet, noise)).malformed
        }
        #expect(malformed > 50_000)
    }

    @Test("Datagrams with a few bytes changed never trap and hand over only what is inside")
    func changedBytes() {
        var random = SeededNumbers(state: 2)
        let vlan = attribute(.vlan, attribute(1, [0x81, 0]) + attribute(2, [0, 7]))
        let whole = commonMessage(0) + logMessage(family: 7, vlan, sequence(1)) + endOfBatch
        for _ in 0..<50_000 {
            var changed = whole
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let index = Int.random(in: 0..<changed.count, using: &random)
                changed[index] = UInt8.random(in: 0...255, using: &random)
            }
            walk(changed) { message in
                let inside =
                    message.payload.count + message.prefix.count
                    + message.linkHeader.count
                #expect(inside <= 3 * whole.count)
            }
        }
    }
}
