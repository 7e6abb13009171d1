// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// One place where somebody else's bytes come in.
protocol FuzzTarget: SendableMetatype {
    /// As `contrib/fuzz` calls it.
    static var name: String { get }
    /// Inputs to begin with: what a well-behaved other side sends.
    static func seeds() -> [[UInt8]]
    /// Words that the format knows, for libFuzzer to try.
    static var words: [String] { get }
    /// Takes any input; a trap, a sanitizer's report or a broken promise is a finding.
    static func run(_ input: RawSpan)
}

extension FuzzTarget {
    static var words: [String] { [] }
}

/// Ends the process as a finding when a promise is broken.
func must(_ holds: Bool, _ promise: @autoclosure () -> String) {
    guard !holds else { return }
    FileHandle.standardError.write(Data("broken promise: \(promise())\n".utf8))
    abort()
}

/// No byte that could break a line or steer a terminal.
func mustBePlain(_ text: String, newlines: Bool = false, _ what: @autoclosure () -> String) {
    for scalar in text.unicodeScalars {
        switch scalar.value {
        case 0x0a where newlines: continue
        case 0..<0x20, 0x7f...0x9f, 0x2028...0x202e, 0x2066...0x2069:
            must(false, "\(what()) has the character \(scalar.value): \(text.debugDescription)")
        default: continue
        }
    }
}

/// An input read from its beginning on; behind its end everything is 0.
struct InputReader: ~Escapable {
    private var rest: RawSpan

    @_lifetime(copy bytes)
    init(_ bytes: RawSpan) { rest = bytes }

    var isEmpty: Bool { rest.isEmpty }

    @_lifetime(self: copy self)
    mutating func byte() -> UInt8 {
        guard !rest.isEmpty else { return 0 }
        let byte = Span<UInt8>(_bytes: rest)[0]
        rest = rest.extracting(droppingFirst: 1)
        return byte
    }

    @_lifetime(self: copy self)
    mutating func half() -> UInt16 { UInt16(byte()) | UInt16(byte()) << 8 }

    /// At most so many bytes.
    @_lifetime(copy self)
    @_lifetime(self: copy self)
    mutating func bytes(_ count: Int) -> RawSpan {
        let kept = min(count, rest.byteCount)
        let taken = rest.extracting(first: kept)
        rest = rest.extracting(droppingFirst: kept)
        return taken
    }

    @_lifetime(copy self)
    @_lifetime(self: copy self)
    mutating func all() -> RawSpan { bytes(rest.byteCount) }
}

extension RawSpan {
    var array: [UInt8] {
        let bytes = Span<UInt8>(_bytes: self)
        var copy: [UInt8] = []
        copy.reserveCapacity(bytes.count)
        for index in bytes.indices { copy.append(bytes[index]) }
        return copy
    }

    var text: String { String(decoding: array, as: UTF8.self) }
}
