// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// Why a saved table is not taken.
package enum SavedTableError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Not a table at all, or cut short before its first numbers.
    case notATable
    case version(UInt16)
    /// The checksum does not fit.
    case damaged
    /// Whole, but it says what cannot be.
    case contradictory

    package var description: String {
        switch self {
        case .notATable: "it is not a saved table"
        case .version(let version): "it has version \(version), and this program reads 3"
        case .damaged: "its checksum does not fit"
        case .contradictory: "its contents contradict themselves"
        }
    }
}

/// Writes numbers in little-endian order.
struct SavedWriter {
    private(set) var bytes: [UInt8] = []

    mutating func put<Number: FixedWidthInteger>(_ number: Number) {
        var rest = number
        for _ in 0..<Number.bitWidth / 8 {
            bytes.append(UInt8(truncatingIfNeeded: rest))
            rest = Number.bitWidth > 8 ? rest >> 8 : 0
        }
    }

    mutating func put(_ address: Address) {
        put(address.high)
        put(address.low)
    }

    mutating func put(_ text: String) {
        let bytes = Array(text.utf8.prefix(Int(UInt16.max)))
        put(UInt16(bytes.count))
        for byte in bytes { put(byte) }
    }

    /// Ends the bytes with their checksum.
    mutating func seal() { put(SavedWriter.checksum(bytes.span, count: bytes.count)) }

    /// FNV-1a over 64 bits: it is there for torn writes and bad disks, not for forgers, who
    /// cannot write the file.
    static func checksum(_ bytes: Span<UInt8>, count: Int) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for index in 0..<count {
            hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01b3
        }
        return hash
    }
}

/// Reads what ``SavedWriter`` wrote; every step may fail, none traps.
struct SavedReader {
    private(set) var offset: Int

    init(offset: Int = 0) { self.offset = offset }

    mutating func take<Number: FixedWidthInteger>(
        _ type: Number.Type, _ bytes: Span<UInt8>
    ) throws(SavedTableError) -> Number {
        try take(bytes)
    }

    mutating func take<Number: FixedWidthInteger>(
        _ bytes: Span<UInt8>
    ) throws(SavedTableError) -> Number {
        let width = Number.bitWidth / 8
        guard bytes.count - offset >= width else { throw .contradictory }
        var number: Number = 0
        for index in 0..<width {
            number |= Number(truncatingIfNeeded: bytes[offset + index]) << Number(index * 8)
        }
        offset += width
        return number
    }

    mutating func address(_ bytes: Span<UInt8>) throws(SavedTableError) -> Address {
        let high = try take(UInt64.self, bytes)
        return Address(high: high, low: try take(UInt64.self, bytes))
    }

    mutating func text(_ bytes: Span<UInt8>) throws(SavedTableError) -> String {
        let count = Int(try take(UInt16.self, bytes))
        guard bytes.count - offset >= count else { throw .contradictory }
        var text: [UInt8] = []
        for index in offset..<offset + count { text.append(bytes[index]) }
        offset += count
        return String(decoding: text, as: UTF8.self)
    }
}
