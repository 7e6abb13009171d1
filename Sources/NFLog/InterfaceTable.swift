// SPDX-License-Identifier: GPL-3.0-or-later

/// The interfaces by their index, as told by RTM_NEWLINK and RTM_DELLINK messages.
///
/// Bound: 4,096 interfaces; what comes after has no name until another one goes.
struct InterfaceTable {
    private(set) var interfaces: [UInt32: Interface] = [:]
    /// Counts up with each change, so that what was built from the names knows it is out of date.
    private(set) var revision: UInt64 = 0
    /// The answer to a dump, collected beside the table until it is complete.
    private var incoming: [UInt32: Interface]?
    /// Something changed or was lost during the dump, so that its answer may have holes.
    private var hasHoles = false

    static let capacity = 4096

    /// How the dump is going.
    enum Progress: Equatable {
        /// No end was in this datagram.
        case going
        case complete
        /// Complete, but with holes: it was thrown away.
        case interrupted
        /// The kernel refused.
        case failed(errno: Int32)
        /// The kernel lost a notification.
        case overrun
    }

    /// Starts to collect the answer to a dump; the names known so far serve until it is complete.
    mutating func beginDump() {
        incoming = [:]
        hasHoles = false
    }

    /// Says that a part of the answer did not come.
    mutating func loseAnswer() { hasHoles = true }

    /// Takes one datagram of rtnetlink.
    ///
    /// Notifications between the parts of a dump hold for the collected answer too: the kernel
    /// queues both in the order in which they became true.
    mutating func apply(_ bytes: RawSpan, dump sequence: UInt32) -> Progress {
        var progress = Progress.going
        var offset = 0
        let end = bytes.byteCount
        while end - offset >= Datagram.headerLength {
            let length = Int(bytes.host32(at: offset))
            guard length >= Datagram.headerLength, length <= end - offset else { break }
            let isAnswer = bytes.host32(at: offset + 8) == sequence
            if isAnswer, bytes.host16(at: offset + 6) & InterfaceTable.interruptedFlag != 0 {
                hasHoles = true
            }
            let content = bytes.extracting(
                offset + Datagram.headerLength..<offset + length)
            switch bytes.host16(at: offset + 4) {
            case MessageType.newLink: add(content)
            case MessageType.removedLink: remove(content)
            case MessageType.done where isAnswer:
                progress = endDump()
            case MessageType.error where isAnswer && content.byteCount >= 4:
                let code = 0 &- Int32(truncatingIfNeeded: content.host32(at: 0))
                if code != 0 { progress = .failed(errno: code) }
            case MessageType.overrun:
                hasHoles = true
                if progress == .going { progress = .overrun }
            default: break
            }
            offset += (length + 3) & ~3
        }
        return progress
    }

    private mutating func endDump() -> Progress {
        defer { incoming = nil }
        // An answer with holes is not taken over: they would look like removals.
        if hasHoles { return .interrupted }
        if let incoming, incoming != interfaces {
            interfaces = incoming
            revision &+= 1
        }
        return .complete
    }

    private mutating func add(_ content: RawSpan) {
        guard let link = InterfaceTable.link(content) else { return }
        if incoming != nil, incoming?.count ?? 0 < InterfaceTable.capacity {
            incoming?[link.index] = link
        }
        let known = interfaces[link.index]
        if known == link || known == nil && interfaces.count >= InterfaceTable.capacity { return }
        interfaces[link.index] = link
        revision &+= 1
    }

    private mutating func remove(_ content: RawSpan) {
        guard content.byteCount >= InterfaceTable.headerLength,
            content.byte(at: 0) == InterfaceTable.anyFamily
        else { return }
        let index = content.host32(at: 4)
        incoming?[index] = nil
        if interfaces.removeValue(forKey: index) != nil { revision &+= 1 }
    }

    /// Reads struct ifinfomsg and IFLA_IFNAME.
    ///
    /// Nil for a message of another family: a port that leaves a bridge sends an RTM_DELLINK of
    /// the bridge family, and its interface stays.
    private static func link(_ content: RawSpan) -> Interface? {
        let end = content.byteCount
        guard end >= headerLength, content.byte(at: 0) == anyFamily else { return nil }
        let index = content.host32(at: 4)
        let isLoopback = content.host32(at: 8) & loopbackFlag != 0
        var offset = headerLength
        while end - offset >= Attribute.headerLength {
            let length = Int(content.host16(at: offset))
            guard length >= Attribute.headerLength, length <= end - offset else { return nil }
            if content.host16(at: offset + 2) & Attribute.typeMask == nameAttribute {
                let value = content.extracting(offset + Attribute.headerLength..<offset + length)
                return Interface(index: index, name: value.text(), isLoopback: isLoopback)
            }
            offset += (length + 3) & ~3
        }
        return nil
    }

    /// struct ifinfomsg: family, type, index, flags, change.
    private static let headerLength = 16
    /// AF_UNSPEC.
    private static let anyFamily: UInt8 = 0
    /// IFLA_IFNAME.
    static let nameAttribute: UInt16 = 3
    /// IFF_LOOPBACK.
    static let loopbackFlag: UInt32 = 8
    /// NLM_F_DUMP_INTR.
    static let interruptedFlag: UInt16 = 0x10
}
