// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// The host, asked about itself: what it says now, and when to ask again.
///
/// Addresses and routes have a descriptor that is readable when they changed. Of sockets the kernel
/// tells nothing: who wants to know asks. No right is needed for any of it.
/// Thread: any one at a time; the network namespace is that of the thread that opens it.
/// Source: rtnetlink(7), sock_diag(7).
package struct HostSource: ~Copyable, Sendable {
    /// What was read last.
    package private(set) var reading = HostReading()
    private let changes: KernelSocket
    private let routes: KernelSocket
    private let sockets: KernelSocket
    private var census = ListenerCensus()
    private var sequence: UInt32 = 0

    private init(
        changes: consuming KernelSocket, routes: consuming KernelSocket,
        sockets: consuming KernelSocket
    ) {
        self.changes = changes
        self.routes = routes
        self.sockets = sockets
    }

    /// Subscribes to changes; nothing is read yet.
    package static func open() throws(HostError) -> HostSource {
        do throws(SystemFailure) {
            return HostSource(
                changes: try KernelSocket.openChanges(ChangeFilter.program),
                routes: try KernelSocket.open(.route),
                sockets: try KernelSocket.open(.socketDiagnosis))
        } catch {
            throw HostError(.open, errno: error.code)
        }
    }

    /// For poll(2): readable when addresses or routes have changed.
    package var fileDescriptor: Int32 { changes.fileDescriptor }

    /// Takes the news away; what they are is read anew by ``readAddresses()``, so that a lost one
    /// does no harm.
    ///
    /// Returns: whether there were any.
    package func takeChanges() throws(HostError) -> Bool {
        var hasChanged = false
        do throws(SystemFailure) {
            while true {
                switch try changes.receive() {
                case .nothing: return hasChanged
                case .foreign: continue
                case .overrun, .datagram: hasChanged = true
                }
            }
        } catch {
            throw HostError(.follow, errno: error.code)
        }
    }

    /// Reads addresses, networks and gateways; the reading stays as it was where that fails.
    package mutating func readAddresses() throws(HostError) {
        var addresses: [InterfaceAddress] = []
        var routes: [Route] = []
        do throws(SystemFailure) {
            addresses = try HostSource.ask(self.routes, .addresses, &sequence) { type, content in
                type == MessageType.address ? InterfaceAddress(content) : nil
            }
        } catch {
            throw HostError(.readAddresses, errno: error.code)
        }
        do throws(SystemFailure) {
            for family in [AddressFamily.v4, AddressFamily.v6] {
                routes += try HostSource.ask(
                    self.routes, .routes(family: family), &sequence
                ) { type, content in
                    type == MessageType.route ? Route(content) : nil
                }
            }
        } catch {
            throw HostError(.readRoutes, errno: error.code)
        }
        reading.take(addresses: addresses, routes: routes)
    }

    /// Reads served ports and the ports that clients are given; the served ports stay as they were
    /// where that fails.
    package mutating func readPorts() throws(HostError) {
        reading.ephemeralPorts = PortRange.read()
        var found: [ListeningSocket] = []
        do throws(SystemFailure) {
            for family in [AddressFamily.v4, AddressFamily.v6] {
                for ipProtocol in [IPProtocol.tcp, .udp, .udpLite, .sctp] {
                    found += try listeners(ipProtocol, family)
                }
            }
        } catch {
            throw HostError(.readSockets, errno: error.code)
        }
        reading.servedPorts = census.take(found, clientPorts: reading.ephemeralPorts)
    }

    private mutating func listeners(
        _ ipProtocol: IPProtocol, _ family: UInt8
    ) throws(SystemFailure) -> [ListeningSocket] {
        do throws(SystemFailure) {
            return try HostSource.ask(
                sockets, .sockets(family: family, ipProtocol: ipProtocol), &sequence
            ) { type, content in
                type == MessageType.sockets
                    ? ListeningSocket(content, ipProtocol: ipProtocol) : nil
            }
        } catch {
            // A kernel, or a host, without that protocol or family has nobody who serves it.
            if HostSource.unspoken.contains(error.code) { return [] }
            throw error
        }
    }

    /// ENOENT and EOPNOTSUPP: sock_diag has nobody to ask for it.
    private static let unspoken: Set<Int32> = [2, 95]
    /// An answer that keeps changing is asked for so often.
    private static let attempts = 8
    /// Bound: so many messages of one answer are taken.
    private static let elements = 1 << 18

    /// Asks for everything of one kind, again while the kernel says that the answer has holes.
    private static func ask<Element>(
        _ socket: borrowing KernelSocket, _ request: Request, _ sequence: inout UInt32,
        _ read: (UInt16, Span<UInt8>) -> Element?
    ) throws(SystemFailure) -> [Element] {
        for _ in 0..<attempts {
            sequence &+= 1
            var dump = Dump(sequence: sequence)
            var found: [Element] = []
            var progress = Dump.Progress.going
            try socket.send(request.bytes(sequence: sequence))
            while progress == .going {
                switch try socket.receive() {
                case .nothing: try socket.waitForInput()
                case .foreign: continue
                case .overrun: dump.loseAnswer()
                case .datagram(let kept, let isTruncated):
                    if isTruncated { dump.loseAnswer() }
                    progress = dump.take(socket.received(kept)) { type, content in
                        if found.count < elements, let element = read(type, content) {
                            found.append(element)
                        }
                    }
                }
            }
            switch progress {
            case .complete: return found
            case .failed(let code): throw SystemFailure(code: code)
            case .going, .interrupted: continue
            }
        }
        // EAGAIN: it changes faster than it can be listed.
        throw SystemFailure(code: 11)
    }
}
