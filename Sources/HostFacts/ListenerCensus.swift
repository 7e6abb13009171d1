// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// Which of the sockets that wait for strangers are servers.
///
/// A resolver opens a UDP socket for each question, and a file transfer a listener for each file:
/// seen for a moment, they look like servers. So where a client's port may be, a socket counts when
/// it is met a second time.
struct ListenerCensus {
    /// Cookies of the reading before; nil before the first, when all that is there counts.
    private var met: Set<UInt64>?

    /// Bound: so many sockets are remembered; those beyond do not count.
    static let capacity = 1 << 16

    /// Takes a reading, and tells the ports that are served.
    mutating func take(
        _ sockets: [ListeningSocket], clientPorts: ClosedRange<UInt16>
    ) -> Set<ServedPort> {
        var served: Set<ServedPort> = []
        var cookies: Set<UInt64> = []
        for socket in sockets where socket.isReachable {
            guard isMomentary(socket.port, clientPorts) else {
                served.insert(socket.port)
                continue
            }
            if met?.contains(socket.cookie) ?? true { served.insert(socket.port) }
            if cookies.count < ListenerCensus.capacity { cookies.insert(socket.cookie) }
        }
        met = cookies
        return served
    }

    private func isMomentary(_ port: ServedPort, _ clientPorts: ClosedRange<UInt16>) -> Bool {
        // Some resolvers choose among all ports that need no right.
        if port.ipProtocol == .udp || port.ipProtocol == .udpLite { return port.port >= 1024 }
        return clientPorts.contains(port.port)
    }
}
