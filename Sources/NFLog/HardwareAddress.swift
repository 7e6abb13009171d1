// SPDX-License-Identifier: GPL-3.0-or-later

/// A link-layer address of up to eight bytes.
package struct HardwareAddress: Hashable, Sendable, BitwiseCopyable {
    /// The first byte is the most significant one; what is beyond the length is 0.
    package let bits: UInt64
    /// Unit: bytes. Range: 0...8.
    package let length: UInt8

    package init(bits: UInt64, length: UInt8) {
        let kept = min(length, 8)
        self.length = kept
        self.bits = kept == 0 ? 0 : bits & (.max << UInt64(64 - 8 * UInt64(kept)))
    }
}

extension HardwareAddress: CustomStringConvertible {
    package var description: String {
        (0..<UInt64(length)).map { index in
            let digits = String(bits >> (56 - 8 * index) & 0xff, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined(separator: ":")
    }
}
