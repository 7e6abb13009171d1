// SPDX-License-Identifier: GPL-3.0-or-later

import CNetfilter
import Glibc

/// The names of the interfaces in one network namespace, kept up to date by the kernel.
///
/// A lookup asks a table and makes no system call. Call ``follow()`` when the descriptor is
/// readable.
/// Thread: any one at a time; the namespace is that of the thread that opens it.
/// Source: rtnetlink(7), RTM_GETLINK and RTNLGRP_LINK.
package struct InterfaceNames: ~Copyable, Sendable {
    private let socket: NetlinkSocket
    private var table = InterfaceTable()
    private var dumpSequence: UInt32 = 0

    private init(socket: consuming NetlinkSocket) { self.socket = socket }

    /// Subscribes to changes and reads all interfaces.
    package static func open() throws(NFLogError) -> InterfaceNames {
        do throws(SystemFailure) {
            // RTMGRP_LINK is the bit of RTNLGRP_LINK. Subscribed before the dump: nothing between
            // the two is missed.
            let socket = try NetlinkSocket.open(family: NETLINK_ROUTE, groups: UInt32(RTMGRP_LINK))
            var names = InterfaceNames(socket: socket)
            try names.dump()
            return names
        } catch {
            throw NFLogError(.readInterfaces, errno: error.code)
        }
    }

    /// For poll(2): readable when something has changed.
    package var fileDescriptor: CInt { socket.fileDescriptor }

    /// Counts up with each change.
    package var revision: UInt64 { table.revision }

    /// The interface with this index; nil for 0 and for one that is unknown or gone.
    ///
    /// The first packet of a new interface may arrive before its name was taken over: ``follow()``
    /// and ask again.
    package subscript(index: UInt32) -> Interface? { table.interfaces[index] }

    /// All interfaces, by index.
    package var all: [Interface] { table.interfaces.values.sorted { $0.index < $1.index } }

    /// Takes over the changes that have arrived, without waiting; reads everything again when the
    /// kernel had to drop one.
    ///
    /// Returns: whether anything changed.
    package mutating func follow() throws(NFLogError) -> Bool {
        let before = table.revision
        do throws(SystemFailure) {
            var isComplete = true
            reading: while true {
                switch try socket.receive() {
                case .nothing: break reading
                case .foreign: continue
                case .overrun: isComplete = false
                case .datagram(let kept, let isTruncated):
                    if isTruncated || take(kept) == .overrun { isComplete = false }
                }
            }
            if !isComplete { try dump() }
        } catch {
            throw NFLogError(.readInterfaces, errno: error.code)
        }
        return table.revision != before
    }

    /// Asks for all interfaces, again while the kernel says that the answer has holes.
    private mutating func dump() throws(SystemFailure) {
        for _ in 0..<InterfaceNames.attempts {
            table.beginDump()
            dumpSequence &+= 1
            try request()
            switch try answer() {
            case .complete: return
            case .failed(let code): throw SystemFailure(code: code)
            case .going, .interrupted, .overrun: continue
            }
        }
        // Interfaces come and go faster than they can be listed.
        throw SystemFailure(code: EAGAIN)
    }

    private static let attempts = 8

    private mutating func request() throws(SystemFailure) {
        let storage = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 8)
        defer { unsafe storage.deallocate() }
        guard let header = unsafe mnl_nlmsg_put_header(storage) else {
            throw SystemFailure(code: EINVAL)
        }
        unsafe header.pointee.nlmsg_type = UInt16(RTM_GETLINK)
        unsafe header.pointee.nlmsg_flags = picket_dump_flags()
        unsafe header.pointee.nlmsg_seq = dumpSequence
        _ = unsafe mnl_nlmsg_put_extra_header(header, MemoryLayout<ifinfomsg>.size)
        unsafe try socket.send(header)
    }

    /// Reads until the end of the answer.
    private mutating func answer() throws(SystemFailure) -> InterfaceTable.Progress {
        while true {
            switch try socket.receive() {
            case .nothing: try socket.waitForInput()
            case .foreign: continue
            case .overrun: table.loseAnswer()
            case .datagram(let kept, let isTruncated):
                if isTruncated { table.loseAnswer() }
                let progress = take(kept)
                if progress != .going && progress != .overrun { return progress }
            }
        }
    }

    private mutating func take(_ count: Int) -> InterfaceTable.Progress {
        // Moved out and back, because the received bytes borrow the whole value.
        var table = InterfaceTable()
        swap(&table, &self.table)
        let progress = table.apply(socket.received(count), dump: dumpSequence)
        swap(&table, &self.table)
        return progress
    }
}
