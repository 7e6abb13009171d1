// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import NIOCore
import Packets

/// Asks for what is known of a source; the answer comes on whichever thread knows it.
package typealias SourceQuestion =
    @Sendable (Address, @escaping @Sendable (SourceReport) -> Void) -> Void

/// The clients of the server, and the way of a decision to those of them that watch.
///
/// Thread: the server's event loop.
final class ConnectionTable {
    static let maximumConnections = 128
    /// How many decisions are written before the loop looks at the sockets again.
    private static let slice = 64

    private let feed: DecisionFeed
    let status: @Sendable () -> StatusReport
    let source: SourceQuestion
    private var connections: [ObjectIdentifier: Connection] = [:]

    /// How long a connection may ask for nothing.
    let patience: TimeAmount

    init(
        feed: DecisionFeed, patience: TimeAmount,
        source: @escaping SourceQuestion = { $1(SourceReport(source: "", standing: .unknown)) },
        status: @escaping @Sendable () -> StatusReport
    ) {
        self.feed = feed
        self.patience = patience
        self.source = source
        self.status = status
    }

    /// A handler for a new connection, one that only says no when there are too many.
    func admit() -> Connection {
        let isWelcome = connections.count < ConnectionTable.maximumConnections
        let connection = Connection(table: self, isWelcome: isWelcome)
        if isWelcome { connections[ObjectIdentifier(connection)] = connection }
        return connection
    }

    func remove(_ connection: Connection) {
        connections[ObjectIdentifier(connection)] = nil
        watchersChanged()
    }

    func watchersChanged() {
        feed.setWatchers(connections.values.count { $0.format != nil })
    }

    /// Sends a slice of what was published; says whether there is more.
    func sendSlice() -> Bool {
        let (decisions, missed, more) = feed.take(upTo: ConnectionTable.slice)
        let watchers = connections.values.compactMap { connection in
            connection.format.map { (connection: connection, format: $0) }
        }
        guard !watchers.isEmpty else { return more }
        for decision in decisions {
            // Each format is written once, however many ask for it.
            var lines: [DecisionFormat: ByteBuffer?] = [:]
            for (connection, format) in watchers {
                let line: ByteBuffer?
                if let known = lines[format] {
                    line = known
                } else {
                    line = feed.line(decision, format).map { ByteBuffer(string: $0 + "\n") }
                    lines[format] = line
                }
                if let line { connection.send(line) }
            }
        }
        for (connection, _) in watchers {
            if missed > 0 { connection.miss(missed) }
            connection.flush()
        }
        return more
    }

    /// Sends what is left and ends every connection.
    func closeAll() {
        while sendSlice() {}
        for connection in connections.values { connection.close() }
    }
}
