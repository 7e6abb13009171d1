// SPDX-License-Identifier: GPL-3.0-or-later

import CNetfilter

/// The process that holds a netlink socket.
package struct GroupOwner: Hashable, Sendable, CustomStringConvertible {
    package let processID: Int32
    /// The command's name, cut to 15 bytes by the kernel; empty if it cannot be read.
    package let command: String

    package init(processID: Int32, command: String) {
        self.processID = processID
        self.command = command
    }

    package var description: String {
        command.isEmpty ? "process \(processID)" : "\(command) (process \(processID))"
    }

    /// The processes that hold the netfilter sockets with these addresses.
    ///
    /// The way: address → inode in /proc/net/netlink → who has that socket open. Another user's
    /// process is closed to anybody but root; it is missing from the answer then. Of several
    /// processes that share a socket the lowest number is given.
    static func find(ports: Set<UInt32>) -> [UInt32: GroupOwner] {
        guard let text = try? ProcFile.read(ProcFile.network + "netlink") else { return [:] }
        var portsByLink: [String: UInt32] = [:]
        for socket in parse(text) where ports.contains(socket.portID) {
            portsByLink["socket:[\(socket.inode)]"] = socket.portID
        }
        var owners: [UInt32: GroupOwner] = [:]
        let processes = ProcFile.names(in: "/proc").compactMap { Int32($0) }.sorted()
        for process in processes where owners.count < portsByLink.count {
            let folder = "/proc/\(process)/fd"
            for name in ProcFile.names(in: folder) {
                guard let link = ProcFile.target(of: "\(folder)/\(name)"),
                    let port = portsByLink[link], owners[port] == nil
                else { continue }
                let command = try? ProcFile.read("/proc/\(process)/comm")
                owners[port] = GroupOwner(
                    processID: process,
                    command: String((command ?? "").prefix { $0 != "\n" }))
            }
        }
        return owners
    }

    /// A netfilter socket in /proc/net/netlink.
    struct Socket: Hashable {
        let portID: UInt32
        let inode: UInt64
    }

    /// Reads /proc/net/netlink, netfilter's sockets only; other lines are passed over.
    ///
    /// Shape: a heading, then sk, protocol, port, groups, rmem, wmem, dump, locks, drops, inode.
    static func parse(_ text: String) -> [Socket] {
        text.split(separator: "\n").compactMap { line in
            let columns = line.split(separator: " ")
            guard columns.count >= 10, Int32(columns[1]) == NETLINK_NETFILTER,
                let portID = UInt32(columns[2]), let inode = UInt64(columns[9])
            else { return nil }
            return Socket(portID: portID, inode: inode)
        }
    }
}
