// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import NFLog
import Packets
import Ring

/// One NFLOG group on its way into the ring: message, event, slot.
///
/// Thread: made on the thread that starts the daemon, then the reader's alone.
final class GroupReader {
    private var socket: NFLogSocket
    private var reader: MessageReader

    init(group: GroupSettings, settings: NFLogSettings) throws(NFLogError) {
        reader = MessageReader(group: group)
        socket = try NFLogSocket.open(group: group.group, settings: settings)
    }

    var group: GroupSettings { reader.group }
    var descriptor: CInt { socket.fileDescriptor }
    var counters: NFLogCounters { socket.counters }
    var effective: NFLogReadBack { socket.effective }
    var refused: RefusalCounts { reader.refused }

    /// Logs each packet from now on.
    func log(through tap: PacketTap?) { reader.tap = tap }

    /// Interfaces have got other names.
    func forgetNames() { reader.forgetNames() }

    /// After a reload the same group may count as accepted, or no longer.
    func become(_ meaning: GroupSettings) { reader.become(meaning) }

    /// Reads what the kernel has, at most so many datagrams, and pushes it; returns the messages.
    func receive(
        upTo datagrams: Int, interfaces: borrowing InterfaceNames, registry: OriginRegistry,
        into producer: inout EventProducer
    ) throws(NFLogError) -> Int {
        var now: Timestamp?
        // Out of this object and back: the runtime checks each access to a part of an object, which
        // costs as much as a tenth of reading a message.
        var reader = self.reader
        defer { self.reader = reader }
        return try socket.receive(upTo: datagrams) { message in
            reader.read(
                message, now: &now, interfaces: interfaces, registry: registry, into: &producer)
        }
    }
}
