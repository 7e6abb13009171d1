// SPDX-License-Identifier: GPL-3.0-or-later

import Detection
import Packets

extension TraceLog {
    /// `traceroute from 198.51.100.7 to 192.0.2.10: 57 packets`, the longest first.
    ///
    /// Bound: ten of them, and the sum of the others.
    var lines: [String] {
        let sorted = entries.sorted { $0.packets > $1.packets }
        let rest = sorted.dropFirst(10).reduce(others) { $0 &+ $1.packets }
        var lines = sorted.prefix(10).map { entry in
            "traceroute from \(entry.source) to \(entry.destination): "
                + "\(entry.packets) packet\(entry.packets == 1 ? "" : "s")"
        }
        if rest > 0 { lines.append("traceroutes of other addresses: \(rest) packets") }
        return lines
    }
}
