// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// The settings about thresholds, clamped to their ranges and in the units of the hot path.
struct Limits: Sendable {
    let targets: Int
    let outboundTargets: Int
    let echoHosts: Int
    /// Unit: nanoseconds.
    let lifetime: Int64
    let levelPackets: [Int]
    let levelHosts: [Int]
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
        levelPackets = settings.levelPackets
        levelHosts = settings.levelHosts
        attempts = AttemptWindow.Limit(
            attempts: settings.repeatedAttempts, window: settings.repeatedWindow)
    }

    /// A gap in the stream after which everything is over.
    var longestGap: Int64 {
        lifetime.addingSaturating(attempts.bucketNanoseconds.multipliedSaturating(by: 13))
    }

    /// The danger level: the higher of what the packets and what the hosts say.
    ///
    /// Range: 0...5.
    func level(packets: UInt64, hosts: Int) -> Int {
        let packets = Int(clamping: packets)
        var level = 0
        for (index, bound) in levelPackets.enumerated() where packets >= bound {
            level = max(level, index + 1)
        }
        for (index, bound) in levelHosts.enumerated() where hosts >= bound {
            level = max(level, index + 1)
        }
        return min(level, 5)
    }

    /// A threshold for a source that proved to be a good customer: one more for each connection
    /// that was accepted, at most fourfold, else connections would buy silence.
    func raised(_ threshold: Int, accepted: UInt8) -> Int {
        threshold + min(Int(accepted), 3 * threshold)
    }
}

/// How the memory of the settings is shared out.
///
/// A bit more than a fifth stays free for what comes beside the table: slow sources, distributed
/// scans, decoys and floods.
struct MemoryPlan: Sendable {
    let sources: Int
    let tallies: Int
    let prefixes: Int

    init(memory: Int) {
        let memory = min(max(memory, 1 << 20), 64 << 30)
        sources = memory / 64 * 41 / MemoryLayout<SourceRecord>.stride
        tallies = memory / 8 / TallyPool.bytesEach
        prefixes = memory / 512 / MemoryLayout<PrefixWatch.Entry>.stride
    }
}

extension Int64 {
    func multipliedSaturating(by other: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? ((self < 0) == (other < 0) ? .max : .min) : product
    }
}
