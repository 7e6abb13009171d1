// SPDX-License-Identifier: GPL-3.0-or-later

import Captures
import Foundation
import Journal
import Packets
import Ring

/// Writes blocks of evidence into their files.
///
/// A file has whole records only: what cannot be written is cut off again, counted and told at most
/// once a minute, and the next is tried again.
/// Thread: the evidence's queue.
struct EvidenceFiles {
    /// What is known of a file that packets still come for.
    private struct File {
        var story: EvidenceStory
        var length = 0
        /// Where its first packets end.
        var firstEnd = 0
        var firstPackets = 0
        var packets = 0
        var earliest: Timestamp?
        var latest = Timestamp(nanoseconds: 0)
        /// Packets that the scan had, as far as told.
        var seen = 0
        /// Room for it was needed for newer ones.
        var isGone = false
        /// Bytes on their way into it.
        var waiting: [UInt8] = []
        var waitingPackets = 0
        var isLast = false
    }

    private var shelf: EvidenceShelf
    private var files: [UInt32: File] = [:]
    private var numbers: [String: UInt32] = [:]
    private let registry: OriginRegistry
    /// What all packets of an origin have in common, IPv4 and IPv6.
    private var openings: [UInt16: [[UInt8]]] = [:]
    private let note: (AuxiliaryRow) -> Void
    private let tell: (EvidenceTrouble) -> Void

    private(set) var packets: UInt64 = 0
    private(set) var lost: UInt64 = 0
    private var lostBefore: UInt64 = 0
    /// Why packets are lost now; nil while all is well.
    private(set) var failing: String?
    private var told: ContinuousClock.Instant?

    init(
        folder: String, limit: Int, registry: OriginRegistry,
        note: @escaping (AuxiliaryRow) -> Void, tell: @escaping (EvidenceTrouble) -> Void
    ) {
        shelf = EvidenceShelf(folder: folder, limit: limit)
        self.registry = registry
        self.note = note
        self.tell = tell
    }

    var count: Int { shelf.count }
    var bytes: Int { shelf.bytes }

    /// Looks at what earlier runs have left; a torn end is cut off.
    mutating func open() {
        shelf.read { path, length in
            guard let data = try? Data(contentsOf: URL(filePath: path)) else { return length }
            let bytes = [UInt8](data)
            let whole = NFLogWriter.wholeLength(of: bytes.span)
            if whole == bytes.count { return length }
            if whole <= NFLogWriter.fileHeader.count {
                return System.remove(path) == 0 ? 0 : length
            }
            let descriptor = System.openToKeep(path)
            guard descriptor >= 0 else { return length }
            defer { close(descriptor) }
            return System.cut(descriptor, to: whole) == 0 ? whole : length
        }
        _ = makeRoom(for: 0, keeping: "")
    }

    mutating func take(_ block: EvidenceBlock) {
        var touched: Set<UInt32> = []
        block.packets.read { header, bytes in
            let number = header.file
            touched.insert(number)
            switch header.kind {
            case EvidenceMark.begin:
                guard let story = block.stories[number] else { return }
                files[number] = File(story: story)
            case EvidenceMark.lastBegin:
                write(number)
                beginLast(number, seen: Int(header.number))
            case EvidenceMark.end:
                write(number)
                end(number, seen: Int(header.number))
            default: take(header, bytes)
            }
        }
        for number in touched { write(number) }
    }

    private mutating func take(_ header: PacketBlock.Header, _ bytes: RawSpan) {
        guard files[header.file]?.isGone == false else {
            lost += 1
            return
        }
        let time = Timestamp(nanoseconds: header.time)
        let opening = opening(of: header.origin, bytes)
        modify(header.file) { file in
            NFLogWriter.append(bytes, time: time, opening: opening, to: &file.waiting)
            file.waitingPackets += 1
            file.earliest = min(file.earliest ?? time, time)
            file.latest = max(file.latest, time)
        }
    }

    private mutating func modify(_ number: UInt32, _ body: (inout File) -> Void) {
        guard let index = files.index(forKey: number) else { return }
        body(&files.values[index])
    }

    /// The last packets come: those written as such before make room.
    private mutating func beginLast(_ number: UInt32, seen: Int) {
        guard let file = files[number], !file.isGone else { return }
        if file.length > file.firstEnd {
            let descriptor = System.openToKeep(shelf.path(file.story.name))
            if descriptor >= 0 {
                // A file that somebody has changed is not ours to cut, nor to make longer.
                if System.size(of: descriptor) == file.length,
                    System.cut(descriptor, to: file.firstEnd) == 0
                {
                    shelf.note(file.story.name, length: file.firstEnd)
                    modify(number) {
                        $0.length = file.firstEnd
                        $0.packets = file.firstPackets
                    }
                }
                close(descriptor)
            }
        }
        modify(number) {
            $0.isLast = true
            $0.seen = max($0.seen, seen)
        }
    }

    private mutating func end(_ number: UInt32, seen: Int) {
        modify(number) { $0.seen = max($0.seen, seen) }
        guard let file = files.removeValue(forKey: number) else { return }
        numbers[file.story.name] = nil
        if file.length > 0, !file.isGone { report(file) }
    }

    private func report(_ file: File) {
        note(
            .evidence(
                EvidenceFile(
                    path: shelf.path(file.story.name), source: file.story.source,
                    scanStart: file.story.scanStart, first: file.earliest ?? file.latest,
                    last: file.latest, packets: file.packets,
                    omitted: max(0, file.seen - file.packets), bytes: file.length)))
    }

    /// Writes what waits for a file.
    private mutating func write(_ number: UInt32) {
        guard var file = files[number], file.waitingPackets > 0 else { return }
        let (bytes, count) = (file.waiting, file.waitingPackets)
        file.waiting.removeAll(keepingCapacity: true)
        file.waitingPackets = 0
        defer {
            files[number] = file
        }
        if file.length == 0 { chooseName(&file, number) }
        let more =
            EvidenceShelf.space(file.length + NFLogWriter.fileHeader.count + bytes.count)
            - EvidenceShelf.space(file.length)
        guard makeRoom(for: more, keeping: file.story.name) else {
            return fail("evidence.size is too small for it", count)
        }
        switch append(bytes, &file) {
        case nil:
            file.packets += count
            if !file.isLast {
                file.firstEnd = file.length
                file.firstPackets = file.packets
            }
            packets += UInt64(count)
            shelf.note(file.story.name, length: file.length)
            report(file)
            if failing != nil {
                failing = nil
                tell(.recovered(lost: lost - lostBefore))
                lostBefore = lost
            }
        case let cause?: fail(cause, count)
        }
    }

    private mutating func fail(_ cause: String, _ count: Int) {
        lost += UInt64(count)
        failing = cause
        if told.map({ .now - $0 >= .seconds(60) }) ?? true {
            told = .now
            tell(.losing(cause: cause, total: lost))
        }
    }

    /// A name that no file has; another scan of that source may have begun in the same millisecond.
    private mutating func chooseName(_ file: inout File, _ number: UInt32) {
        let name = file.story.name
        for attempt in 2..<100 {
            if numbers[file.story.name, default: number] == number, !shelf.holds(file.story.name) {
                break
            }
            file.story.name = name.dropLast(5) + "-\(attempt).pcap"
        }
        numbers[file.story.name] = number
    }

    /// Appends all or nothing; why it is nothing.
    private func append(_ records: [UInt8], _ file: inout File) -> String? {
        let path = shelf.path(file.story.name)
        var descriptor = System.openToKeep(path)
        if descriptor < 0, errno == ENOENT, System.makeFolder(shelf.folder) == 0 {
            descriptor = System.openToKeep(path)
        }
        guard descriptor >= 0 else { return System.message(of: errno) }
        defer { close(descriptor) }
        // Somebody may have removed or emptied the file: then it begins anew.
        let length = System.size(of: descriptor) ?? 0
        if length != file.length {
            file.length = length
            file.firstEnd = min(file.firstEnd, length)
            if length == 0 { (file.packets, file.firstPackets) = (0, 0) }
        }
        let bytes = length == 0 ? NFLogWriter.fileHeader + records : records
        var written = 0
        while written < bytes.count {
            let (count, error) = System.writeOnce(bytes[written...], to: descriptor)
            if count > 0 {
                written += count
            } else if count == 0 || error != EINTR {
                if written > 0 { _ = System.cut(descriptor, to: length) }
                if length == 0 { _ = System.remove(path) }
                return System.message(of: count == 0 ? ENOSPC : error)
            }
        }
        file.length += bytes.count
        return nil
    }

    private mutating func makeRoom(for more: Int, keeping name: String) -> Bool {
        var gone: [String] = []
        let fits = shelf.makeRoom(for: more, keeping: name) { gone.append($0) }
        for name in gone {
            if let number = numbers.removeValue(forKey: name) {
                modify(number) { $0.isGone = true }
            }
            note(.evidenceRemoved(path: shelf.path(name)))
        }
        return fits
    }

    private mutating func opening(of origin: UInt16, _ packet: RawSpan) -> [UInt8] {
        let isV6 = Span<UInt8>(_bytes: packet).first >> 4 == 6
        if let known = openings[origin] { return known[isV6 ? 1 : 0] }
        let place = registry.snapshot[OriginID(rawValue: origin)]
        let made = [false, true].map { isV6 in
            NFLogWriter.opening(
                of: place, isV6: isV6, interfaceIn: System.interfaceNumber(place.interfaceIn),
                interfaceOut: System.interfaceNumber(place.interfaceOut))
        }
        openings[origin] = made
        return made[isV6 ? 1 : 0]
    }
}

extension Span<UInt8> {
    /// The first byte; 0 when there is none.
    fileprivate var first: UInt8 { isEmpty ? 0 : self[0] }
}

/// What the operator should know about packets of evidence that were lost.
enum EvidenceTrouble: Hashable, Sendable {
    case losing(cause: String, total: UInt64)
    case recovered(lost: UInt64)
}
