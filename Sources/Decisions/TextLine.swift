// SPDX-License-Identifier: GPL-3.0-or-later

import Detection
import Packets

/// The line for people: when, what, how bad, the sentence, and in brackets where and what is lost.
///
/// Columns are of fixed width up to the sentence, and lines of one zone sort by time.
struct TextLine {
    private let decision: Decision
    private let time: CivilTime

    init(_ decision: Decision, observer: Observer) {
        self.decision = decision
        time = CivilTime(decision.time, offset: observer.localTimeOffset)
    }

    func write(to bytes: inout [UInt8]) {
        let start = bytes.count
        time.writeDate(to: &bytes)
        bytes.append(0x20)
        time.writeMilliseconds(to: &bytes)
        time.writeZone(to: &bytes)
        bytes.append(0x20)
        // `attempts-repeated` and `signature-matched` are the longest actions.
        let column = bytes.count + 17
        bytes.write(decision.action.rawValue)
        while bytes.count < column { bytes.append(0x20) }
        bytes.write(" level ")
        bytes.write(decision.level)
        bytes.write(": ")
        bytes.write(decision.reason)
        writePlace(to: &bytes)
        writeLoss(to: &bytes)
        guard !bytes.isPlainASCII(from: start) else { return }
        let line = String(decoding: bytes[start...], as: UTF8.self)
        bytes.removeSubrange(start...)
        bytes.write(line.printable)
    }

    private func writePlace(to bytes: inout [UInt8]) {
        var notes = Notes()
        if let direction = decision.scan?.direction, direction != .inbound {
            notes.begin(&bytes)
            bytes.write(direction.rawValue)
        }
        notes.write("prefix ", decision.origin.prefix, to: &bytes)
        notes.write("in ", decision.origin.interfaceIn, to: &bytes)
        notes.write("out ", decision.origin.interfaceOut, to: &bytes)
        notes.end(&bytes)
    }

    /// Nothing for a `loss` decision, whose sentence says it.
    private func writeLoss(to bytes: inout [UInt8]) {
        if decision.action == .loss { return }
        var notes = Notes()
        notes.write("lost ", decision.loss.gap, " in the kernel", to: &bytes)
        notes.write("lost ", decision.loss.drop, " in the ring", to: &bytes)
        notes.write("refused ", decision.loss.refused, "", to: &bytes)
        notes.end(&bytes)
    }
}

/// Notes behind a line, in brackets and with commas; nothing when there is none.
private struct Notes {
    private var count = 0

    mutating func begin(_ bytes: inout [UInt8]) {
        bytes.write(count == 0 ? " [" : ", ")
        count += 1
    }

    mutating func write(_ word: String, _ text: String, to bytes: inout [UInt8]) {
        if text.isEmpty { return }
        begin(&bytes)
        bytes.write(word)
        bytes.write(text)
    }

    mutating func write(_ word: String, _ number: UInt64, _ rest: String, to bytes: inout [UInt8]) {
        if number == 0 { return }
        begin(&bytes)
        bytes.write(word)
        bytes.write(number)
        bytes.write(rest)
    }

    func end(_ bytes: inout [UInt8]) {
        if count > 0 { bytes.append(UInt8(ascii: "]")) }
    }
}
