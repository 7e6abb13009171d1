// SPDX-License-Identifier: GPL-3.0-or-later

/// Why the host cannot be asked about itself.
package struct HostError: Error, Hashable, Sendable {
    package enum Operation: String, Sendable {
        case open = "ask the kernel about this host"
        case follow = "follow the changes of this host's addresses"
        case readAddresses = "read this host's addresses"
        case readRoutes = "read this host's routes"
        case readSockets = "read which ports this host serves"
    }

    package let operation: Operation
    package let errno: Int32

    init(_ operation: Operation, errno: Int32) {
        self.operation = operation
        self.errno = errno
    }

    private var isPorts: Bool { operation == .readSockets }
}

extension HostError: CustomStringConvertible {
    package var description: String {
        let (source, keys) =
            isPorts
            ? ("sock_diag", "detection.served-ports")
            : ("rtnetlink", "detection.own-addresses and detection.home-networks")
        return "cannot \(operation.rawValue) (\(source)): "
            + "\(SystemFailure(code: errno))."
            + (operation == .open ? "" : " Set \(keys) in the settings.")
    }
}
