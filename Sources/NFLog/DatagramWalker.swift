// SPDX-License-Identifier: GPL-3.0-or-later

/// Takes the netlink datagrams of one NFLOG group apart: each is a batch of log messages, and now
/// and then a word of the kernel about itself.
///
/// Thread: any one at a time.
/// Safety: `state` is made in `init`, freed in `deinit`, and lent to messages inside the walk only.
@safe
package struct DatagramWalker: ~Copyable, @unchecked Sendable {
    private let state: UnsafeMutablePointer<State>

    private struct State: ~Copyable {
        var counters = NFLogCounters()
        var sequence = SequenceCheck()
        var openings = Openings()
    }

    /// How many openings of messages are remembered.
    package static let openings = Openings.count

    package init() {
        unsafe state = .allocate(capacity: 1)
        unsafe state.initialize(to: State())
    }

    deinit {
        unsafe state.deinitialize(count: 1)
        unsafe state.deallocate()
    }

    package var counters: NFLogCounters { unsafe state.pointee.counters }

    /// Changes the counts of what is known beside the datagrams.
    func count(_ change: (inout NFLogCounters) -> Void) { unsafe change(&state.pointee.counters) }

    /// Takes a datagram apart, counts what is in it, and hands over each log message.
    ///
    /// Every length is checked before it is used, so that no bytes trap. Nothing is allocated.
    /// Returns: how many log messages were handed over.
    @discardableResult
    package func walk(_ bytes: RawSpan, _ body: (borrowing LogMessage) -> Void) -> Int {
        unsafe DatagramWalker.walk(
            bytes, &state.pointee.counters, &state.pointee.sequence, &state.pointee.openings, body)
    }

    private static func walk(
        _ bytes: RawSpan, _ counters: inout NFLogCounters, _ sequence: inout SequenceCheck,
        _ openings: inout Openings, _ body: (borrowing LogMessage) -> Void
    ) -> Int {
        var messages = 0
        var offset = 0
        let end = bytes.byteCount
        while offset < end {
            guard end - offset >= Datagram.headerLength else {
                counters.malformed &+= 1
                break
            }
            // A length that lies leaves no way to find the next message.
            let length = Int(bytes.host32(at: offset))
            guard length >= Datagram.headerLength, length <= end - offset else {
                counters.malformed &+= 1
                break
            }
            let content = bytes.extracting(offset + Datagram.headerLength..<offset + length)
            switch bytes.host16(at: offset + 4) {
            case MessageType.packet:
                let isRepeated = openings.read(content)
                let fields = unsafe openings.latestFields
                if let number = unsafe fields.pointee.sequence {
                    counters.gap &+= sequence.missing(before: number)
                }
                if unsafe fields.pointee.isMalformed {
                    counters.malformed &+= 1
                } else {
                    messages &+= 1
                    unsafe body(
                        LogMessage(
                            content, fields, opening: openings.latestNumber, isRepeated: isRepeated)
                    )
                }
            case MessageType.done, MessageType.noOperation: break
            case MessageType.error: countError(content, &counters)
            case MessageType.overrun: counters.overruns &+= 1
            default: counters.foreign &+= 1
            }
            offset &+= (length &+ 3) & ~3
        }
        counters.messages &+= UInt64(messages)
        return messages
    }

    /// struct nlmsgerr begins with a negated errno; 0 acknowledges a request.
    private static func countError(_ content: RawSpan, _ counters: inout NFLogCounters) {
        if content.byteCount < 4 {
            counters.malformed &+= 1
        } else if content.host32(at: 0) != 0 {
            counters.netlinkErrors &+= 1
        }
    }
}
