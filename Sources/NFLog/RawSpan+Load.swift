// SPDX-License-Identifier: GPL-3.0-or-later

/// Reads integers at any offset.
///
/// Safe: every bit pattern is a valid integer, and the standard library checks the offset against
/// the span even in a release build. The callers check lengths first, so that no input traps.
extension RawSpan {
    @inline(__always)
    func byte(at offset: Int) -> UInt8 {
        unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    /// In the machine's order, as netlink writes its headers.
    @inline(__always)
    func host16(at offset: Int) -> UInt16 {
        unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self)
    }

    @inline(__always)
    func host32(at offset: Int) -> UInt32 {
        unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)
    }

    @inline(__always)
    func host64(at offset: Int) -> UInt64 {
        unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    /// In network order, as netfilter writes its attributes.
    @inline(__always)
    func network16(at offset: Int) -> UInt16 { UInt16(bigEndian: host16(at: offset)) }

    @inline(__always)
    func network32(at offset: Int) -> UInt32 { UInt32(bigEndian: host32(at: offset)) }

    @inline(__always)
    func network64(at offset: Int) -> UInt64 { UInt64(bigEndian: host64(at: offset)) }

    /// The text up to the first NUL, or all of it; bytes that are not UTF-8 are replaced.
    package func text() -> String {
        var bytes: [UInt8] = []
        for offset in 0..<byteCount {
            let byte = byte(at: offset)
            if byte == 0 { break }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
