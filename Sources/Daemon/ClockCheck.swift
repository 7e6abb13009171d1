// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// Whether the times in decisions will be right.
struct ClockCheck {
    private let now: Timestamp
    private let isSynchronised: Bool?

    /// Before this program was written no clock can be right: 2026-01-01T00:00:00Z.
    private static let earliest: Int64 = 1_767_225_600
    /// 30 years later it is more likely wrong than this program still in use.
    private static let latest: Int64 = 2_713_910_400

    init(now: Timestamp = System.now, isSynchronised: Bool? = System.isClockSynchronised) {
        self.now = now
        self.isSynchronised = isSynchronised
    }

    func result() -> CheckResult {
        let seconds = now.nanoseconds / 1_000_000_000
        guard (Self.earliest...Self.latest).contains(seconds) else {
            return .warning(
                "clock", "far off: it says \(seconds) seconds after 1970",
                mend: "Set the time; decisions and the detector's memory go by it")
        }
        switch isSynchronised {
        case true?: return .ok("clock", "synchronised")
        case false?:
            return .warning(
                "clock", "not synchronised: decisions cannot be compared with other hosts' logs",
                mend: "Run chrony, or: timedatectl set-ntp true")
        case nil: return .ok("clock", "the kernel does not say whether it is synchronised")
        }
    }
}
