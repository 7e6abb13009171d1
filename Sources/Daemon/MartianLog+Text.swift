// SPDX-License-Identifier: GPL-3.0-or-later

import Detection
import Packets

extension MartianLog {
    /// Each pair as the kernel's log shows it, and how often it came; the most frequent first.
    ///
    /// Source of the words: ip_handle_martian_source and ip_route_input_slow, net/ipv4/route.c.
    func lines(interface: (OriginID) -> String) -> [String] {
        var lines = entries.sorted { $0.packets > $1.packets }.map { entry in
            let name = interface(entry.origin)
            let place =
                entry.blamesDestination
                ? "martian destination \(entry.destination) from \(entry.source)"
                    + (name.isEmpty ? "" : ", dev \(name)")
                : "martian source \(entry.destination) from \(entry.source)"
                    + (name.isEmpty ? "" : ", on dev \(name)")
            return "\(place): \(entry.packets) packet\(entry.packets == 1 ? "" : "s")"
        }
        if others > 0 { lines.append("martians of other addresses: \(others) packets") }
        return lines
    }
}
