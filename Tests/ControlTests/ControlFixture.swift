// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Foundation
import NIOCore
import NIOPosix
import Packets
import Testing

@testable import Control

/// A directory of its own for one test.
func withDirectory<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let directory = URL(fileURLWithPath: "/tmp")
        .appendingPathComponent("picket-control-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    return try await body(directory)
}

/// A server on a socket of its own, running while the body does.
func withServer<Result: Sendable>(
    patience: TimeAmount = .seconds(120), padding: Int = 0,
    sources: @escaping SourcesAnswerer = { $1(nil) },
    status: @escaping @Sendable () -> StatusReport = { .sample },
    _ body: (String, DecisionFeed) async throws -> Result
) async throws -> Result {
    try await withDirectory { directory in
        let path = directory + "/control.sock"
        let feed = DecisionFeed { decision, format in
            decision.action == .loss && format == .psad
                ? nil
                : "\(format.rawValue) \(decision.sequence)" + String(repeating: ".", count: padding)
        }
        let server = try await ControlServer.open(
            path: path, feed: feed, patience: patience, sources: sources, status: status)
        do {
            let result = try await body(path, feed)
            await server.close()
            return result
        } catch {
            await server.close()
            throw error
        }
    }
}

extension StatusReport {
    static var sample: StatusReport {
        var report = StatusReport(
            version: "0.1.0", pid: 4711, started: Date(timeIntervalSince1970: 1_288_012_598))
        report.uptime = 93_784
        var group = StatusReport.Group(group: 5)
        group.copyRange = 192
        group.receiveBuffer = 64 << 20
        group.messages = 1_234_567
        group.gap = 3
        report.groups = [group]
        report.events = ["probe": 1_200_000, "late": 34_567]
        report.ring.capacity = 65_536
        report.ring.highWater = 400
        report.sources = 1234
        report.openScans = 3
        report.decisions = ["scan-detected": 5, "scan-ended": 2]
        report.rates.lastSecond = 12
        report.rates.lastMinute = 8.25
        report.detectorBytes = 96 << 20
        report.martians = ["martian destination 0.0.0.0 from 192.0.2.110, dev eth0\u{1b}[2J"]
        report.losses.gap = 3
        report.log = StatusReport.Log(path: "/var/log/picket/decisions.json", format: "ecs")
        return report
    }
}

func decision(_ sequence: UInt64, action: Decision.Action = .scanDetected) -> Decision {
    Decision(
        sequence: sequence, time: Timestamp(seconds: 1_288_012_598), action: action, level: 1,
        reason: "192.0.2.7 probed 5 TCP ports")
}

/// A client that says whatever a test wants, and reads only when it is asked to.
final class RawClient: Sendable {
    let channel: NIOAsyncChannel<String, ByteBuffer>

    private init(_ channel: NIOAsyncChannel<String, ByteBuffer>) { self.channel = channel }

    /// Connects, sends each text, and hands over an iterator of the lines that come back.
    static func converse<Result: Sendable>(
        _ path: String, _ texts: String...,
        body: (RawClient, inout NIOAsyncChannelInboundStream<String>.AsyncIterator) async throws ->
            Result
    ) async throws -> Result {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(unixDomainSocketPath: path) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        ByteToMessageHandler(LineDecoder()))
                    return try NIOAsyncChannel<String, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(
                            backPressureStrategy: .init(lowWatermark: 1, highWatermark: 2),
                            isOutboundHalfClosureEnabled: true))
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var lines = inbound.makeAsyncIterator()
            // A server that has closed already is seen in what it says.
            for text in texts { try? await outbound.write(ByteBuffer(string: text)) }
            return try await body(RawClient(channel), &lines)
        }
    }

    /// Ends our side, as `printf … | socat` does.
    func endInput() async throws { try await channel.channel.close(mode: .output) }

    /// Everything that comes back until the server closes.
    static func answers(_ path: String, _ text: String) async throws -> [String] {
        try await converse(path, text) { _, lines in
            var all: [String] = []
            // A reset after the last line is an end like any other.
            while let line = try? await lines.next() { all.append(line) }
            return all
        }
    }
}

/// Waits until the condition holds, which it soon does or never.
func eventually(_ what: String, _ condition: () -> Bool) async throws {
    let end = ContinuousClock.now.advanced(by: .seconds(120))
    while !condition() {
        try #require(ContinuousClock.now < end, "\(what)")
        await Task.yield()
    }
}

typealias Lines = NIOAsyncChannelInboundStream<String>.AsyncIterator

func expect(
    _ lines: inout Lines, _ expected: String?, sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let line = try await lines.next()
    #expect(line == expected, sourceLocation: sourceLocation)
}

func expect(
    _ lines: inout Lines, prefix: String, sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let line = try await lines.next() ?? "the end"
    #expect(line.hasPrefix(prefix), sourceLocation: sourceLocation)
}

func required(_ lines: inout Lines) async throws -> String {
    let line = try await lines.next()
    return try #require(line)
}

func expectStatus(_ path: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let report = try await ControlClient(path: path, patience: .seconds(120)).status()
    #expect(report == .sample, sourceLocation: sourceLocation)
}

/// Says the text, and is told nothing until the server closes.
func expectNothing(
    _ path: String, _ text: String, sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let answers = try await RawClient.answers(path, text)
    #expect(answers.isEmpty, sourceLocation: sourceLocation)
}

/// Leaves the socket of a daemon that died.
func leaveStaleSocket(_ path: String) async throws {
    let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        .bind(unixDomainSocketPath: path + ".new").get()
    // NIO removes the file that it made, so it must not find it.
    try FileManager.default.moveItem(atPath: path + ".new", toPath: path)
    try await channel.close()
    #expect(FileManager.default.fileExists(atPath: path))
}
