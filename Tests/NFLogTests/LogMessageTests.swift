// SPDX-License-Identifier: GPL-3.0-or-later

import CNetfilter
import Testing

@testable import NFLog

@Suite("Log messages")
struct LogMessageTests {
    @Test("Each attribute of the kernel arrives in its property")
    func attributes() {
        var seen = 0
        let datagram = logMessage(
            family: 10, group: 700,
            attribute(.packetHeader, [0x86, 0xdd, 3, 0]),
            attribute(.mark, network(UInt32(0xdead_beef))),
            attribute(.timestamp, network(UInt64(1_700_000_000)) + network(UInt64(999_999))),
            attribute(.interfaceIn, network(UInt32(11))),
            attribute(.interfaceOut, network(UInt32(12))),
            attribute(.physicalIn, network(UInt32(13))),
            attribute(.physicalOut, network(UInt32(14))),
            attribute(.hardwareAddress, network(UInt16(6)) + [0, 0, 2, 3, 4, 5, 6, 7, 0, 0]),
            attribute(.payload, [0x60, 1, 2, 3, 4]),
            attribute(.prefix, Array("net-fw DROP ".utf8) + [0]),
            attribute(.uid, network(UInt32(1000))),
            attribute(.sequence, network(UInt32(0))),
            attribute(.gid, network(UInt32(100))),
            attribute(.linkType, network(UInt16(772))),
            attribute(.linkHeader, [9, 8, 7]),
            attribute(.conntrack, [1, 2]),
            attribute(.conntrackInfo, network(UInt32(2))),
            attribute(.l2Header, [5, 5, 5, 5]))
        let counters = walk(datagram) { message in
            seen += 1
            #expect(message.family == 10)
            #expect(message.group == 700)
            #expect(message.hardwareProtocol == 0x86dd)
            #expect(message.hook == 3)
            #expect(message.mark == 0xdead_beef)
            #expect(message.seconds == 1_700_000_000)
            #expect(message.nanoseconds == 999_999_000)
            #expect(message.interfaceIn == 11)
            #expect(message.interfaceOut == 12)
            #expect(message.physicalIn == 13)
            #expect(message.physicalOut == 14)
            #expect(message.hardwareAddress?.description == "02:03:04:05:06:07")
            #expect(message.payload == [0x60, 1, 2, 3, 4])
            #expect(message.prefixText == "net-fw DROP ")
            #expect(message.uid == 1000)
            #expect(message.gid == 100)
            #expect(message.sequence == 0)
            #expect(message.linkType == 772)
            #expect(message.linkHeader == [9, 8, 7])
            #expect(message.conntrack == [1, 2])
            #expect(message.conntrackInfo == 2)
            #expect(message.l2Header == [5, 5, 5, 5])
        }
        #expect(seen == 1)
        #expect(counters.malformed == 0)
    }

    @Test("What the kernel did not say is nil, 0 or empty")
    func nothing() {
        walk(logMessage()) { message in
            #expect(message.prefix.isEmpty)
            #expect(message.payload.isEmpty)
            #expect(!message.hasPayload)
            #expect(message.interfaceIn == 0 && message.interfaceOut == 0)
            #expect(message.mark == nil && message.seconds == nil && message.uid == nil)
            #expect(message.sequence == nil && message.hardwareAddress == nil)
            #expect(message.vlanTCI == nil && message.linkType == nil)
        }
    }

    @Test("An empty payload is a payload")
    func emptyPayload() {
        walk(logMessage(attribute(.payload, []))) { message in
            #expect(message.hasPayload)
            #expect(message.payload.isEmpty)
        }
    }

    @Test(
        "A prefix ends at its NUL (here @), or with its attribute",
        arguments: [("drop@", "drop"), ("drop", "drop"), ("@", ""), ("", ""), ("a@b@", "a")])
    func prefix(raw: String, expected: String) {
        let bytes = raw.utf8.map { $0 == UInt8(ascii: "@") ? 0 : $0 }
        walk(logMessage(attribute(.prefix, bytes))) { message in
            #expect(message.prefixText == expected)
            #expect(message.prefix.count == expected.utf8.count)
        }
    }

    @Test("A prefix of any length ends at its first NUL, wherever that is")
    func prefixLengths() {
        for count in 0...40 {
            for end in 0...count {
                var raw = (0..<count).map { UInt8($0 % 2 == 0 ? 0x80 : 0x01) }
                if end < count { raw[end] = 0 }
                walk(logMessage(attribute(.prefix, raw))) { message in
                    #expect(message.prefix == Array(raw.prefix(end)))
                }
            }
        }
    }

    @Test("A VLAN tag is read from its nested attributes, with or without the nesting bit")
    func vlan() {
        let nested =
            attribute(2, network(UInt16(0x2007))) + attribute(9, [1, 2, 3])
            + attribute(1, network(UInt16(0x8100)))
        for type in [Attribute.vlan.rawValue, Attribute.vlan.rawValue | 0x8000] {
            let counters = walk(logMessage(family: 7, attribute(type, nested))) { message in
                #expect(message.vlanTCI == 0x2007)
                #expect(message.vlanProtocol == 0x8100)
            }
            #expect(counters.messages == 1)
        }
    }

    @Test("Unknown attributes are passed over")
    func unknownAttributes() {
        let datagram = logMessage(
            attribute(0, []), attribute(999, [1, 2, 3]), attribute(13, [0, 0, 0, 1]),
            attribute(.mark, network(UInt32(7))), attribute(0x3fff, []))
        let counters = walk(datagram) { #expect($0.mark == 7) }
        #expect(counters.messages == 1)
    }

    @Test("A longer attribute of a later kernel is read as far as it is known")
    func longerAttribute() {
        walk(logMessage(attribute(.mark, network(UInt32(7)) + [1, 2, 3, 4, 5]))) {
            #expect($0.mark == 7)
        }
    }

    @Test("An attribute too short for its value spoils its message", arguments: Attribute.allCases)
    func shortAttribute(kind: Attribute) {
        guard kind.minimumLength > 0 else { return }
        let short = [UInt8](repeating: 1, count: kind.minimumLength - 1)
        let counters = walk(logMessage(attribute(kind, short)))
        #expect(counters.messages == 0)
        #expect(counters.malformed == 1)
    }

    @Test("A hardware address longer than eight bytes is cut, a shorter one has no rest")
    func hardwareAddress() {
        let long = network(UInt16(20)) + [0, 0, 1, 2, 3, 4, 5, 6, 7, 8]
        walk(logMessage(attribute(.hardwareAddress, long))) {
            #expect($0.hardwareAddress?.description == "01:02:03:04:05:06:07:08")
        }
        let short = HardwareAddress(bits: .max, length: 2)
        #expect(short == HardwareAddress(bits: 0xffff << 48, length: 2))
        #expect(HardwareAddress(bits: .max, length: 0).description == "")
    }

    @Test("Only netdev's egress hook has the link header before the packet")
    func egress() {
        for family: UInt8 in [2, 5, 7, 10] {
            walk(logMessage(family: family, attribute(.packetHeader, [8, 0, 1, 0]))) {
                #expect($0.payloadStartsWithLinkHeader == (family == 5))
            }
        }
    }

    @Test("The numbers are those of the C headers")
    func numbers() {
        let pairs: [(Attribute, nfulnl_attr_type)] = [
            (.packetHeader, NFULA_PACKET_HDR), (.mark, NFULA_MARK), (.timestamp, NFULA_TIMESTAMP),
            (.interfaceIn, NFULA_IFINDEX_INDEV), (.interfaceOut, NFULA_IFINDEX_OUTDEV),
            (.physicalIn, NFULA_IFINDEX_PHYSINDEV), (.physicalOut, NFULA_IFINDEX_PHYSOUTDEV),
            (.hardwareAddress, NFULA_HWADDR), (.payload, NFULA_PAYLOAD), (.prefix, NFULA_PREFIX),
            (.uid, NFULA_UID), (.sequence, NFULA_SEQ), (.gid, NFULA_GID),
            (.linkType, NFULA_HWTYPE), (.linkHeader, NFULA_HWHEADER),
            (.linkHeaderLength, NFULA_HWLEN), (.conntrack, NFULA_CT),
            (.conntrackInfo, NFULA_CT_INFO),
        ]
        for (ours, theirs) in pairs { #expect(UInt32(ours.rawValue) == theirs.rawValue) }
        #expect(Int(Attribute.vlan.rawValue) == PICKET_NFULA_VLAN)
        #expect(Int(Attribute.l2Header.rawValue) == PICKET_NFULA_L2HDR)
        #expect(Int(VLANAttribute.proto) == PICKET_NFULA_VLAN_PROTO)
        #expect(Int(VLANAttribute.tci) == PICKET_NFULA_VLAN_TCI)
        #expect(pairs.count + 2 == Attribute.allCases.count)
        #expect(Attribute.typeMask == picket_attribute_type_mask())
        #expect(CInt(MessageType.noOperation) == NLMSG_NOOP)
        #expect(CInt(MessageType.error) == NLMSG_ERROR)
        #expect(CInt(MessageType.done) == NLMSG_DONE)
        #expect(CInt(MessageType.overrun) == NLMSG_OVERRUN)
        let packet = CInt(NFNL_SUBSYS_ULOG) << 8 | CInt(NFULNL_MSG_PACKET.rawValue)
        #expect(CInt(MessageType.packet) == packet)
        #expect(Int(MessageType.newLink) == RTM_NEWLINK)
        #expect(Int(MessageType.removedLink) == RTM_DELLINK)
        #expect(Int(InterfaceTable.nameAttribute) == IFLA_IFNAME)
        #expect(CInt(InterfaceTable.interruptedFlag) == NLM_F_DUMP_INTR)
    }
}
