// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Testing

@testable import Review

@Suite("Addresses and times on a command line")
struct ArgumentTests {
    @Test(
        "An address or network is read in every spelling",
        arguments: [
            ("203.0.113.7", "203.0.113.7/32"), ("203.0.113.0/24", "203.0.113.0/24"),
            ("2001:DB8:0:0::0001", "2001:db8::1/128"), ("[2001:db8::1]", "2001:db8::1/128"),
            ("2001:db8::/48", "2001:db8::/48"), ("[2001:db8::]/48", "2001:db8::/48"),
            ("fe80::1%eth0", "fe80::1/128"), ("::ffff:203.0.113.7", "203.0.113.7/32"),
            ("::ffff:203.0.113.0/120", "203.0.113.0/24"), ("0.0.0.0/0", "0.0.0.0/0"),
            ("::/0", "::/0"),
        ])
    func networks(text: String, expected: String) throws {
        #expect(try NetworkArgument.read(text).description == expected)
    }

    @Test(
        "What is no address is refused, saying what was expected",
        arguments: [
            ("", "expected an address"), ("203.0.113.300", "expected an address"),
            ("example.org", "expected an address"), ("203.0.113.7/", "0 to 32"),
            ("203.0.113.7/33", "0 to 32"), ("2001:db8::/129", "0 to 128"),
            ("203.0.113.7/024", "0 to 32"), ("203.0.113.7/-1", "0 to 32"),
            ("203.0.113.7/24", "write 203.0.113.0/24"), ("2001:db8::1/48", "write 2001:db8::/48"),
            ("203.0.113.7 ", "expected an address"), ("1.2.3.4\u{1b}[2J", "1.2.3.4?[2J"),
        ])
    func notNetworks(text: String, expected: String) {
        let error = #expect(throws: ArgumentError.self) { try NetworkArgument.read(text) }
        #expect("\(error!)".contains(expected), "\(error!)")
        #expect("\(error!)".hasPrefix("cannot read a"))
    }

    /// 2026-12-01T12:00:00Z, in a zone two hours ahead.
    private let moments = MomentArgument(
        now: Timestamp(seconds: 1_796_126_400), localOffset: { _ in 7200 })

    @Test(
        "A moment is how long ago, or one of ISO 8601 with a zone or in local time",
        arguments: [
            ("24h", Int64(1_796_040_000)), ("2d", 1_795_953_600), ("90s", 1_796_126_310),
            ("1w", 1_795_521_600), ("2026-12-01", 1_796_076_000),
            ("2026-12-01T14:00", 1_796_126_400), ("2026-12-01 14:00:00", 1_796_126_400),
            ("2026-12-01T12:00:00Z", 1_796_126_400), ("2026-12-01T12:00Z", 1_796_126_400),
            ("2026-12-01T07:00:00-05:00", 1_796_126_400), ("2026-12-01T13:00+01", 1_796_126_400),
            ("2026-12-01T17:30+0530", 1_796_126_400), ("1970-01-01T00:00Z", 0),
            ("2024-02-29T00:00Z", 1_709_164_800), ("2000-02-29T00:00Z", 951_782_400),
        ])
    func times(text: String, expected: Int64) throws {
        #expect(try moments.read(text) == Timestamp(seconds: expected))
    }

    @Test("A fraction of a second is kept to the nanosecond")
    func fraction() throws {
        #expect(
            try moments.read("2026-12-01T12:00:00.000000001Z").nanoseconds
                == 1_796_126_400_000_000_001)
        #expect(
            try moments.read("2026-12-01T12:00:00,5Z").nanoseconds == 1_796_126_400_500_000_000)
    }

    @Test(
        "What is no time is refused",
        arguments: [
            "", "yesterday", "24", "h", "-1h", "2026-13-01", "2026-02-29", "2026-12-32", "2026-1-1",
            "2026-12-01T", "2026-12-01T25:00", "2026-12-01T12", "2026-12-01T12:00:00.Z",
            "2026-12-01T12:00:00.0000000000Z", "2026-12-01T12:00Zulu", "2026-12-01T12:00+19",
            "1500-01-01", "2300-01-01", "99999999999999999999h",
        ])
    func notTimes(text: String) {
        #expect(throws: ArgumentError.self) { try moments.read(text) }
    }

    @Test("On the day that clocks change, local time is that of the moment")
    func clocksChange() throws {
        // Clocks go from +01:00 to +02:00 at 2026-03-29T01:00:00Z.
        let change: Int64 = 1_774_746_000
        let moments = MomentArgument(now: Timestamp(seconds: 0)) {
            $0 < Timestamp(seconds: change) ? 3600 : 7200
        }
        #expect(try moments.read("2026-03-29T01:30") == Timestamp(seconds: change - 1800))
        #expect(try moments.read("2026-03-29T03:30") == Timestamp(seconds: change + 1800))
    }
}
