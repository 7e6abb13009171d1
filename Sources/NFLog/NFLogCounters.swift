// SPDX-License-Identifier: GPL-3.0-or-later

/// What came through one NFLOG socket, and what did not.
///
/// All of them only grow.
package struct NFLogCounters: Hashable, Sendable {
    /// Datagrams received; each holds a batch of messages.
    package var datagrams: UInt64 = 0
    /// Log messages handed over.
    package var messages: UInt64 = 0
    /// Log messages that the kernel numbered and that never came.
    ///
    /// A gap shows with the next message after it. Source: NFULA_SEQ.
    package var gap: UInt64 = 0
    /// Datagrams longer than the receive buffer; what was cut off shows up as a gap.
    package var truncated: UInt64 = 0
    /// Times that the kernel said it had lost something: ENOBUFS, or NLMSG_OVERRUN.
    package var overruns: UInt64 = 0
    /// NLMSG_ERROR messages other than acknowledgements.
    package var netlinkErrors: UInt64 = 0
    /// Messages whose lengths contradict each other; they are not handed over.
    ///
    /// A message whose sequence number could still be read is not counted as a gap as well.
    package var malformed: UInt64 = 0
    /// Messages of a kind that we did not ask for, and datagrams that the kernel did not send.
    package var foreign: UInt64 = 0

    package init() {}
}

/// The sequence number that the next log message of a group should have.
///
/// The kernel numbers a group's messages from 0 when the group is bound, and only the binding
/// socket receives them: what is missing before the first message that arrives is a gap too.
/// Source: NFULNL_CFG_F_SEQ.
struct SequenceCheck: Hashable, Sendable {
    private(set) var expected: UInt32 = 0

    /// How many messages are missing before this one.
    ///
    /// The count wraps at 2^32. A step backwards, which the kernel never makes, is taken as a new
    /// start and not as four thousand million lost messages.
    mutating func missing(before sequence: UInt32) -> UInt64 {
        let distance = sequence &- expected
        expected = sequence &+ 1
        return distance < 1 << 31 ? UInt64(distance) : 0
    }
}
