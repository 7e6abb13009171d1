// SPDX-License-Identifier: GPL-3.0-or-later

import Detection
import Packets

extension MartianLog {
    /// The pairs as the kernel's log shows them, and how often each came; the most frequent first.
    ///
    /// Bound: ten of them, and the sum of the others.
    /// Source of the words: ip_handle_martian_source and ip_route_input_slow, net/ipv4/route.c.
    func lines(interface: (OriginID) -> String) -> [String] {
        let sorted = entries.sorted { $0.packets > $1.packets }
        let rest = sorted.dropFirst(10).reduce(others) { $0 &+ $1.packets }
        var lines = sorted.prefix(10).map { entry in
            let name = interface(entry.origin).printable
            let place =
                entry.blamesDestination
                ? "martian destination \(entry.destination) from \(entry.source)"
                    + (name.isEmpty ? "" : ", dev \(name)")
                : "martian source \(entry.destination) from \(entry.source)"
                    + (name.isEmpty ? "" : ", on dev \(name)")
            return "\(place): \(entry.packets) packet\(entry.packets == 1 ? "" : "s")"
        }
        if rest > 0 { lines.append("martians of other addresses: \(rest) packets") }
        return lines
    }
}
