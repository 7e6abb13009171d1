// SPDX-License-Identifier: GPL-3.0-or-later

import HostFacts
import Packets
import TestSupport
import Testing

@testable import Configuration

@Suite("Lines of a facts file")
struct HostRecordTests {
    private func records(_ lines: String...) throws -> [HostRecord] {
        try HostRecord.records(in: lines.joined(separator: "\n") + "\n", path: "facts.json")
    }

    private func complaint(_ lines: String...) throws -> String {
        let error = try #require(throws: ConfigurationError.self) {
            try HostRecord.records(in: lines.joined(separator: "\n"), path: "facts.json")
        }
        return try #require(error.problems.first).description
    }

    private static let whole =
        #"{"ephemeral_ports":"32768-60999","gateways":["192.0.2.254"],"#
        + #""home_networks":["192.0.2.0/24","2001:db8::/64"],"own_addresses":["192.0.2.1"],"#
        + #""served_ports":["tcp/22","udp/27000-27002"],"time":"2010-10-25T13:16:38.341511001Z"}"#

    @Test("All of a line is read")
    func all() throws {
        let record = try #require(try records(Self.whole).first)
        #expect(
            record.time == Timestamp(seconds: 1_288_012_598, nanoseconds: 341_511_001))
        #expect(record.reading.ownAddresses == [Address("192.0.2.1")])
        #expect(
            record.reading.homeNetworks == [Network("192.0.2.0/24"), Network("2001:db8::/64")])
        #expect(record.reading.gateways == [Address("192.0.2.254")])
        #expect(
            HostRecord.words(record.reading.servedPorts) == ["tcp/22", "udp/27000-27002"])
        #expect(record.reading.ephemeralPorts == 32768...60999)
    }

    @Test("Only the first line may leave out its time; what a line leaves out is empty")
    func partial() throws {
        let found = try records(
            #"{"home_networks":["192.0.2.0/24"]}"#, "", "# written by hand",
            #"  {"time": "2010-10-25T13:16:38Z", "served_ports": ["tcp/22"]}"#)
        #expect(found.count == 2)
        #expect(found[0].time == Timestamp(nanoseconds: .min))
        #expect(found[0].reading == HostReading(homeNetworks: ["192.0.2.0/24"]))
        #expect(found[1].reading.homeNetworks.isEmpty)
        #expect(
            try complaint("{\"gateways\":[]}", "{\"gateways\":[]}")
                == "line 2, column 1: \"time\" is missing")
    }

    @Test("A mistake is told with its line, its column and the nearest known key")
    func mistakes() throws {
        #expect(
            try complaint(Self.whole, #"{"time":"2010-10-25T13:16:38Z","home_network":[]}"#)
                == "line 2, column 32: unknown key \"home_network\"; did you mean home_networks?")
        #expect(
            try complaint("", #"{"own_addresses":["192.0.2.300"]}"#)
                == "line 2, column 19: expected an address, found \"192.0.2.300\"")
        #expect(try complaint(#"{"served_ports":["tcp"]}"#).hasPrefix("line 1, column 18: "))
        #expect(try complaint(#"{"ephemeral_ports":"9-8"}"#).hasPrefix("line 1, column 20: "))
        #expect(try complaint(Self.whole, "[]").hasPrefix("line 2, column 1: "))
        #expect(try complaint(Self.whole, #"{"time":"#).hasPrefix("line 2, column "))
        #expect(try complaint(#"{"time":"2010-10-25T13:16:38Z","time":"x"}"#).hasPrefix("line 1"))
    }

    @Test(
        "A moment is UTC with up to nine digits of a second",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:04.5Z", 4_500_000_000),
            ("1970-01-01T00:00:00.000000001Z", 1), ("1969-12-31T23:59:59.75Z", -250_000_000),
        ] as [(String, Int64)])
    func moments(_ text: String, _ nanoseconds: Int64) throws {
        #expect(
            try records("{\"time\":\"\(text)\"}").first?.time
                == Timestamp(nanoseconds: nanoseconds))
        let written = Timestamp(nanoseconds: nanoseconds).rfc3339Nanoseconds
        #expect(
            try records("{\"time\":\"\(written)\"}").first?.time
                == Timestamp(nanoseconds: nanoseconds))
    }

    @Test(
        "What is no moment is refused",
        arguments: [
            "yesterday", "2010-10-25", "2010-10-25T13:16:38", "2010-10-25T13:16:38+02:00",
            "2010-10-25T13:16:38.Z", "2010-10-25T13:16:38.1234567890Z", "2010-10-25T13:16:38.-1Z",
        ])
    func noMoments(_ text: String) throws {
        #expect(try complaint("{\"time\":\"\(text)\"}").contains("expected a moment"))
    }
}
