// SPDX-License-Identifier: GPL-3.0-or-later

import CNetfilter
import Glibc

/// A subscription to one NFLOG group: the packets that firewall rules send there.
///
/// It belongs to the network namespace of the thread that opens it. The group is free again when
/// the value ends.
/// Thread: any one at a time.
package struct NFLogSocket: ~Copyable, Sendable {
    private let socket: NetlinkSocket
    private let walker = DatagramWalker()
    package let group: UInt16
    /// What was asked of the kernel, after clamping.
    package let settings: NFLogSettings
    /// What the kernel made of it.
    package let effective: NFLogReadBack
    package var counters: NFLogCounters { walker.counters }

    private init(
        socket: consuming NetlinkSocket, group: UInt16, settings: NFLogSettings,
        effective: NFLogReadBack
    ) {
        self.socket = socket
        self.group = group
        self.settings = settings
        self.effective = effective
    }

    /// Subscribes to a group.
    ///
    /// Throws: ``NFLogError`` when the group is taken, the right or the kernel part is missing, or
    /// a call fails.
    package static func open(
        group: UInt16, settings: NFLogSettings = NFLogSettings()
    ) throws(NFLogError) -> NFLogSocket {
        try LibraryCheck.run()
        let settings = settings.clamped()
        let socket: NetlinkSocket
        do throws(SystemFailure) {
            socket = try NetlinkSocket.open(family: NETLINK_NETFILTER)
        } catch {
            throw NFLogError(.open, group: group, errno: error.code)
        }
        // The buffer comes first: messages may arrive as soon as the group is bound.
        do throws(SystemFailure) {
            try socket.setReceiveBuffer(settings.receiveBufferBytes)
            try socket.setNoBufferErrors()
        } catch {
            throw NFLogError(.setBuffer, group: group, errno: error.code)
        }
        do throws(SystemFailure) {
            try GroupRequest.bind(group, settings, over: socket)
        } catch {
            throw NFLogError.binding(group: group, errno: error.code, port: socket.portID)
        }
        let effective = NFLogSocket.readBack(group, socket)
        return NFLogSocket(
            socket: socket, group: group, settings: settings, effective: effective)
    }

    /// For poll(2): readable when a batch is there.
    package var fileDescriptor: CInt { socket.fileDescriptor }

    /// The socket's netlink address, as /proc/net/netfilter/nfnetlink_log shows it.
    package var portID: UInt32 { socket.portID }

    /// Datagrams that found the receive buffer full, counted by the kernel; nil if it does not say.
    ///
    /// It shows a loss at once, where the gap waits for the next message; how many messages were
    /// in the datagrams only the gap says.
    package var droppedDatagrams: UInt32? { socket.droppedDatagrams() }

    /// Hands over what has arrived, without waiting.
    ///
    /// Returns: the number of messages; what is left after so many datagrams stays for the next call.
    /// Throws: ``NFLogError`` when the socket fails; an overrun is counted and not an error.
    package mutating func receive(
        upTo datagrams: Int, _ body: (borrowing LogMessage) -> Void
    ) throws(NFLogError) -> Int {
        var messages = 0
        var received = 0
        while received < datagrams {
            received += 1
            do throws(SystemFailure) {
                switch try socket.receive() {
                case .nothing: return messages
                case .overrun: walker.count { $0.overruns &+= 1 }
                case .foreign: walker.count { $0.foreign &+= 1 }
                case .datagram(let kept, let isTruncated):
                    walker.count {
                        $0.datagrams &+= 1
                        if isTruncated { $0.truncated &+= 1 }
                    }
                    messages += walker.walk(socket.received(kept), body)
                }
            } catch {
                throw NFLogError(.receive, group: group, errno: error.code)
            }
        }
        return messages
    }

    private static func readBack(_ group: UInt16, _ socket: borrowing NetlinkSocket)
        -> NFLogReadBack
    {
        let shown = try? NFLogGroup.listed().first { $0.group == group }
        return NFLogReadBack(
            copyMode: shown?.copyMode, copyRange: shown?.copyRange,
            flushCentiseconds: shown?.flushCentiseconds,
            receiveBufferBytes: (try? socket.receiveBuffer()) ?? 0)
    }
}
