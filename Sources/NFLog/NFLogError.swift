// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc

/// Why something with NFLOG or the interfaces' names could not be done, and the mend.
package struct NFLogError: Error, Hashable, Sendable {
    package enum Operation: String, Sendable {
        case loadLibrary = "use libnetfilter_log"
        case open = "open a netlink socket"
        case setBuffer = "set the receive buffer"
        case bind = "bind to the group"
        case receive = "receive"
        case listGroups = "list the NFLOG groups in use"
        case readInterfaces = "read the interfaces"
    }

    package enum Cause: Hashable, Sendable {
        /// The group belongs to another socket; its owner as far as readable.
        case taken(by: GroupOwner?)
        /// No CAP_NET_ADMIN over this network namespace.
        case noRight
        /// The kernel has no nfnetlink_log, or no netlink for netfilter at all.
        case noKernelPart(errno: CInt)
        /// libnetfilter_log is older than 1.0.2: it lacks this function.
        case libraryTooOld(missing: String)
        /// Anything else.
        case system(errno: CInt)
    }

    /// What the failure is to a command that must choose an exit code (sysexits.h).
    package enum Kind: Int32, Sendable {
        /// Something that we need is not there or in use.
        case unavailable = 69
        case system = 71
        case permission = 77
    }

    package let operation: Operation
    /// The group that it was about; nil when it was about none.
    package let group: UInt16?
    package let cause: Cause

    package init(_ operation: Operation, group: UInt16? = nil, cause: Cause) {
        self.operation = operation
        self.group = group
        self.cause = cause
    }

    /// From an errno whose meaning is the same whatever else is known.
    init(_ operation: Operation, group: UInt16? = nil, errno code: CInt) {
        let cause: Cause
        switch (operation, code) {
        case (_, EPERM), (_, EACCES): cause = .noRight
        case (.open, EPROTONOSUPPORT), (.open, EAFNOSUPPORT), (.bind, EOPNOTSUPP), (.bind, ENODEV),
            (.bind, EPROTONOSUPPORT), (.listGroups, ENOENT):
            cause = .noKernelPart(errno: code)
        default: cause = .system(errno: code)
        }
        self.init(operation, group: group, cause: cause)
    }

    package var kind: Kind {
        switch cause {
        case .taken, .noKernelPart, .libraryTooOld: .unavailable
        case .noRight: .permission
        case .system: .system
        }
    }
}

extension NFLogError: CustomStringConvertible {
    /// cannot do this (to that): cause. What the operator can do.
    package var description: String {
        let object = group.map { " (NFLOG group \($0))" } ?? ""
        let mend = self.mend.map { " \($0)" } ?? ""
        return "cannot \(operation.rawValue)\(object): \(reason).\(mend)"
    }

    private var reason: String {
        switch cause {
        case .taken(.some(let owner)) where owner.processID == getpid():
            "this process has it already"
        case .taken(.some(let owner)): "it is taken by \(owner)"
        case .taken(.none): "it is taken by another process"
        case .noRight: "Operation not permitted"
        case .noKernelPart(let code): "\(NFLogError.text(code)); the kernel has no nfnetlink_log"
        case .libraryTooOld(let missing): "it is older than 1.0.2 (no \(missing))"
        case .system(let code): NFLogError.text(code)
        }
    }

    private var mend: String? {
        switch cause {
        case .taken(.some(let owner)) where owner.processID == getpid():
            "List each group once."
        case .taken:
            "Stop that process, or use another group here and in the firewall's rules."
        case .noRight where operation == .listGroups: "Run as root."
        case .noRight: "Run as root or grant CAP_NET_ADMIN."
        case .noKernelPart:
            "Load it with `modprobe nfnetlink_log`, or use a kernel with "
                + "CONFIG_NETFILTER_NETLINK_LOG."
        case .libraryTooOld: "Install libnetfilter_log 1.0.2 or later."
        case .system(ETIMEDOUT): "The kernel did not answer."
        case .system: nil
        }
    }

    private static func text(_ code: CInt) -> String {
        unsafe String(cString: strerror(code))
    }
}
