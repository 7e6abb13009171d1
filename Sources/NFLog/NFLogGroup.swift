// SPDX-License-Identifier: GPL-3.0-or-later

/// An NFLOG group that some process has taken, in the calling thread's network namespace.
///
/// Source: /proc/net/netfilter/nfnetlink_log, whose columns are the properties in their order.
package struct NFLogGroup: Hashable, Sendable {
    package let group: UInt16
    /// The owner's netlink address; a process number only by habit.
    package let portID: UInt32
    /// Packets that wait for their batch to be full or its time to be over.
    package let queued: Int
    /// 0 none, 1 headers of the message only, 2 packet bytes.
    package let copyMode: Int
    /// Unit: bytes.
    package let copyRange: Int
    /// Unit: hundredths of a second.
    package let flushCentiseconds: Int
    /// Nil as far as /proc cannot be read.
    package internal(set) var owner: GroupOwner?

    /// All groups in use, with their owners as far as readable.
    ///
    /// Throws: ``NFLogError``: only root may read the list, and it is not there without
    /// nfnetlink_log.
    package static func inUse() throws(NFLogError) -> [NFLogGroup] {
        var groups: [NFLogGroup]
        do throws(SystemFailure) {
            groups = try listed()
        } catch {
            throw NFLogError(.listGroups, errno: error.code)
        }
        guard !groups.isEmpty else { return [] }
        let owners = GroupOwner.find(ports: Set(groups.map(\.portID)))
        for index in groups.indices { groups[index].owner = owners[groups[index].portID] }
        return groups
    }

    /// The groups without their owners.
    static func listed() throws(SystemFailure) -> [NFLogGroup] {
        parse(try ProcFile.read(ProcFile.network + "netfilter/nfnetlink_log"))
    }

    /// Reads the list; a line that is not one of its lines is passed over.
    static func parse(_ text: String) -> [NFLogGroup] {
        text.split(separator: "\n").compactMap { line in
            let columns = line.split(separator: " ")
            guard columns.count >= 6,
                let group = UInt16(columns[0]), let portID = UInt32(columns[1]),
                let queued = Int(columns[2]), let mode = Int(columns[3]),
                let range = Int(columns[4]), let flush = Int(columns[5])
            else { return nil }
            return NFLogGroup(
                group: group, portID: portID, queued: queued, copyMode: mode, copyRange: range,
                flushCentiseconds: flush, owner: nil)
        }
    }
}
