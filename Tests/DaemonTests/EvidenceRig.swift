// SPDX-License-Identifier: GPL-3.0-or-later

import Captures
import Configuration
import Decisions
import Detection
import Foundation
import Packets
import TestSupport
import Testing

@testable import Daemon

/// A detector that keeps evidence in a folder of its own, as the daemon's does.
final class EvidenceRig {
    let folder: TemporaryFolder
    let store: EvidenceStore
    let registry: OriginRegistry
    private var analysis: Analysis
    private(set) var decisions: [Decision] = []
    private(set) var last = Timestamp.testStart

    init(
        first: Int = 200, last: Int = 50, size: Int = 64 << 20, memory: Int = 4 << 20,
        in folder: TemporaryFolder? = nil, settings: DetectionSettings = DetectionSettings()
    ) throws {
        self.folder = try folder ?? TemporaryFolder()
        var evidence = EvidenceSettings()
        evidence.path = self.folder.path
        (evidence.first, evidence.last) = (first, last)
        (evidence.size, evidence.memory) = (size, memory)
        let registry = OriginRegistry()
        self.registry = registry
        store = EvidenceStore(evidence, registry: registry)
        store.open()
        analysis = Analysis(settings: settings, facts: HostFacts(), seed: 5)
        analysis.keepEvidence(with: store.keeper(ipv6Prefix: settings.ipv6Prefix, seed: 9))
    }

    func observe(_ packet: [UInt8], at milliseconds: Int64, origin: OriginID = .unknown) {
        last = Timestamp.testStart.advanced(byNanoseconds: milliseconds * 1_000_000)
        observe(event(packet, time: last, origin: origin), RawSpan(_elements: packet.span))
    }

    func observe(_ event: PacketEvent, _ packet: RawSpan) {
        last = event.time
        if !analysis.knows(event.origin) { analysis.admit(registry.snapshot) }
        analysis.observe(event, packet: packet) { decisions.append($0) }
        analysis.handOverEvidence()
    }

    /// Plays a capture through it.
    func play(_ path: String) throws {
        var reader = try CaptureReader.open(path: path, options: .noReference)
        var batch = PacketBatch()
        while try reader.fill(&batch) {
            for origin in reader.origins.origins { _ = registry.intern(origin) }
            for index in 0..<batch.count { observe(batch.events[index], batch.packet(index)) }
        }
    }

    func writeLast() {
        analysis.handOverLastEvidence()
        store.drain()
    }

    /// As the daemon ends.
    func end() {
        analysis.finishEvidence()
        store.drain()
    }

    /// As the input ends.
    func finish() {
        analysis.finish(at: last) { decisions.append($0) }
        end()
    }

    func saved() -> [UInt8] { analysis.detector.saved() }

    var files: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().map { folder.path + "/" + $0 }
    }

    /// What the files take on the disk together.
    var bytes: Int {
        files.reduce(0) { $0 + (Evidence.size($1) + 4095) & ~4095 }
    }
}

extension CaptureOptions {
    static let noReference = CaptureOptions(referenceTime: Timestamp.testStart)
}

/// What a file of evidence holds, and what a replay makes of it.
enum Evidence {
    static func size(_ path: String) -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return attributes?[.size] as? Int ?? 0
    }

    static func packets(
        _ path: String
    ) throws -> [(event: PacketEvent, bytes: [UInt8], origin: Origin)] {
        var reader = try CaptureReader.open(path: path, options: .noReference)
        var found: [(PacketEvent, [UInt8], Origin)] = []
        var isMore = true
        while isMore {
            isMore = try reader.next { event, packet, origins in
                let span = Span<UInt8>(_bytes: packet)
                found.append((event, span.indices.map { span[$0] }, origins[event.origin]))
            }
        }
        return found
    }

    static func replay(
        _ paths: String..., settings: Settings = Settings()
    ) throws -> [Decision] {
        var replay = Replay(settings: settings)
        var decisions: [Decision] = []
        for path in paths {
            try replay.read(path: path, options: .noReference, carryOut: { decisions.append($0) }) {
                _ in
            }
        }
        try replay.finish { decisions.append($0) }
        return decisions
    }
}

extension Decision {
    /// The decision without the numbers that origins have in one stream, and without the moment at
    /// which an input ended.
    var essence: Decision {
        var decision = self
        decision.scan?.origin = .unknown
        decision.origin = Origin(
            prefix: origin.prefix, interfaceIn: origin.interfaceIn,
            interfaceOut: origin.interfaceOut)
        if ending == .inputEnded { decision.time = scan?.end ?? time }
        return decision
    }
}
