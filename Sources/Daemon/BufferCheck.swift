// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import Firewalls
import Foundation

/// The receive buffers that the sockets will get, and whether the host has the memory.
struct BufferCheck {
    private let wanted: Int
    private let groups: Int

    init(_ settings: Settings) {
        wanted = settings.nflog.receiveBufferBytes
        groups = settings.groups.count
    }

    func results() -> [CheckResult] {
        // The kernel counts twice what is asked for, and takes it only as packets wait.
        let total = wanted * 2 * groups
        if let free = BufferCheck.availableMemory, total > free / 2 {
            return [
                .warning(
                    "buffer",
                    "full, the receive buffers take \(total >> 20) MiB, of \(free >> 20) MiB of "
                        + "memory that is free",
                    mend: "Lower nflog.receive-buffer")
            ]
        }
        if System.hasNetAdmin {
            return [.ok("buffer", "\(wanted) bytes, whatever rmem_max says")]
        }
        let most = Uplink.number("core/rmem_max") ?? 0
        if wanted <= most { return [.ok("buffer", "\(wanted) bytes")] }
        return [
            .warning(
                "buffer", "at most \(most) bytes without CAP_NET_ADMIN",
                mend: "Run as root, or raise net.core.rmem_max")
        ]
    }

    /// Unit: bytes. Source: proc(5), MemAvailable.
    private static var availableMemory: Int? {
        let text = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
        let words = line?.split(separator: " ") ?? []
        return words.count > 1 ? Int(words[1]).map { $0 << 10 } : nil
    }
}
