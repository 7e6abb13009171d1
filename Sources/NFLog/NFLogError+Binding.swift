// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc

extension NFLogError {
    /// The error of a refused bind, after looking who has the group.
    static func binding(group: UInt16, errno code: CInt, port: UInt32) -> NFLogError {
        var listing: Listing = .unreadable
        do throws(SystemFailure) {
            listing = .groups(try NFLogGroup.listed())
        } catch {
            if error.code == ENOENT { listing = .absent }
        }
        var cause = bindingCause(
            group: group, errno: code, listing: listing, hasNetAdmin: Capabilities.hasNetAdmin())
        if case .taken = cause, case .groups(let groups) = listing,
            let other = groups.first(where: { $0.group == group })
        {
            cause = .taken(by: GroupOwner.find(ports: [other.portID])[other.portID])
        }
        return NFLogError(.bind, group: group, cause: cause)
    }

    /// What /proc/net/netfilter/nfnetlink_log said.
    enum Listing: Hashable {
        case groups([NFLogGroup])
        /// Only root may read it.
        case unreadable
        /// The file is not there: nor is nfnetlink_log.
        case absent
    }

    /// What an errno means: the kernel says EPERM both for a missing right and for a group that is
    /// taken, and EINVAL when it has no nfnetlink_log to hand the request to.
    static func bindingCause(
        group: UInt16, errno code: CInt, listing: Listing, hasNetAdmin: Bool
    ) -> Cause {
        switch (code, listing) {
        case (EBUSY, _): return .taken(by: nil)
        case (EPERM, .groups(let groups)):
            let isListed = groups.contains { $0.group == group }
            return isListed && hasNetAdmin ? .taken(by: nil) : .noRight
        // With the right, nothing but an owner is left to refuse us.
        case (EPERM, .unreadable): return hasNetAdmin ? .taken(by: nil) : .noRight
        case (EINVAL, .absent): return .noKernelPart(errno: code)
        default: return NFLogError(.bind, errno: code).cause
        }
    }
}

/// The rights of the calling thread.
enum Capabilities {
    /// Source: CAP_NET_ADMIN, linux/capability.h.
    private static let netAdmin = 12

    static func hasNetAdmin() -> Bool {
        guard let text = try? ProcFile.read("/proc/thread-self/status") else { return false }
        return hasNetAdmin(status: text)
    }

    /// Reads the line `CapEff:` of a process's status.
    static func hasNetAdmin(status: String) -> Bool {
        for line in status.split(separator: "\n") where line.hasPrefix("CapEff:") {
            let digits = line.dropFirst(7).drop { $0 == " " || $0 == "\t" }
            return (UInt64(digits, radix: 16) ?? 0) >> UInt64(netAdmin) & 1 == 1
        }
        return false
    }
}
