// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// What a capture does not say of itself and its reader must be told.
package struct CaptureOptions: Sendable {
    /// The latest moment that the input can hold: times without a year get the latest year that
    /// is not past it by more than a day. The file's modification time, or now for a pipe.
    package var referenceTime: Timestamp
    /// East of Greenwich, for header times that name no zone. Unit: seconds.
    package var utcOffsetSeconds: Int
    /// When the host booted, for lines that carry nothing but the kernel's uptime.
    package var bootTime: Timestamp
    /// NFLOG groups whose packets the firewall accepted.
    package var acceptedGroups: Set<UInt16>

    package init(
        referenceTime: Timestamp, utcOffsetSeconds: Int = 0,
        bootTime: Timestamp = Timestamp(nanoseconds: 0), acceptedGroups: Set<UInt16> = []
    ) {
        self.referenceTime = referenceTime
        self.utcOffsetSeconds = utcOffsetSeconds
        self.bootTime = bootTime
        self.acceptedGroups = acceptedGroups
    }
}
