// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import TestSupport
import Testing

@testable import Captures

/// Lines of one log, put together of pieces and then damaged, the same for the same seed.
private struct DamagedLines {
    private static let heads = [
        "Mar 15 20:55:15 linux kernel: [810294.788657] ", "Mar 15 20:55:15 linux kernel: ",
        "2024-03-15T20:55:15.788657+00:00 linux kernel: [   94.788657] ", "[  449.059606] ",
        "4,123,456789,-;", "kern  :warn  : Mar 15 20:55:15 linux kernel: [810294.788657] ",
        "<4>1 2024-03-15T20:55:15Z host kernel - - - ", "kern.log:Mar 15 20:55:15 h kernel: [1.5] ",
        "Mar 15 20:55:15 host ulogd[12]: ", "Mar 15 20:55:15 linux ",
        "Mar 15 20:55:15 linux kernel: [810294.788657][  T123] ",
        "Mar 15 20:55:15 linux kernel: [810294.788657 <    0.1>] ",
        "2024-03-15T20:55:15,788657+00:00 [  12.123456] ", "",
    ]
    private static let prefixes = [
        "DROP ", "Shorewall:net-fw:DROP:", "[UFW BLOCK] ", "IN=x ", "DROP: ", "[1.5] ", "",
        "kernel: ", "a[1]: x",
    ]
    private static let middles = [
        "IN=eth0 OUT= MAC=02:00:00:00:00:01:02:00:00:00:00:02:08:00 ", "IN= OUT=eth1 ",
        "IN=eth0 OUT=eth1 MACSRC=02:00:00:00:00:01 MACDST=ff:ff:ff:ff:ff:ff MACPROTO=0800 ",
    ]
    private static let addresses = [
        "198.51.100.7", "203.0.113.255", "01.2.3.4", "256.1.1.1", "2001:db8::7",
        "2001:0db8:0000:0000:0000:0000:0000:0007", "198.51.100.7.", "1.2.3",
    ]
    private static let fields = [
        "LEN=44 TOS=0x00 PREC=0x00 TTL=49 ID=53123 DF ", "LEN=40 TOS=0x10 PREC=0xE0 TTL=255 ID=0 ",
        "LEN=99999 TOS=0x00 PREC=0x00 TTL=999 ID=70000 CE DF MF FRAG:64 ",
        "LEN=0x30 TOS=0x00 PREC=0x00 TTL=0x40 ID=12345678901 ",
        "LEN=72 TC=0 HOPLIMIT=64 FLOWLBL=0 OPT ( FRAG:0 INCOMPLETE ID:0000abcd ) ",
    ]
    private static let ends = [
        "PROTO=TCP SPT=37933 DPT=1025 SEQ=1 ACK=2 WINDOW=2048 RES=0x00 SYN URGP=0 OPT (020405B4) ",
        "PROTO=TCP SPT=443 DPT=35049 WINDOW=501 RES=0x00 ACK FIN URGP=0",
        "PROTO=TCP SPT=1 DPT=2 SYN",
        "PROTO=UDP SPT=35158 DPT=65536 LEN=20 ", "PROTO=ICMP TYPE=8 CODE=0 ID=6156 SEQ=1 ",
        "PROTO=ICMP TYPE=3 CODE=3 [SRC=192.0.2.10 DST=198.51.100.7 PROTO=UDP SPT=1 DPT=2 ] MTU=4 ",
        "PROTO=2 ", "PROTO=TCP INCOMPLETE [8 bytes] ", "PROTO=ICMPv6 TYPE=1 CODE=4 ",
        "PROTO=TCP SPT=1 DPT=2 WINDOW=0 RES=0x3f CWR ECE URG ACK PSH RST SYN FIN URGP=0",
    ]
    private static let marks = Array("[]()=:, \0\u{1}0159<>-INOUTDF.x\t".utf8)

    private var generator: SeededGenerator
    private var head = heads[0]

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    private mutating func pick(_ texts: [String]) -> String {
        texts.randomElement(using: &generator) ?? ""
    }

    mutating func next() -> [UInt8] {
        // Most lines follow one that began alike.
        if Int.random(in: 0..<8, using: &generator) == 0 { head = pick(Self.heads) }
        var text = head
        if Bool.random(using: &generator) {
            let microseconds = Int.random(in: 100_000...999_999, using: &generator)
            text = text.split(separator: "788657", omittingEmptySubsequences: false)
                .joined(separator: "\(microseconds)")
        }
        text += pick(Self.prefixes) + pick(Self.middles) + "SRC=" + pick(Self.addresses)
        text += " DST=" + pick(Self.addresses) + " " + pick(Self.fields) + pick(Self.ends)
        var bytes = Array(text.utf8)
        guard Bool.random(using: &generator) else { return bytes }
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes[place] = Self.marks.randomElement(using: &generator) ?? 0
            case 2: bytes.remove(at: place)
            default: bytes.insert(bytes[place], at: place)
            }
        }
        return bytes
    }
}

@Suite("Shortcuts in reading log text")
struct LogShortcutTests {
    @Test(
        "Lines are read the same with the shortcuts and without",
        arguments: 1...4 as ClosedRange<UInt64>)
    func same(seed: UInt64) {
        var lines = DamagedLines(seed: seed)
        var quick = LogText(.test)
        var plain = LogText(.test)
        plain.shortcuts = false
        var quickOrigins = OriginTable()
        var plainOrigins = OriginTable()
        for _ in 0..<2000 {
            let line = lines.next()
            let found = quick.read(line.span, &quickOrigins)
            let expected = plain.read(line.span, &plainOrigins)
            if found != expected { Issue.record("\(String(decoding: line, as: UTF8.self))") }
        }
        #expect(quickOrigins.origins == plainOrigins.origins)
    }

    @Test("Each usual word is told by its letters")
    func words() {
        let words: [(UInt32, String)] = [
            (Usual.source, "SRC="), (Usual.destination, "DST="), (Usual.length, "LEN="),
            (Usual.timeToLive, "TTL="), (Usual.sourcePort, "SPT="),
            (Usual.destinationPort, "DPT="), (Usual.service, "TOS="), (Usual.reserved, "RES="),
            (Usual.zero, "0x00"), (Usual.precedence, "PREC"), (Usual.window, "WIND"),
            (Usual.ipProtocol, "PROT"), (Usual.synchronize, "SYN "),
            (Usual.acknowledgement, "ACK "), (Usual.finish, "FIN "), (Usual.reset, "RST "),
            (Usual.push, "PSH "), (Usual.identification, "ID="), (Usual.dontFragment, "DF "),
            (Usual.tcp, "TCP "), (Usual.udp, "UDP "), (Usual.icmp, "ICMP"),
        ]
        for (number, word) in words { #expect(UInt64(number) == packed(word), "\(word)") }
        #expect(Usual.windowValue == packed("WINDOW="))
        #expect(Usual.precedenceZero == packed("EC=0x00 "))
        #expect(Usual.protocolValue == packed("PROTO="))
    }

    private func packed(_ word: String) -> UInt64 {
        word.utf8.reduce(0) { $0 << 8 | UInt64($1) }
    }

    @Test("Digits in eight bytes are counted and read as one by one")
    func digits() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<5000 {
            let bytes = (0..<8).map { _ in
                Int.random(in: 0..<8, using: &generator) == 0
                    ? UInt8.random(in: 0...255, using: &generator)
                    : UInt8.random(in: 0x30...0x39, using: &generator)
            }
            let word = bytes.span.word(at: 0)
            let count = bytes.prefix { $0 >= 0x30 && $0 <= 0x39 }.count
            #expect(Digits.count(word) == count)
            guard count > 0 else { continue }
            let value = bytes.prefix(count).reduce(0) { $0 * 10 + UInt32($1 - 0x30) }
            #expect(Digits.value(word, count) == value)
        }
    }

    @Test("Bytes behind the end of a line count as zero")
    func wordAtTheEnd() {
        let bytes: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 9]
        #expect(bytes.span.word(at: 1) == 0x0908_0706_0504_0302)
        #expect(bytes.span.word(at: 7) == 0x0908)
        #expect(bytes.span.word(at: 9) == 0)
        #expect(bytes.span.word(at: 12) == 0)
    }
}
