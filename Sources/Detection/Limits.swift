// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// The settings about thresholds, clamped to their ranges and in the units of the hot path.
struct Limits: Sendable {
    let targets: Int
    let outboundTargets: Int
    let echoHosts: Int
    /// Unit: nanoseconds.
    let lifetime: Int64
    /// How long a source's targets are remembered after its last counted packet; 0 for not at all.
    ///
    /// Unit: nanoseconds.
    let memory: Int64
    /// No packet decides anything alone, so that a source's first may stand on probation.
    let needsTwoPackets: Bool
    private let levelPackets: InlineArray<5, Int>
    private let levelHosts: InlineArray<5, Int>
    let attempts: AttemptWindow.Limit

    /// For how long after a new target repeats of old ones still count as packets.
    ///
    /// Unit: seconds. A scanner's retransmissions and a connecting stack's (1, 3, 7, 15 and 31 s
    /// after the first, RFC 6298) are over by then; a monitor or a guesser of passwords goes on.
    static let repeatSeconds: UInt32 = 60

    /// How long a scan must be quiet before another scan may have its tally. Unit: nanoseconds.
    static let tallyQuiet: Int64 = 60_000_000_000

    init(_ settings: DetectionSettings) {
        targets = min(max(settings.targets, 1), 10_000)
        outboundTargets = min(max(settings.outboundTargets, 1), 10_000)
        echoHosts = min(max(settings.echoHosts, 1), 10_000)
        let day: Int64 = 86_400_000_000_000
        lifetime = min(max(settings.scanTimeout.saturatedNanoseconds, 1_000_000_000), 30 * day)
        let memory = min(settings.slowMemory.saturatedNanoseconds, 365 * day)
        self.memory = memory > lifetime ? memory : 0
        func five(_ bounds: [Int]) -> InlineArray<5, Int> {
            InlineArray { $0 < bounds.count ? bounds[$0] : .max }
        }
        levelPackets = five(settings.levelPackets)
        levelHosts = five(settings.levelHosts)
        attempts = AttemptWindow.Limit(
            attempts: settings.repeatedAttempts, window: settings.repeatedWindow)
        needsTwoPackets = min(targets, outboundTargets, echoHosts, attempts.attempts) > 1
    }

    /// A gap in the stream after which everything is over.
    var longestGap: Int64 {
        max(lifetime, memory).addingSaturating(
            attempts.bucketNanoseconds.multipliedSaturating(by: 13))
    }

    /// The danger level: the higher of what the packets and what the hosts say.
    ///
    /// Range: 0...5.
    func level(packets: UInt64, hosts: Int) -> Int {
        let packets = Int(clamping: packets)
        var level = 0
        for index in 0..<5 where packets >= levelPackets[index] || hosts >= levelHosts[index] {
            level = index + 1
        }
        return level
    }

    /// Whether the level may be above one that was reached; asked for every packet of a scan.
    func mayExceed(_ level: UInt8, packets: UInt64, hosts: Int) -> Bool {
        let next = min(Int(level), 4)
        return Int(clamping: packets) >= levelPackets[next] || hosts >= levelHosts[next]
    }

    /// A threshold for a source that proved to be a good customer: one more for each connection
    /// that was accepted, at most fourfold, else connections would buy silence.
    func raised(_ threshold: Int, accepted: UInt8) -> Int {
        threshold + min(Int(accepted), 3 * threshold)
    }
}

extension Int64 {
    func multipliedSaturating(by other: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? ((self < 0) == (other < 0) ? .max : .min) : product
    }
}
