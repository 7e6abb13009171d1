// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// The daemon's end of the control socket.
///
/// Thread: one event loop, which does all of it.
package final class ControlServer: Sendable {
    private let feed: DecisionFeed
    private let group: MultiThreadedEventLoopGroup
    private let listener: any Channel
    private let table: NIOLoopBound<ConnectionTable>
    private let isClosed = Mutex(false)

    private init(
        feed: DecisionFeed, group: MultiThreadedEventLoopGroup, listener: any Channel,
        table: NIOLoopBound<ConnectionTable>
    ) {
        self.feed = feed
        self.group = group
        self.listener = listener
        self.table = table
    }

    /// Listens at the path, in a directory that is made when it is missing; mode 0660.
    ///
    /// The socket of a daemon that died is replaced; one that answers is left alone.
    /// Throws: ``ControlError`` with what is in the way.
    package static func open(
        path: String, feed: DecisionFeed,
        source: @escaping SourceQuestion = { $1(SourceReport(source: "", standing: .unknown)) },
        status: @escaping @Sendable () -> StatusReport
    ) async throws(ControlError) -> ControlServer {
        try await open(
            path: path, feed: feed, patience: .seconds(10), source: source, status: status)
    }

    /// With the time that a connection may ask for nothing.
    static func open(
        path: String, feed: DecisionFeed, patience: TimeAmount,
        source: @escaping SourceQuestion = { $1(SourceReport(source: "", standing: .unknown)) },
        status: @escaping @Sendable () -> StatusReport
    ) async throws(ControlError) -> ControlServer {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            return try await open(path: path, feed: feed, group: group) {
                ConnectionTable(
                    feed: feed, patience: patience, source: source, status: status)
            }
        } catch {
            try? await group.shutdownGracefully()
            throw ControlError(.listen, path: path, error: error)
        }
    }

    private static func open(
        path: String, feed: DecisionFeed, group: MultiThreadedEventLoopGroup,
        makeTable: @escaping @Sendable () -> ConnectionTable
    ) async throws -> ControlServer {
        let file = SocketFile(path: path)
        try file.makeDirectory()
        try await file.clear(group: group)

        let loop = group.next()
        let table = try await loop.submit {
            NIOLoopBound(makeTable(), eventLoop: loop)
        }.get()
        let listener = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 128)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(
                .recvAllocator,
                value: FixedSizeRecvByteBufferAllocator(capacity: ControlProtocol.maximumRequest)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(table.value.admit())
                }
            }
            .bind(unixDomainSocketPath: path).get()
        do {
            try file.restrict()
        } catch {
            try? await listener.close()
            throw error
        }

        @Sendable func sendSlices() {
            // One slice, then the sockets get their turn, then the next.
            if table.value.sendSlice() { loop.execute(sendSlices) }
        }
        feed.attach { loop.execute(sendSlices) }
        return ControlServer(
            feed: feed, group: group, listener: listener, table: table)
    }

    /// Serves until the task is cancelled or ``close()`` is called; then all is closed and the
    /// socket's file removed.
    package func run() async throws {
        let listener = listener
        try await withTaskCancellationHandler {
            try await listener.closeFuture.get()
        } onCancel: {
            listener.close(promise: nil)
        }
        await close()
    }

    /// Sends what was published before, ends every connection and removes the socket's file.
    package func close() async {
        let isFirst = isClosed.withLock { closed in
            defer { closed = true }
            return !closed
        }
        guard isFirst else { return }
        // NIO removes the socket's file with the listener.
        try? await listener.close()
        let table = table
        try? await group.next().submit { table.value.closeAll() }.get()
        feed.attach(wake: nil)
        try? await group.shutdownGracefully()
    }
}
