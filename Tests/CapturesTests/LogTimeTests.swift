// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Testing

@testable import Captures

/// A header as some program writes it, and the moment that it says.
struct HeaderStyle: Sendable, CustomTestStringConvertible {
    var header: String
    var moment: String
    var testDescription: String { header }

    init(_ header: String, _ moment: String) {
        self.header = header
        self.moment = moment
    }

    static let all = [
        // syslog
        HeaderStyle("Mar 15 20:55:15 linux kernel: ", "2024-03-15T20:55:15"),
        HeaderStyle("Mar 15 20:55:15 linux kernel: [810294.788657] ", "2024-03-15T20:55:15.788657"),
        HeaderStyle("Feb  9 20:55:06 ubuntu kernel: [  449.05] ", "2024-02-09T20:55:06.05"),
        HeaderStyle("<4>Mar 15 20:55:15 linux kernel: [8.788657] ", "2024-03-15T20:55:15.788657"),
        HeaderStyle("Mar 15 2015 20:55:15 linux kernel: ", "2015-03-15T20:55:15"),
        HeaderStyle(
            "2015-03-07T05:09:30.045015+02:00 servername kernel: ", "2015-03-07T03:09:30.045015"),
        HeaderStyle("2015-03-07T05:09:30Z host kernel: [1.5] ", "2015-03-07T05:09:30.5"),
        HeaderStyle(
            "<4>1 2015-03-07T05:09:30.045Z host kernel - - - [1.5] ", "2015-03-07T05:09:30.045"),
        // journalctl: short, short-precise, short-iso, short-iso-precise, short-full, short-unix
        HeaderStyle("Mar 15 20:55:15 host kernel: ", "2024-03-15T20:55:15"),
        HeaderStyle("Mar 15 20:55:15.788657 host kernel: ", "2024-03-15T20:55:15.788657"),
        HeaderStyle("2015-03-07T05:09:30+0200 host kernel: ", "2015-03-07T03:09:30"),
        HeaderStyle("2015-03-07T05:09:30.045015-0730 host kernel: ", "2015-03-07T12:39:30.045015"),
        HeaderStyle("Sat 2015-03-07 05:09:30 UTC host kernel: ", "2015-03-07T05:09:30"),
        HeaderStyle("Sat 2015-03-07 05:09:30 CET host kernel: ", "2015-03-07T05:09:30"),
        HeaderStyle("1425704970.045015 host kernel: ", "2015-03-07T05:09:30.045015"),
        // journalctl short-monotonic and dmesg know the time since boot only
        HeaderStyle("[  449.059606] host kernel: ", "1970-01-01T00:07:29.059606"),
        HeaderStyle("[  449.059606] ", "1970-01-01T00:07:29.059606"),
        HeaderStyle("[  449.059606 <    0.000013>] ", "1970-01-01T00:07:29.059606"),
        HeaderStyle("[  449.059606][   T12] ", "1970-01-01T00:07:29.059606"),
        HeaderStyle("<4>[  449.059606] ", "1970-01-01T00:07:29.059606"),
        HeaderStyle("kern  :warn  : [  449.059606] ", "1970-01-01T00:07:29.059606"),
        HeaderStyle("4,123,449059606,-;", "1970-01-01T00:07:29.059606"),
        HeaderStyle("[Sat Mar  7 05:09:30 2015] ", "2015-03-07T05:09:30"),
        HeaderStyle("2015-03-07T05:09:30,045015+02:00 ", "2015-03-07T03:09:30.045015"),
        // OpenWrt's logread, grep over several files, the firewall's own logger
        HeaderStyle("Sat Mar  7 05:09:30 2015 kern.warn kernel: [1.5] ", "2015-03-07T05:09:30.5"),
        HeaderStyle("kern.log:Mar 15 20:55:15 linux kernel: [8.5] ", "2024-03-15T20:55:15.5"),
        HeaderStyle("log/kern.log.1:17:Mar 15 20:55:15 linux kernel: ", "2024-03-15T20:55:15"),
        HeaderStyle("kern.log-2015-03-07T05:09:30Z host kernel: ", "2015-03-07T05:09:30"),
        HeaderStyle("Mar 15 20:55:15 host ulogd[12]: ", "2024-03-15T20:55:15"),
        // nothing: the reference
        HeaderStyle("", "2024-06-01T12:00:00"),
        HeaderStyle("kernel: ", "2024-06-01T12:00:00"),
    ]
}

@Suite("Time in log text")
struct LogTimeTests {
    static let packet = "IN=eth0 OUT= SRC=198.51.100.7 DST=192.0.2.10 LEN=20 TTL=9 ID=1 PROTO=2 "

    func times(_ headers: [String], options: CaptureOptions = .test) throws -> [Timestamp] {
        let text = headers.map { "\($0) kernel: \(Self.packet)\n" }.joined()
        return try Reading(text: text, options: options).events.map(\.time)
    }

    @Test("Each style of header gives its moment exactly", arguments: HeaderStyle.all)
    func styles(_ style: HeaderStyle) throws {
        let reading = try Reading(text: style.header + "DROP " + Self.packet)
        #expect(try reading.event.time == (try moment(style.moment)))
        #expect(try reading.origin.prefix == "DROP")
    }

    @Test("A header without zone is local time")
    func localTime() throws {
        var options = CaptureOptions.test
        options.utcOffsetSeconds = 7200
        let headers = ["Mar 15 20:55:15 h", "2015-03-07T05:09:30 h", "2015-03-07T05:09:30Z h"]
        #expect(
            try times(headers, options: options) == [
                try moment("2024-03-15T18:55:15"), try moment("2015-03-07T03:09:30"),
                try moment("2015-03-07T05:09:30"),
            ])
    }

    @Test("The year is the latest that is not past the reference by more than a day")
    func year() throws {
        #expect(
            try times(["Jun  2 11:59:59 h"]) == [try moment("2024-06-02T11:59:59")])
        #expect(
            try times(["Jun  2 12:00:01 h"]) == [try moment("2023-06-02T12:00:01")])
    }

    @Test("December is followed by January of the next year")
    func newYear() throws {
        #expect(
            try times(["Dec 31 23:59:59 h", "Jan  1 00:00:00 h", "Dec 31 23:59:59 h"]) == [
                try moment("2023-12-31T23:59:59"), try moment("2024-01-01T00:00:00"),
                try moment("2023-12-31T23:59:59"),
            ])
    }

    @Test("A newer log in front of an older one keeps its year")
    func orderOfFiles() throws {
        #expect(
            try times(["May  1 00:00:00 h", "Mar  1 00:00:00 h"]) == [
                try moment("2024-05-01T00:00:00"), try moment("2024-03-01T00:00:00"),
            ])
    }

    @Test("A 29th of February is in a leap year")
    func leapDay() throws {
        #expect(try times(["Feb 29 01:02:03 h"]) == [try moment("2024-02-29T01:02:03")])
        let options = CaptureOptions(referenceTime: try moment("2023-06-01T00:00:00"))
        #expect(
            try times(["Feb 29 01:02:03 h", "Mar  1 00:00:00 h"], options: options) == [
                try moment("2020-02-29T01:02:03"), try moment("2020-03-01T00:00:00"),
            ])
        #expect(try times(["2015-02-29T00:00:00Z h"], options: options) == [options.referenceTime])
    }

    @Test("Within a boot the uptime gives fraction and order, whatever second syslog wrote")
    func uptime() throws {
        let lines = [
            "Mar 15 20:55:15 h kernel: [100.9]", "Mar 15 20:55:16 h kernel: [101.2]",
            "Mar 15 20:55:17 h kernel: [101.4]", "Mar 15 20:55:17 h kernel: [102.8]",
        ].map { $0 + " \(Self.packet)\n" }.joined()
        #expect(
            try Reading(text: lines).events.map(\.time) == [
                try moment("2024-03-15T20:55:15.9"), try moment("2024-03-15T20:55:16.2"),
                try moment("2024-03-15T20:55:16.4"), try moment("2024-03-15T20:55:17.8"),
            ])
    }

    @Test("A reboot sets the boot moment anew")
    func reboot() throws {
        let lines = [
            "Mar 15 20:55:15 h kernel: [9000.5]", "Mar 15 20:56:40 h kernel: [2.25]",
            "Mar 15 20:56:41 h kernel: [3.25]",
        ].map { $0 + " \(Self.packet)\n" }.joined()
        #expect(
            try Reading(text: lines).events.map(\.time) == [
                try moment("2024-03-15T20:55:15.5"), try moment("2024-03-15T20:56:40.25"),
                try moment("2024-03-15T20:56:41.25"),
            ])
    }

    @Test("Bare uptimes count from the boot that is given")
    func bootTime() throws {
        var options = CaptureOptions.test
        options.bootTime = try moment("2024-05-01T00:00:00")
        let reading = try Reading(text: "[60.5] \(Self.packet)", options: options)
        #expect(try reading.event.time == (try moment("2024-05-01T00:01:00.5")))
    }

    @Test("A line without any time has that of the line before")
    func noTime() throws {
        let text = "Mar 15 20:55:15 h kernel: \(Self.packet)\n\(Self.packet)"
        let times = try Reading(text: text).events.map(\.time)
        #expect(times.count == 2 && times[0] == times[1])
    }

    @Test(
        "Numbers that no header has are no header",
        arguments: [
            "Mar 99 20:55:15 h kernel: ", "Mar 15 25:55:15 h kernel: ", "[99999999999999999999.1] ",
            "[1.99999999999999999999999] ", "4,1,99999999999999999999,-;",
            "9999-99-99T99:99:99Z h ",
            "99999999999.5 h kernel: ", "<999999999999999999999>",
            "0000-01-01T00:00:00Z h kernel: ",
            "9999-12-31T23:59:60Z h kernel: ",
        ])
    func nonsense(header: String) throws {
        #expect(try Reading(text: header + Self.packet).events.count == 1)
    }

    @Test("The days of the Gregorian calendar are counted right")
    func calendar() {
        #expect(CivilTime.days(year: 1970, month: 1, day: 1) == 0)
        #expect(CivilTime.days(year: 2000, month: 2, day: 29) == 11016)
        #expect(CivilTime.days(year: 2100, month: 3, day: 1) == 47541)
        for year in 1900...2100 {
            let first = Int64(CivilTime.days(year: year, month: 1, day: 1)) * 86400
            #expect(CivilTime.year(ofSecond: first) == year)
            #expect(CivilTime.year(ofSecond: first - 1) == year - 1)
        }
    }
}
