// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import TestSupport
import Testing

@testable import Captures

@Suite("Damaged log text")
struct LogRandomTests {
    static let lines = [
        "Mar 15 20:55:15 linux kernel: [810294.788657] DROP IN=eth0 OUT= "
            + "MAC=02:00:00:00:00:01:02:00:00:00:00:02:08:00 SRC=198.51.100.7 DST=192.0.2.10 LEN=44 "
            + "TOS=0x00 PREC=0x00 TTL=49 ID=53123 DF PROTO=TCP SPT=37933 DPT=1025 SEQ=1 ACK=2 "
            + "WINDOW=2048 RES=0x00 SYN URGP=0 OPT (020405B4) ",
        "[  449.059230] IN=eth0 OUT=eth1 SRC=2001:db8::7 DST=2001:db8::10 LEN=132 TC=0 HOPLIMIT=64 "
            + "FLOWLBL=0 OPT ( FRAG:0 INCOMPLETE ID:0000abcd ) PROTO=ICMPv6 TYPE=1 CODE=4 "
            + "[SRC=2001:db8::10 DST=2001:db8::7 PROTO=UDP SPT=1 DPT=2 LEN=8 ] ",
        "2015-03-07T05:09:30.045015+02:00 h kernel: IPv4: martian source 192.0.2.10 from "
            + "198.51.100.7, on dev eth0",
    ]

    private func readWithoutTrap(_ line: [UInt8]) {
        var text = LogText(.test)
        var origins = OriginTable()
        _ = text.read(line.span, &origins)
    }

    @Test("Every truncation of a line is read without a trap", arguments: lines)
    func truncations(line: String) {
        let bytes = Array(line.utf8)
        for length in 0...bytes.count {
            readWithoutTrap(Array(bytes[..<length]))
            readWithoutTrap(Array(bytes[length...]))
        }
    }

    @Test("Lines with bytes changed, lost and doubled are read without a trap", arguments: lines)
    func damage(line: String) {
        var generator = SeededGenerator(seed: 7)
        let marks = Array("[]()=:, \0\u{1}0159<>-INOUT".utf8)
        for _ in 0..<3000 {
            var bytes = Array(line.utf8)
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: bytes[place] = generator.bytes(1)[0]
                case 1: bytes[place] = marks.randomElement(using: &generator) ?? 0
                case 2: bytes.remove(at: place)
                default: bytes.insert(bytes[place], at: place)
                }
            }
            readWithoutTrap(bytes)
        }
    }
}
