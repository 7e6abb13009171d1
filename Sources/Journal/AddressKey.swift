// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import GRDB
import Packets

/// An address as the journal compares it.
///
/// Shape: 16 bytes, big endian; an IPv4 address stands as ::ffff:a.b.c.d. SQLite compares blobs byte
/// by byte, so that a network is a range of such keys, and one index serves both families.
package struct AddressKey: Hashable, Sendable {
    package let address: Address

    package init(_ address: Address) { self.address = address }

    var bytes: Data {
        var bytes = Data(capacity: 16)
        for half in [address.high, address.low] {
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: half >> UInt64(shift)))
            }
        }
        return bytes
    }
}

extension AddressKey: DatabaseValueConvertible {
    package var databaseValue: DatabaseValue { bytes.databaseValue }

    /// Nil for a blob of another length: a file may be anybody's.
    package static func fromDatabaseValue(_ value: DatabaseValue) -> AddressKey? {
        guard let bytes = Data.fromDatabaseValue(value), bytes.count == 16 else { return nil }
        func half(_ part: Data) -> UInt64 { part.reduce(0) { $0 << 8 | UInt64($1) } }
        return AddressKey(Address(high: half(bytes.prefix(8)), low: half(bytes.suffix(8))))
    }
}

extension Network {
    /// The last address of the network.
    package var lastAddress: Address {
        let width = Int(prefixLength) + (address.isV4 ? 96 : 0)
        let high = width >= 64 ? 0 : UInt64.max >> UInt64(width)
        let low = width <= 64 ? UInt64.max : width == 128 ? 0 : UInt64.max >> UInt64(width - 64)
        return Address(high: address.high | high, low: address.low | low)
    }

    /// The wider networks that a source of the detector may be (`detection.ipv6-prefix`) and that
    /// hold this one: each first address once, with the widths that have it.
    ///
    /// Bound: 112.
    var widerSources: [(first: AddressKey, widths: ClosedRange<Int>)] {
        guard !address.isV4, prefixLength > 16 else { return [] }
        var found: [(first: AddressKey, widths: ClosedRange<Int>)] = []
        for width in 16..<Int(prefixLength) {
            let first = AddressKey(Network(address, prefixLength: width).address)
            if let last = found.last, last.first == first {
                found[found.count - 1].widths = last.widths.lowerBound...width
            } else {
                found.append((first, width...width))
            }
        }
        return found
    }
}

/// Rows of sources in a network, and of wider ones that hold it: a range of an index, and a few
/// places in it.
struct SourceRows {
    /// A statement that selects ids.
    var text: String
    var arguments: StatementArguments
    /// The same of the wider ones alone; nil where there can be none.
    private(set) var outside: (text: String, arguments: StatementArguments)?

    /// - Parameters:
    ///   - index: one that begins with `network`.
    ///   - condition: what else must hold of a row, with its arguments.
    init(
        _ network: Network, in table: String, index: String, where condition: String = "",
        _ values: StatementArguments = []
    ) {
        let (first, last) = (AddressKey(network.address), AddressKey(network.lastAddress))
        let rows = "FROM \(table) t INDEXED BY \(index)"
        let also = condition.isEmpty ? "" : " AND \(condition)"
        if first == last {
            text = "SELECT t.id \(rows) WHERE t.network = ?\(also)"
            arguments = [first] + values
        } else {
            text = "SELECT t.id \(rows) WHERE t.network BETWEEN ? AND ?\(also)"
            arguments = [first, last] + values
        }
        let wider = network.widerSources
        guard !wider.isEmpty else { return }
        let marks = wider.map { _ in "(?, ?, ?)" }.joined(separator: ", ")
        let places = """
            SELECT t.id FROM (VALUES \(marks)) v CROSS JOIN \(table) t INDEXED BY \(index)
            ON t.network = v.column1 AND t.width BETWEEN v.column2 AND v.column3\(also)
            """
        var numbers = StatementArguments()
        for place in wider {
            numbers += [place.first, place.widths.lowerBound, place.widths.upperBound]
        }
        numbers += values
        outside = (places, numbers)
        text += " UNION " + places
        arguments += numbers
    }
}
