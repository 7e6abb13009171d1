// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions

extension Observer {
    /// This host and this program, as the formats name them.
    static var thisHost: Observer {
        Observer(
            name: System.hostName, version: Version.current,
            localTimeOffset: .seconds(System.localOffset(at: System.now)))
    }
}
