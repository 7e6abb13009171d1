// SPDX-License-Identifier: GPL-3.0-or-later

import CLinux
import Detection
import Packets

/// What `picket top` takes from the detector's thread: the longest slice of a search over a full
/// table, for each order, with sources that come in the order that costs most.
enum TopStage {
    private static let slice = 2048

    static func run(_ request: Request) -> Measured {
        var settings = DetectionSettings()
        settings.memory = max(96 << 20, request.sources * 512)
        settings.repeatedAttempts = 60_000
        var detector = Detector(settings: settings, facts: HostFacts(), seed: 7)
        let none = [UInt8]()
        // Each source has a packet more than the one before it, up to a hundred, and so enters the
        // list of the best in vain as often as can be.
        for number in 0..<request.sources {
            for packet in 0..<min(2 + number * 98 / request.sources, 100) {
                detector.observe(
                    event(number, packet), packet: RawSpan(_elements: none.span))
            }
            if detector.hasFindings { _ = detector.takeFindings() }
        }
        var notes: [String] = []
        var longest: Int64 = 0
        for order in SourceOrder.allCases {
            let (slice, found) = time(order, detector)
            longest = max(longest, slice, found)
            notes.append("\(order.rawValue) \(slice / 1000) us, end \(found / 1000) us")
        }
        return Measured(
            events: 1, nanoseconds: longest,
            note: "\(detector.sourceCount) sources; " + notes.joined(separator: "; "))
    }

    /// The longest slice, and what reading out those that were found takes.
    private static func time(
        _ order: SourceOrder, _ detector: borrowing Detector
    ) -> (slice: Int64, found: Int64) {
        var search = SourceSearch(order: order, limit: SourceSearch.maximum)
        var longest: Int64 = 0
        var goesOn = true
        while goesOn {
            let start = picket_thread_cpu_ns()
            goesOn = detector.goOn(&search, records: slice)
            longest = max(longest, picket_thread_cpu_ns() - start)
        }
        let start = picket_thread_cpu_ns()
        let found = detector.found(search).count
        return (longest, (picket_thread_cpu_ns() - start) * (found > 0 ? 1 : 0))
    }

    private static func event(_ source: Int, _ packet: Int) -> PacketEvent {
        PacketEvent(
            time: Timestamp(
                nanoseconds: 1_700_000_000_000_000_000 + Int64(source * 100 + packet) * 1000),
            source: Address(v4: 0x0b00_0000 + UInt32(source)),
            // A host for each of a few, else they would be one distributed scan.
            destination: Address(v4: 0xc000_0200 + UInt32(source % 256)), ipProtocol: .tcp,
            sourcePort: 40001, destinationPort: UInt16(1 + (source * 31 + packet * 7) % 60_000),
            flags: TCPFlags.syn.rawValue, window: 1024)
    }
}
