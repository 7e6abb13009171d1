// SPDX-License-Identifier: GPL-3.0-or-later

/// Payloads that UDP packets of tests carry.
package enum Payload {
    /// A DNS message for one name: by default the answer with one address.
    package static func dns(isAnswer: Bool = true, identifier: UInt16 = 0xbeef) -> [UInt8] {
        let name: [UInt8] = [7] + Array("example".utf8) + [3] + Array("com".utf8) + [0]
        let question = name + [0, 1, 0, 1]
        let answer: [UInt8] = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1]
        let counts: [UInt8] = [0, 1, 0, isAnswer ? 1 : 0, 0, 0, 0, 0]
        return identifier.wireBytes + [isAnswer ? 0x81 : 0x01, isAnswer ? 0x80 : 0x00] + counts
            + question + (isAnswer ? answer : [])
    }

    /// An NTP packet: mode 3 asks, 4 answers, 5 is broadcast.
    package static func ntp(mode: UInt8 = 4, version: UInt8 = 4) -> [UInt8] {
        [version << 3 | mode, 2, 6, 0xec] + [UInt8](repeating: 0x11, count: 44)
    }

    /// A QUIC packet with a short header: what the middle of a connection looks like.
    package static func quicShort(seed: UInt64 = 1) -> [UInt8] {
        var random = SeededGenerator(seed: seed)
        return [0x4d] + random.bytes(40)
    }

    /// A QUIC packet with a long header of a version.
    package static func quicLong(version: UInt32 = 1) -> [UInt8] {
        var random = SeededGenerator(seed: 2)
        return [0xe3] + version.wireBytes + [8] + random.bytes(8) + [0] + random.bytes(30)
    }

    /// An RTP packet of version 2: by default G.711 µ-law.
    package static func rtp(payloadType: UInt8 = 0, version: UInt8 = 2) -> [UInt8] {
        [version << 6, payloadType] + UInt16(77).wireBytes + UInt32(160).wireBytes
            + UInt32(0xfeed).wireBytes + [UInt8](repeating: 0xd5, count: 160)
    }

    /// An RTCP sender report without report blocks.
    package static func rtcp() -> [UInt8] {
        [0x80, 200, 0, 6] + [UInt8](repeating: 0x21, count: 24)
    }
}
