// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// Reads recorded packets, whatever they are recorded in, as the events that the daemon would have
/// had: pcap, pcapng, a kernel log's text, or a scenario.
package struct CaptureReader: ~Copyable {
    private enum Content {
        case packets, text, scenario
    }

    private var file: CaptureFile
    private let content: Content
    /// Of these only those are used that the content needs.
    private var packets: CapturedPackets
    private var text: LogText
    private var lines = LineReader()
    private var scenario = Scenario()
    private var counts = CaptureProgress()
    /// What ended a batch that was handed over first.
    private var failure: CaptureError?
    /// Grows while reading; the identifiers in the events index it.
    package private(set) var origins: OriginTable

    /// How much of an input is looked at to tell what it is.
    private static let headSize = 64 << 10
    /// Bound: a scenario is a few lines written by hand.
    private static let scenarioLimit = 4 << 20

    private init(
        _ content: Content, _ file: consuming CaptureFile, link: LinkType, options: CaptureOptions,
        origins: OriginTable
    ) {
        self.origins = origins
        counts.totalBytes = file.totalBytes
        self.file = file
        self.content = content
        packets = CapturedPackets(link: link, acceptedGroups: options.acceptedGroups)
        text = LogText(options)
    }

    /// Opens an input; `-` is standard input. What it is, its first bytes decide, not its name.
    ///
    /// - Parameter origins: those of the inputs before it, so that identifiers go on.
    /// Throws: ``CaptureError`` when it cannot be opened, is compressed, or is none of the above.
    package static func open(
        path: String, options: CaptureOptions, origins: OriginTable = OriginTable()
    ) throws(CaptureError) -> CaptureReader {
        var file = try CaptureFile.open(path: path)
        var head = [UInt8](repeating: 0, count: headSize)
        var count = 0
        // A pipe that is followed live gives little at a time: no more is waited for than it takes.
        while count < headSize, CaptureFormat.needsMore(head.span.extracting(0..<count)) {
            let more = try file.read(into: &head, from: count)
            if more == 0 { break }
            count += more
        }
        head.removeLast(headSize - count)
        switch CaptureFormat(head: head.span) {
        case .packets:
            let type = try file.startCapture(head: head.span)
            guard let link = LinkType(rawValue: type) else {
                let name = CaptureFile.linkName(type)
                throw CaptureError(path: path, cause: .unsupportedLink(type: type, name: name))
            }
            return CaptureReader(.packets, file, link: link, options: options, origins: origins)
        case .logText:
            var reader = CaptureReader(.text, file, link: .raw, options: options, origins: origins)
            reader.lines = LineReader(head: head)
            return reader
        case .scenario:
            let text = try restOfScenario(file, head: head)
            let scenario: Scenario
            do throws(ScenarioError) {
                scenario = try Scenario(
                    String(decoding: text, as: UTF8.self), origins: origins)
            } catch {
                throw CaptureError(path: path, cause: .scenario(line: error.line, error.reason))
            }
            var reader = CaptureReader(
                .scenario, file, link: .raw, options: options, origins: origins)
            reader.origins = scenario.origins
            reader.scenario = scenario
            reader.counts.bytesRead = UInt64(text.count)
            return reader
        case .compressed(let format):
            throw CaptureError(path: path, cause: .compressed(format))
        case .unknown:
            throw CaptureError(path: path, cause: .notACapture)
        }
    }

    private static func restOfScenario(
        _ file: borrowing CaptureFile, head: [UInt8]
    ) throws(CaptureError) -> [UInt8] {
        var text = head
        var block = [UInt8](repeating: 0, count: headSize)
        while text.count < scenarioLimit {
            let count = try file.read(into: &block, from: 0)
            if count == 0 { break }
            text += block[..<count]
        }
        return text
    }

    /// Hands the next packet over, with its first bytes (at most ``PacketEvent/keptBytes``, none
    /// where the input is text); false at the end.
    ///
    /// Refused packets are handed over too, as the daemon's detector gets them.
    /// Throws: ``CaptureError`` at a place that cannot be read; all before it was handed over.
    package mutating func next(
        _ body: (PacketEvent, RawSpan, borrowing OriginTable) -> Void
    ) throws(CaptureError) -> Bool {
        switch content {
        case .packets: return try nextRecord(body)
        case .text: return try nextLine(body)
        case .scenario:
            let index = Int(counts.packets)
            guard index < scenario.events.count else { return false }
            counts.packets += 1
            body(scenario.events[index], RawSpan(), origins)
            return true
        }
    }

    /// Fills the batch with the next packets; false, and none in it, at the end.
    ///
    /// Never waits for more while it has one: what a pipe is given is handed over at once.
    /// Throws: ``CaptureError`` as ``next(_:)``, when all before it was handed over.
    package mutating func fill(_ batch: inout PacketBatch) throws(CaptureError) -> Bool {
        batch.removeAll()
        if let failure { throw failure }
        do throws(CaptureError) {
            while batch.count < PacketBatch.capacity, batch.isEmpty || isReady {
                guard try next({ event, packet, _ in batch.append(event, packet) }) else { break }
            }
        } catch {
            if batch.isEmpty { throw error }
            failure = error
        }
        return !batch.isEmpty
    }

    /// Whether the next packet can be read without waiting for who writes the input.
    ///
    /// How much of a capture libpcap has in its buffer, it does not tell.
    private var isReady: Bool { !file.mayWait || content == .text && lines.hasLine }

    private mutating func nextRecord(
        _ body: (PacketEvent, RawSpan, borrowing OriginTable) -> Void
    ) throws(CaptureError) -> Bool {
        while try file.nextRecord(counts.packets + counts.otherProtocols + 1) {
            let (isIP, failure) = packets.read(
                file.recordBytes, isCut: file.isRecordCut, time: file.recordTime, &origins, body)
            if isIP {
                count(failure)
                return true
            }
            counts.otherProtocols += 1
        }
        return false
    }

    private mutating func nextLine(
        _ body: (PacketEvent, RawSpan, borrowing OriginTable) -> Void
    ) throws(CaptureError) -> Bool {
        while try lines.next(from: file) {
            counts.lines += 1
            switch text.read(lines, &origins) {
            case .packet(let event, let failure):
                count(failure)
                body(event, RawSpan(), origins)
                return true
            case .otherProtocol: counts.otherProtocols += 1
            case .noPacket: counts.linesWithoutPacket += 1
            }
        }
        return false
    }

    private mutating func count(_ failure: ParseFailure?) {
        counts.packets += 1
        if let failure { counts.refused[failure, default: 0] += 1 }
    }

    /// How far it is read, and what was in it until here.
    package var progress: CaptureProgress {
        var progress = counts
        progress.linesCut = lines.linesCut
        switch content {
        case .packets: progress.bytesRead = file.captureBytesRead
        case .text: progress.bytesRead = lines.bytesRead
        case .scenario: break
        }
        return progress
    }
}
