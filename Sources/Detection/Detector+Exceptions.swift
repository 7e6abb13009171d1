// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// How one counted packet differs from others.
struct Circumstances: BitwiseCopyable {
    var isProbe: Bool
    var mark: ToolMark
    /// The danger level that the settings give it; nil: none. Else ``Evidence/invalidICMP``.
    var autoLevel: UInt8?
    /// Part of a traceroute: a target like others, and no attempt.
    var isTrace = false
}

extension Detector {
    /// Counts a probe or an ambiguous packet, unless the settings or its being a trace's forbid it.
    @inline(__always)
    mutating func consider(_ event: PacketEvent, isProbe: Bool, _ mark: ToolMark) {
        var circumstances = Circumstances(isProbe: isProbe, mark: mark)
        circumstances.autoLevel = autoLevels.level(for: event)
        if circumstances.autoLevel == 0 { return }
        if circumstances.autoLevel == nil, Wire(event) == .icmp, !event.has(.shortTransport),
            ICMPMeaning(event) == .unassigned
        {
            circumstances.autoLevel = Evidence.invalidICMP
        }
        if event.hopLimit <= TraceWatch.farthest, TraceWatch.concerns(event),
            traceWatch.note(
                event.hopLimit, source: table.hash(grader.host.key(of: event.source).address),
                at: clock.now)
        {
            traces.note(event)
            // Each probe goes to a port of its own, which nobody asks for.
            if Wire(event) == .datagram, TraceWatch.isTracePort(event.destinationPort) { return }
            circumstances.isTrace = true
        }
        count(event, circumstances)
    }
}
