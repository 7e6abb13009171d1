// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import TestSupport
import Testing

@Suite("Answers")
struct AnswerTests {
    private func isAnswer(_ payload: [UInt8], from port: UInt16) -> Bool {
        let v4 = event(udp(sourcePort: port, port: 45000, payload: payload))
        let v6 = event(udp(sourcePort: port, port: 45000, payload: payload, network: .v6))
        #expect(v4.traits.contains(.answer) == v6.traits.contains(.answer))
        return v4.traits.contains(.answer)
    }

    @Test("A DNS response from a DNS port is an answer", arguments: [53, 5353, 5355] as [UInt16])
    func dns(port: UInt16) {
        #expect(isAnswer(Payload.dns(), from: port))
        #expect(!isAnswer(Payload.dns(isAnswer: false), from: port))
        // Whatever its identifier: this one looks like RTP.
        #expect(!isAnswer(Payload.dns(isAnswer: false, identifier: 0x8000), from: port))
    }

    @Test("A DNS response from elsewhere is none")
    func dnsElsewhere() {
        #expect(!isAnswer(Payload.dns(), from: 1024))
    }

    @Test("A DNS header that cannot be is no answer")
    func dnsSanity() {
        let good = Payload.dns()
        #expect(!isAnswer(Array(good.prefix(11)), from: 53))
        #expect(!isAnswer(good.writing(UInt16(0x81c0), at: 2), from: 53), "the reserved bit")
        #expect(!isAnswer(good.writing(UInt16(0xf980), at: 2), from: 53), "an unknown operation")
        #expect(!isAnswer(good.writing(UInt16(0x818f), at: 2), from: 53), "an unknown answer code")
        #expect(!isAnswer(good.writing(UInt16(500), at: 6), from: 53), "more records than room")
        #expect(!isAnswer([UInt8](repeating: 0xff, count: 40), from: 53))
    }

    @Test("A DNS answer whose first fragment or first bytes are there is an answer")
    func dnsCut() {
        let long = Payload.dns().writing(UInt16(80), at: 6) + [UInt8](repeating: 1, count: 1200)
        let packet = udp(sourcePort: 53, port: 45000, payload: long)
        #expect(event(Array(packet.prefix(192))).traits.contains(.answer))
        #expect(event(Array(packet.prefix(40))).traits.contains(.answer))
        #expect(!event(Array(packet.prefix(39))).traits.contains(.answer))
        #expect(event(fragment(of: packet, offset: 0, bytes: 600)).traits.contains(.answer))
    }

    @Test("NTP of mode 4 or 5 from port 123 is an answer; a question or control is none")
    func ntp() {
        for mode in UInt8(0)...7 {
            #expect(isAnswer(Payload.ntp(mode: mode), from: 123) == (mode == 4 || mode == 5))
        }
        #expect(!isAnswer(Payload.ntp(version: 0), from: 123))
        #expect(!isAnswer(Payload.ntp(version: 5), from: 123))
        #expect(!isAnswer(Array(Payload.ntp().prefix(47)), from: 123))
        #expect(!isAnswer(Payload.ntp(), from: 124))
    }

    @Test("A QUIC long header of a version that we know is an answer")
    func quicLong() {
        for version in [1, 0x6b33_43cf, 0xff00_001d] as [UInt32] {
            #expect(isAnswer(Payload.quicLong(version: version), from: 443))
        }
        #expect(isAnswer(Payload.quicLong(version: 0), from: 443), "version negotiation")
        #expect(!isAnswer(Payload.quicLong(version: 0), from: 4000))
        #expect(!isAnswer(Payload.quicLong(version: 0x1234_5678), from: 443))
    }

    @Test("A QUIC short header is believed from QUIC's ports, when the rest looks encrypted")
    func quicShort() {
        for seed in 1...50 as ClosedRange<UInt64> {
            #expect(isAnswer(Payload.quicShort(seed: seed), from: 443))
        }
        #expect(!isAnswer(Payload.quicShort(), from: 4000))
        #expect(!isAnswer(Array(Payload.quicShort().prefix(20)), from: 443))
        #expect(!isAnswer(Array("OPTIONS sip:nm SIP/2.0\r\nVia: SIP/2.0/UDP".utf8), from: 443))
        #expect(!isAnswer([0x40] + [UInt8](repeating: 0, count: 60), from: 443))
        // RFC 9287 servers that clear the fixed bit are not recognised.
        #expect(!isAnswer([0x0d] + Payload.quicShort().dropFirst(), from: 443))
    }

    @Test("RTP version 2 with a payload type in use is an answer")
    func rtp() {
        for type in [0, 8, 18, 34, 96, 111, 127] as [UInt8] {
            #expect(isAnswer(Payload.rtp(payloadType: type), from: 3478))
        }
        for type in [1, 35, 50, 72, 76, 95] as [UInt8] {
            #expect(!isAnswer(Payload.rtp(payloadType: type), from: 3478))
        }
        #expect(!isAnswer(Payload.rtp(version: 1), from: 3478))
        #expect(!isAnswer(Array(Payload.rtp().prefix(11)), from: 3478))
        #expect(isAnswer(Payload.rtcp(), from: 3478))
    }

    @Test(
        "RTP, RTCP and a STUN response are a call's, from any port; what sweeps look alike are not")
    func media() {
        func isMedia(_ payload: [UInt8]) -> Bool {
            event(udp(sourcePort: 10000, port: 45000, payload: payload)).traits
                .isSuperset(of: [.answer, .media])
        }
        #expect(isMedia(Payload.rtp(payloadType: 8) + [UInt8](repeating: 0xd5, count: 160)))
        #expect(isMedia(Payload.rtcp()))
        let cookie: [UInt8] = [0x21, 0x12, 0xa4, 0x42] + [UInt8](repeating: 7, count: 12)
        #expect(isMedia([0x01, 0x01, 0, 0] + cookie))
        #expect(isMedia([0x01, 0x11, 0, 4] + cookie + [1, 2, 3, 4]))
        #expect(!isMedia([0x00, 0x01, 0, 0] + cookie), "a question")
        #expect(!isMedia([0x01, 0x01, 0, 4] + cookie), "another length")
        #expect(!isMedia([0x80, 0, 2, 0, 0, 0, 0, 0x63, 0, 0xef, 5, 1, 0]), "FINS")
        let bacnet: [UInt8] = [
            0x81, 0x0a, 0, 0x11, 1, 4, 0, 5, 1, 0x0c, 0x0c, 2, 0x3f, 255, 255, 0x19,
        ]
        #expect(!isMedia(bacnet + [0x4b]), "BACnet")
        #expect(!isMedia(Payload.dns()))
    }

    @Test("An empty datagram, text, and zeros are no answers, from whatever port")
    func none() {
        for port in [53, 80, 123, 443, 500, 1900, 5353] as [UInt16] {
            for payload in [
                [], [0], [UInt8](repeating: 0, count: 64),
                Array("M-SEARCH * HTTP/1.1\r\n\r\n".utf8),
                [UInt8](repeating: UInt8(ascii: "C"), count: 300),
            ] { #expect(!isAnswer(payload, from: port)) }
        }
    }

    @Test("UDP-Lite carries no answers")
    func udpLiteAnswers() {
        let packet = udpLite(sourcePort: 53, port: 45000, payload: Payload.dns())
        #expect(!event(packet).traits.contains(.answer))
    }
}
