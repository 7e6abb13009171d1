// SPDX-License-Identifier: GPL-3.0-or-later

import Control
import Decisions
import Detection
import Foundation
import Packets
import Synchronization

/// The daemon's end of the control socket in this process, with sources that a test has made.
struct DaemonAtASocket {
    let folder: TemporaryFolder
    let config: String
    let feed: DecisionFeed
    private let server: ControlServer

    /// - Parameter padding: bytes behind each decision's line.
    static func start(
        sources: [SourcesReport.Source] = [], padding: Int = 0
    ) async throws -> DaemonAtASocket {
        let folder = try TemporaryFolder()
        let config = try folder.write(
            "picket.yaml", "control: {socket: \(folder.path)/control.sock}\n")
        let observer = Observer(name: "sid7")
        let feed = DecisionFeed { decision, format in
            format.line(decision, observer: observer).map {
                $0 + String(repeating: ".", count: padding)
            }
        }
        let looks = Mutex(0)
        let server = try await ControlServer.open(
            path: folder.path + "/control.sock", feed: feed,
            sources: { request, answer in
                let look = looks.withLock { looks in
                    looks += 1
                    return looks
                }
                answer(report(sources, request, look: look))
            },
            status: {
                StatusReport(version: "0.0", pid: 7, started: Date(timeIntervalSince1970: 0))
            })
        return DaemonAtASocket(folder: folder, config: config, feed: feed, server: server)
    }

    func end() async { await server.close() }

    /// At each look the last source has sent 50 packets more.
    private static func report(
        _ sources: [SourcesReport.Source], _ request: SourcesRequest, look: Int
    ) -> SourcesReport {
        var sources = sources
        if let last = sources.indices.last { sources[last].packets += UInt64(look) * 50 }
        sources.sort { a, b in
            switch request.order {
            case .level: (b.level, b.packets) < (a.level, a.packets)
            case .packets: b.packets < a.packets
            case .targets: b.targets < a.targets
            case .hosts: b.hosts < a.hosts
            case .seen: b.last < a.last
            }
        }
        return SourcesReport(
            time: 1_795_219_200 + Double(look), order: request.order, tracked: sources.count,
            openScans: 1, sources: Array(sources.prefix(request.limit)))
    }

    /// Thirty sources: the higher the last number, the more packets; one is of level 4.
    static let thirty: [SourcesReport.Source] = (1...30).map { number in
        var source = SourcesReport.Source(
            source: "198.51.100.\(number)", level: number == 7 ? 4 : 1,
            packets: UInt64(number * 1000))
        source.kind = "vertical"
        source.techniques = ["SYN"]
        source.tool = "nmap"
        source.targets = 100 - number
        source.hosts = 1
        source.first = 1_795_219_000
        source.last = 1_795_219_100 - Double(number)
        return source
    }
}

extension Decision {
    /// A decision of that level, about a scan that is not told.
    static func made(_ sequence: UInt64, level: Int = 1) -> Decision {
        Decision(
            sequence: sequence, time: Timestamp(seconds: 1_795_219_200), action: .scanEscalated,
            level: level, reason: "198.51.100.\(level) probed")
    }
}
