// SPDX-License-Identifier: GPL-3.0-or-later

@testable import NFLog

/// Builders of netlink bytes as the kernel writes them.

/// One attribute, padded to four bytes.
func attribute(_ type: UInt16, _ value: [UInt8], length: Int? = nil) -> [UInt8] {
    let length = UInt16(truncatingIfNeeded: length ?? value.count + 4)
    let padding = [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
    return host(length) + host(type) + value + padding
}

func attribute(_ kind: Attribute, _ value: [UInt8], length: Int? = nil) -> [UInt8] {
    attribute(kind.rawValue, value, length: length)
}

func sequence(_ number: UInt32) -> [UInt8] { attribute(.sequence, network(number)) }

/// A netlink message with its header.
func message(
    type: UInt16, flags: UInt16 = 0, sequence: UInt32 = 0, _ content: [UInt8], length: Int? = nil
) -> [UInt8] {
    let length = UInt32(truncatingIfNeeded: length ?? content.count + 16)
    return host(length) + host(type) + host(flags) + host(sequence) + host(UInt32(0)) + content
}

/// A log message: family, group, attributes.
func logMessage(
    family: UInt8 = 2, group: UInt16 = 5, _ attributes: [UInt8]..., length: Int? = nil
) -> [UInt8] {
    let content = [family, 0] + network(group) + attributes.flatMap { $0 }
    return message(type: MessageType.packet, content, length: length)
}

/// What ends a batch.
let endOfBatch = message(type: MessageType.done, [0, 0, 0, 5])

/// The message that the kernel sends most: 12 attributes of a packet dropped at the input hook.
func commonMessage(_ number: UInt32) -> [UInt8] {
    logMessage(
        attribute(.packetHeader, [0x08, 0x00, 1, 0]),
        attribute(.prefix, Array("Shorewall:net2fw:DROP:".utf8) + [0]),
        attribute(.interfaceIn, network(UInt32(2))),
        attribute(.hardwareAddress, network(UInt16(6)) + [0, 0, 2, 0, 0, 0, 0, 1, 0, 0]),
        attribute(.linkType, network(UInt16(1))),
        attribute(.linkHeaderLength, network(UInt16(14))),
        attribute(.linkHeader, [UInt8](repeating: 2, count: 14)),
        attribute(.timestamp, network(UInt64(1_700_000_000)) + network(UInt64(123_456))),
        sequence(number),
        attribute(.payload, [0x45] + [UInt8](repeating: 7, count: 59)))
}

func host<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] { network(number).reversed() }

func network<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    stride(from: Number.bitWidth - 8, through: 0, by: -8).map {
        UInt8(truncatingIfNeeded: number >> Number($0))
    }
}

/// Walks one datagram of a new group and returns what was counted.
@discardableResult
func walk(_ bytes: [UInt8], _ body: (Logged) -> Void = { _ in }) -> NFLogCounters {
    let walker = DatagramWalker()
    let handed = walker.walk(unsafe bytes.span.bytes) { body(Logged($0)) }
    precondition(handed == Int(walker.counters.messages))
    return walker.counters
}

extension InterfaceTable {
    mutating func apply(_ bytes: [UInt8], dump sequence: UInt32 = 9) -> Progress {
        unsafe apply(bytes.span.bytes, dump: sequence)
    }
}

/// Numbers that look random and are the same in each run (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
