// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import Packets

extension Timestamp {
    /// As the settings' files write it: `2010-10-25T13:16:38.341511001Z`.
    var inUTC: String { rfc3339Nanoseconds }
}
