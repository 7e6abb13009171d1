// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// Tests write addresses as they are read: `let scanner: Address = "198.51.100.7"`.
extension Address: ExpressibleByStringLiteral {
    @usableFromInline package init(stringLiteral text: String) {
        guard let address = Address(text) else {
            preconditionFailure("not an address: \(text)")
        }
        self = address
    }
}

extension Network: ExpressibleByStringLiteral {
    @usableFromInline package init(stringLiteral text: String) {
        guard let network = Network(text) else {
            preconditionFailure("not a network: \(text)")
        }
        self = network
    }
}

/// The two ends that builders use when a test does not care (RFC 5737, RFC 3849).
extension Address {
    package static let scanner: Address = "198.51.100.7"
    package static let host: Address = "192.0.2.10"
    package static let scanner6: Address = "2001:db8:bad::7"
    package static let host6: Address = "2001:db8::10"

    /// The bytes as they stand in a packet: 4 or 16.
    package var wireBytes: [UInt8] {
        isV4 ? v4Bits.wireBytes : high.wireBytes + low.wireBytes
    }
}
