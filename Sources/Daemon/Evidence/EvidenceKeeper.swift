// SPDX-License-Identifier: GPL-3.0-or-later

import Detection
import Packets
import Ring

/// Chooses the packets that are kept of scans: those that were remembered when a scan is told of, then
/// its next ones until there are enough, and always the last ones.
///
/// Bound: `evidence.memory` for what is remembered, ``openScans`` scans at a time, and the blocks of the
/// exchange; nothing is allocated for a packet, and nobody waits for the disk.
/// Thread: the detector's alone.
package struct EvidenceKeeper: ~Copyable {
    private var memory: PacketMemory
    var tails: TailMemory
    var scans: ContiguousArray<KeptScan> = []
    /// The scan that a row of ``tails`` is lent to, and the time of its last packet.
    var tailOwners: ContiguousArray<Int>
    var tailTimes: ContiguousArray<Int64>
    var tailHand = 0
    private var freeScans: [Int] = []
    private var members: MemberTable
    private var subjects: [Subject: Int] = [:]
    /// The next scan to be given up when there are too many.
    private var oldest = 0
    var block = EvidenceBlock()
    private var nextFile: UInt32 = 0
    private let first: Int
    private let seeds: (UInt64, UInt64, UInt64)
    /// The upper half of an IPv6 address as far as it counts for the hash.
    private let mask: UInt64
    let hand: (EvidenceBlock) -> EvidenceBlock?
    let lose: (Int) -> Void
    /// Waits until blocks are free again; only at the end.
    let wait: () -> Void
    private var isFinishing = false
    /// No block was free when one was asked for last.
    private var isCrowded = false
    /// Packets that found no room since it was told.
    private var refused = 0

    /// Scans of which packets are kept at a time; of more, the one told of longest ago is given up.
    static let openScans = 16_384
    /// The sources' /48, or what is wider: an IPv6 source is never narrower than a host of it.
    private static let site = 48

    /// - Parameters:
    ///   - hand: takes a full block and gives an empty one; nil when none is free.
    ///   - lose: is told how many packets found no room.
    ///   - wait: returns when blocks are free again, or never will be.
    init(
        first: Int, last: Int, memory: Int, ipv6Prefix: Int = 64, seed: UInt64,
        hand: @escaping (EvidenceBlock) -> EvidenceBlock?, lose: @escaping (Int) -> Void,
        wait: @escaping () -> Void = {}
    ) {
        self.wait = wait
        self.first = first
        self.hand = hand
        self.lose = lose
        self.memory = PacketMemory(bytes: memory / 4 * 3)
        tails = TailMemory(bytes: memory / 4, length: last)
        tailOwners = ContiguousArray(repeating: -1, count: tails.rows)
        tailTimes = ContiguousArray(repeating: .min, count: tails.rows)
        members = MemberTable(capacity: 1 << 16)
        seeds = (
            seed &* 0x9e37_79b9_7f4a_7c15 | 1, seed ^ 0xbf58_476d_1ce4_e5b9,
            seed &* 0x94d0_49bb_1331_11eb ^ 0x2545_f491_4f6c_dd1d
        )
        mask = ~(UInt64.max >> UInt64(min(EvidenceKeeper.site, ipv6Prefix)))
    }

    package var bytes: Int { memory.bytes + tails.bytes + members.bytes }

    /// Whether last packets wait in memory that the disk does not have.
    var unwritten = 0
    mutating func looksUnwritten() -> Bool { unwritten > 0 }

    /// What ``announce(_:)`` read; kept so that reading is not optimised away.
    private var hint: UInt32 = 0

    /// Tells which events come next: what is asked of their sources is fetched meanwhile.
    package mutating func announce(_ events: Span<PacketEvent>) {
        var sum: UInt32 = 0
        for index in events.indices {
            sum &+= memory.touch(hash: hash(of: EvidenceKeeper.named(events[index].source)))
        }
        hint = sum
    }

    /// A packet that is evidence: kept where its source is scanning, else remembered.
    @inline(__always)
    package mutating func note(_ event: borrowing PacketEvent, _ packet: RawSpan) {
        let source = EvidenceKeeper.named(event.source)
        let hash = hash(of: source)
        if members.count > 0, keep(event, packet, of: source, hash) { return }
        memory.note(event, packet, hash: hash)
    }

    /// - Returns: whether nobody needs to remember the packet: enough of its scan are kept.
    private mutating func keep(
        _ event: borrowing PacketEvent, _ packet: RawSpan, of source: Address, _ hash: UInt64
    ) -> Bool {
        var isEnough = false
        var start: Int?
        while let place = members.next(hash, from: start) {
            start = members.after(place)
            guard members.network(place).contains(source) else { continue }
            let scan = members.scan(place)
            if scans[scan].file == 0 { beginFile(of: scan, at: event.time) }
            scans[scan].packets &+= 1
            if scans[scan].kept < first {
                scans[scan].kept += 1
                append(
                    PacketBlock.Header(
                        file: scans[scan].file, kind: EvidenceMark.packet, time: event.time,
                        origin: event.origin), packet)
            } else {
                if tails.length > 0 { keepLast(event, packet, of: scan) }
                if scans[scan].story.source != nil { isEnough = true }
            }
        }
        return isEnough
    }

    // What the detector finds out.

    package mutating func follow(_ finding: Finding) {
        let summary = finding.summary
        if summary.crowd?.isFlood == true { return }
        let known = subjects[Subject(summary)]
        switch finding.event {
        case .scanDetected:
            if let known { end(known) }
            begin(summary, at: finding.time)
        case .scanEscalated:
            if let known { take(summary, into: known) } else { begin(summary, at: finding.time) }
        case .scanEnded: if let known { end(known) }
        case .attemptsRepeated, .floodDetected, .floodEnded: break
        }
    }

    /// Goes on with the scans of an earlier run, each in a file of its own from its next packet on.
    package mutating func resume(_ open: [ScanSummary]) {
        for summary in open.suffix(EvidenceKeeper.openScans) {
            take(summary, into: makeScan(summary, at: summary.end))
        }
    }

    private mutating func begin(_ summary: ScanSummary, at time: Timestamp) {
        let scan = makeScan(summary, at: time)
        take(summary, into: scan)
        scans[scan].packets = summary.packets
        beginFile(of: scan, at: time)
        // The deciding packet is the last one that was noted.
        let networks = scans[scan].members
        let isSet = scans[scan].story.source == nil
        let since = summary.start.advanced(byNanoseconds: isSet ? -600_000_000_000 : 0)
        let slack = since.advanced(byNanoseconds: -5_000_000_000)
        var places: [PacketMemory.Place] = []
        for network in networks {
            var own = 0
            memory.visit(hash: hash(of: network.address)) { place, time, _, packet in
                guard time >= since else { return time >= slack }
                guard let source = EvidenceKeeper.source(of: packet), network.contains(source)
                else { return true }
                places.append(place)
                own += 1
                return own < first
            }
        }
        places.sort { Int32(bitPattern: $0.number &- $1.number) < 0 }
        for place in places.suffix(first) {
            scans[scan].kept += 1
            let file = scans[scan].file
            var refused = 0
            memory.read(place) { time, origin, packet in
                let header = PacketBlock.Header(
                    file: file, kind: EvidenceMark.packet, time: time, origin: origin)
                if !block.packets.append(header, packet) { refused += 1 }
            }
            if refused > 0 {
                handOver()
                memory.read(place) { time, origin, packet in
                    let header = PacketBlock.Header(
                        file: file, kind: EvidenceMark.packet, time: time, origin: origin)
                    if !block.packets.append(header, packet) { lose(1) }
                }
            }
        }
    }

    private mutating func makeScan(_ summary: ScanSummary, at time: Timestamp) -> Int {
        if freeScans.isEmpty, scans.count >= EvidenceKeeper.openScans {
            // Scans were made in this order, but for those whose places were free.
            while !scans[oldest].isOpen { oldest = (oldest + 1) % scans.count }
            end(oldest)
            oldest = (oldest + 1) % scans.count
        }
        let new = KeptScan(story: EvidenceStory(summary, at: time), subject: Subject(summary))
        let place: Int
        if let free = freeScans.popLast() {
            place = free
            scans[free] = new
        } else {
            place = scans.count
            scans.append(new)
        }
        subjects[new.subject] = place
        return place
    }

    /// Takes in the sources that a scan has by now.
    private mutating func take(_ summary: ScanSummary, into scan: Int) {
        let networks: [Network]
        if let crowd = summary.crowd {
            networks = crowd.members.map { Network(host: EvidenceKeeper.named($0)) }
        } else {
            networks = [summary.source]
        }
        for network in networks where !scans[scan].members.contains(network) {
            guard members.insert(hash(of: network.address), network, scan: scan) else { return }
            scans[scan].members.append(network)
        }
    }

    private mutating func beginFile(of scan: Int, at time: Timestamp) {
        nextFile &+= 1
        if nextFile == 0 { nextFile = 1 }
        scans[scan].file = nextFile
        if !block.packets.append(
            PacketBlock.Header(file: nextFile, kind: EvidenceMark.begin), RawSpan())
        {
            handOver()
            block.packets.append(
                PacketBlock.Header(file: nextFile, kind: EvidenceMark.begin), RawSpan())
        }
        // Should there be no room even now, the file's packets are nobody's and counted as lost.
        block.stories[nextFile] = scans[scan].story
    }

    private mutating func end(_ scan: Int) {
        guard scans[scan].isOpen else { return }
        writeLast(of: scan)
        releaseTail(of: scan)
        if scans[scan].file != 0 {
            append(
                PacketBlock.Header(
                    file: scans[scan].file, kind: EvidenceMark.end,
                    number: UInt32(clamping: scans[scan].packets)), RawSpan(), isPacket: false)
        }
        for network in scans[scan].members {
            members.remove(hash(of: network.address), network, scan: scan)
        }
        if subjects[scans[scan].subject] == scan { subjects[scans[scan].subject] = nil }
        scans[scan].isOpen = false
        scans[scan].members = []
        freeScans.append(scan)
    }

    /// The daemon ends: everything goes to the disk, and scans go on with the next run.
    package mutating func finish() {
        isFinishing = true
        for scan in scans.indices where scans[scan].isOpen { end(scan) }
        handOver()
    }

    /// Gives what is there to whoever writes it, without waiting.
    package mutating func handOver() {
        isCrowded = false
        if refused > 0 {
            lose(refused)
            refused = 0
        }
        guard !block.packets.isEmpty else { return }
        var fresh = hand(block)
        if fresh == nil, isFinishing {
            wait()
            fresh = hand(block)
        }
        if let fresh { block = fresh } else { isCrowded = true }
    }

    mutating func append(
        _ header: PacketBlock.Header, _ packet: RawSpan, isPacket: Bool = true
    ) {
        if block.packets.append(header, packet) { return }
        // Asked once a batch whether a block is free again, not for each packet.
        if !isCrowded {
            handOver()
            if block.packets.append(header, packet) { return }
            isCrowded = true
        }
        if isPacket { refused += 1 }
    }

    // Sources.

    /// The address that the detector goes by.
    @inline(__always)
    private static func named(_ address: Address) -> Address {
        address.isV4 ? address : address.embeddedV4 ?? address
    }

    @inline(__always)
    private func hash(of address: Address) -> UInt64 {
        // An IPv4 address stands in the lower half.
        let (high, low) = address.isV4 ? (0, address.low) : (address.high & mask, 0)
        let first = (high ^ seeds.0).multipliedFullWidth(by: low ^ seeds.1)
        let second = (first.high ^ first.low ^ seeds.2).multipliedFullWidth(by: seeds.0)
        return (second.high ^ second.low) | 1 << 63
    }

    private static func source(of packet: RawSpan) -> Address? {
        let bytes = Span<UInt8>(_bytes: packet)
        func number(_ range: Range<Int>) -> UInt64 {
            var value: UInt64 = 0
            for index in range { value = value << 8 | UInt64(bytes[index]) }
            return value
        }
        guard bytes.count >= 20 else { return nil }
        if bytes[0] >> 4 == 4 { return Address(v4: UInt32(number(12..<16))) }
        guard bytes.count >= 40 else { return nil }
        return named(Address(high: number(8..<16), low: number(16..<24)))
    }
}

/// What names a scan from its first decision to its last.
struct Subject: Hashable {
    var source: Network
    var set: ScanKind?

    init(_ summary: ScanSummary) {
        source = summary.source
        set = summary.crowd == nil ? nil : summary.kind
    }
}

/// A scan of which packets are kept.
struct KeptScan {
    var story: EvidenceStory
    var subject: Subject
    /// The file's number; 0 until it is begun.
    var file: UInt32 = 0
    /// First packets that were kept.
    var kept = 0
    /// Packets that the scan had.
    var packets: UInt64 = 0
    /// Its row of last packets; -1: none.
    var tail = -1
    var hasUnwritten = false
    var isOpen = true
    var members: [Network] = []

    init(story: EvidenceStory, subject: Subject) {
        self.story = story
        self.subject = subject
    }
}
