// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// A host that is watched for being scanned by many sources together.
struct DistributedHost: BitwiseCopyable {
    var host = Address.unspecified
    /// The minute of the last packet; what is older than the window went then.
    var minute: UInt32 = 0
    /// The minute since which all of the host's traffic was seen.
    var since: UInt32 = 0
    /// The ten minutes that `minute` lies in.
    var interval: UInt32 = 0
    /// New ports in ten ordinary minutes, times 16.
    var baseline: UInt32 = 0
    /// Weight of the ports in the window. Unit: quarters of a probe's target.
    var quarters: UInt32 = 0
    /// New targets in the window; old ones fade.
    var hits: UInt32 = 0
    /// New targets ever, and at which of them to look next.
    var total: UInt32 = 0
    var nextLook: UInt32 = 0
    /// Numbers the sources in the order in which they came.
    var serial: UInt32 = 0
    /// In the window, of the sample.
    var sources: UInt16 = 0
    var ports: UInt16 = 0
    /// Ports that several sources asked.
    var shared: UInt16 = 0
    /// One in 2^shift is in the sample.
    var sourceShift: UInt8 = 0
    var portShift: UInt8 = 0
    /// The number of its open set + 1, or 0.
    var set: UInt8 = 0
    var isUsed = false

    /// Adds what another hit changed of a port.
    mutating func add(_ change: UInt8) {
        if change & DistributedPort.gotHit != 0 { hits += 1 }
        if change & DistributedPort.gotShared != 0 { shared += 1 }
        if change & DistributedPort.gotProbe != 0 { quarters += 3 }
    }
}

/// A source that asked a watched host.
struct DistributedSource: BitwiseCopyable {
    var source: UInt64 = 0
    /// The first address seen of it.
    var address = Address.unspecified
    var first = Timestamp(nanoseconds: 0)
    var stack: UInt32 = 0
    var serial: UInt32 = 0
    /// Ports of this host, and what they weigh in quarters.
    var ports: UInt16 = 0
    var quarters: UInt16 = 0
    /// Counted packets to this host.
    var packets: UInt16 = 0
    /// The low byte of the minute of the last one.
    var minute: UInt8 = 0
    var technique: UInt8 = 0
    var transport: UInt8 = 0
    var isUsed = false

    mutating func note(_ sighting: CrowdSighting, _ minute: UInt8) {
        packets.addSaturating(1)
        self.minute = minute
        guard sighting.isNewTarget else { return }
        ports.addSaturating(1)
        quarters.addSaturating(sighting.quarters)
    }
}

/// A port of a watched host.
struct DistributedPort: BitwiseCopyable {
    /// Transport and port, with a bit that is always set; 0 for none.
    var key: UInt32 = 0
    /// Who asked first: the upper half of the source's hash.
    var owner: UInt32 = 0
    var stack: UInt16 = 0
    var minute: UInt8 = 0
    /// Sources that asked; fades with the minutes.
    var hits: UInt8 = 0
    var isShared = false
    var isProbe = false

    static let gotHit: UInt8 = 1
    static let gotShared: UInt8 = 2
    static let gotProbe: UInt8 = 4

    /// Another source's question, or the same one's after a while.
    mutating func note(_ sighting: CrowdSighting, _ owner: UInt32, _ minute: UInt8) -> UInt8 {
        var change: UInt8 = 0
        self.minute = minute
        if hits < .max {
            hits += 1
            change = DistributedPort.gotHit
        }
        if self.owner != owner, !isShared {
            isShared = true
            change |= DistributedPort.gotShared
        }
        if !isProbe, sighting.target.has(TargetBits.probe) {
            isProbe = true
            change |= DistributedPort.gotProbe
        }
        return change
    }

    static func key(_ target: CommonTarget) -> UInt32 { key(target.ipProtocol, target.selector) }

    static func key(_ ipProtocol: UInt8, _ selector: UInt16) -> UInt32 {
        1 << 31 | UInt32(ipProtocol) << 16 | UInt32(selector)
    }

    var ipProtocol: UInt8 { UInt8(truncatingIfNeeded: key >> 16) }
    var port: UInt16 { UInt16(truncatingIfNeeded: key) }
}

/// What a look at a host found: which of its sources belong together.
struct DistributedVerdict {
    /// Nil when it is the crowd that is out of the ordinary and not one stack.
    var stack: UInt16?
    /// A source with more ports than this acts for itself.
    var mostPorts: UInt16

    func takes(_ source: DistributedSource) -> Bool {
        guard source.ports <= mostPorts, source.ports > 0 else { return false }
        guard let stack else { return true }
        return StackFingerprint.short(source.stack) == stack
    }
}
