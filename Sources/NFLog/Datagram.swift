// SPDX-License-Identifier: GPL-3.0-or-later

/// One netlink datagram of an NFLOG group: a batch of log messages, and now and then a word of
/// the kernel about itself.
package enum Datagram {
    /// Takes a datagram apart, counts what is in it, and hands over each log message.
    ///
    /// Every length is checked before it is used, so that no bytes trap. Nothing is allocated.
    /// Returns: how many log messages were handed over.
    @discardableResult
    static func walk(
        _ bytes: RawSpan, counters: inout NFLogCounters, sequence: inout SequenceCheck,
        _ body: (borrowing LogMessage) -> Void
    ) -> Int {
        var messages = 0
        var offset = 0
        let end = bytes.byteCount
        while offset < end {
            guard end - offset >= headerLength else {
                counters.malformed &+= 1
                break
            }
            // A length that lies leaves no way to find the next message.
            let length = Int(bytes.host32(at: offset))
            guard length >= headerLength, length <= end - offset else {
                counters.malformed &+= 1
                break
            }
            let content = bytes.extracting(offset + headerLength..<offset + length)
            switch bytes.host16(at: offset + 4) {
            case MessageType.packet:
                let message = LogMessage(reading: content)
                if let number = message.sequence {
                    counters.gap &+= sequence.missing(before: number)
                }
                if message.isMalformed {
                    counters.malformed &+= 1
                } else {
                    messages += 1
                    counters.messages &+= 1
                    body(message)
                }
            case MessageType.done, MessageType.noOperation: break
            case MessageType.error: countError(content, &counters)
            case MessageType.overrun: counters.overruns &+= 1
            default: counters.foreign &+= 1
            }
            offset += (length + 3) & ~3
        }
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

    /// struct nlmsghdr: length, type, flags, sequence, port.
    static let headerLength = 16
}

/// Types of netlink messages; a test compares them with the C headers.
enum MessageType {
    static let noOperation: UInt16 = 1
    static let error: UInt16 = 2
    static let done: UInt16 = 3
    static let overrun: UInt16 = 4
    /// NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET.
    static let packet: UInt16 = 0x400
    /// RTM_NEWLINK and RTM_DELLINK.
    static let newLink: UInt16 = 16
    static let removedLink: UInt16 = 17
}
