// SPDX-License-Identifier: GPL-3.0-or-later

/// A port with a server behind it.
package struct ServedPort: Hashable, Sendable {
    package var ipProtocol: IPProtocol
    package var port: UInt16

    package init(ipProtocol: IPProtocol, port: UInt16) {
        self.ipProtocol = ipProtocol
        self.port = port
    }
}
