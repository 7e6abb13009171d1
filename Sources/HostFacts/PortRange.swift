// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// The ports that clients are given, as /proc/sys/net says.
enum PortRange {
    /// What clients elsewhere are given: Linux begins at 32768, others end at 65535 (RFC 6335).
    static let usual: ClosedRange<UInt16> = 32768...65535

    /// The range now in force in the calling thread's network namespace.
    ///
    /// A router also meets the ports of the hosts behind it, which are other systems': there the
    /// range is widened to the usual one. Where /proc is closed the usual one is meant as well.
    static func read() -> ClosedRange<UInt16> {
        let settings = "/proc/sys/net/"
        func text(_ name: String) -> String {
            (try? String(contentsOfFile: settings + name, encoding: .utf8)) ?? ""
        }
        return range(
            text("ipv4/ip_local_port_range"),
            forwards: [text("ipv4/ip_forward"), text("ipv6/conf/all/forwarding")])
    }

    /// The range that these files mean.
    static func range(_ text: String, forwards: [String]) -> ClosedRange<UInt16> {
        let ends = text.split(whereSeparator: \.isWhitespace).compactMap { UInt16($0) }
        guard ends.count == 2, ends[0] <= ends[1] else { return usual }
        let isRouter = forwards.contains { flag in
            !["", "0"].contains(flag.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        guard isRouter else { return ends[0]...ends[1] }
        return min(ends[0], usual.lowerBound)...max(ends[1], usual.upperBound)
    }
}
