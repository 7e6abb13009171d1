// SPDX-License-Identifier: GPL-3.0-or-later

/// How the answer to one request is coming in.
struct Dump {
    enum Progress: Equatable {
        case going
        case complete
        /// Complete, but something changed meanwhile or a part was lost: it may have holes.
        case interrupted
        /// The kernel refused.
        case failed(errno: Int32)
    }

    let sequence: UInt32
    private var hasHoles = false

    init(sequence: UInt32) { self.sequence = sequence }

    /// Says that a part of the answer did not come.
    mutating func loseAnswer() { hasHoles = true }

    /// Takes one datagram and hands over each message that answers the request.
    mutating func take(
        _ bytes: Span<UInt8>, _ body: (UInt16, Span<UInt8>) -> Void
    ) -> Progress {
        var progress = Progress.going
        var isInterrupted = hasHoles
        Datagram.walk(bytes) { header, content in
            guard header.sequence == sequence, progress == .going else { return }
            if header.flags & MessageFlag.interrupted != 0 { isInterrupted = true }
            switch header.type {
            case MessageType.done:
                progress = Dump.end(content) ?? (isInterrupted ? .interrupted : .complete)
            case MessageType.error: progress = Dump.end(content) ?? .going
            default: body(header.type, content)
            }
        }
        hasHoles = isInterrupted
        return progress
    }

    /// The negated errno that both kinds of end may carry.
    private static func end(_ content: Span<UInt8>) -> Progress? {
        guard content.count >= 4 else { return nil }
        let code = 0 &- Int32(truncatingIfNeeded: content.host32(at: 0))
        return code > 0 ? .failed(errno: code) : nil
    }
}
