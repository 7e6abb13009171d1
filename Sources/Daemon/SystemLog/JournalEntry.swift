// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Detection
import Packets

/// A decision as the journal takes it: a field a line, `journalctl PICKET_SOURCE=203.0.113.7` finds it.
///
/// Source: https://systemd.io/JOURNAL_NATIVE_PROTOCOL, systemd.journal-fields(7).
enum JournalEntry {
    static func bytes(of decision: Decision) -> [UInt8] {
        var fields = Fields()
        fields.add("MESSAGE", SyslogMessage.text(of: decision))
        fields.add("PRIORITY", "\(SyslogMessage.severity(of: decision))")
        fields.add("SYSLOG_FACILITY", "\(SyslogMessage.facility)")
        fields.add("SYSLOG_IDENTIFIER", "picket")
        fields.add("PICKET_ACTION", decision.action.rawValue)
        fields.add("PICKET_LEVEL", "\(decision.level)")
        fields.add("PICKET_SEQUENCE", "\(decision.sequence)")
        fields.add("PICKET_TIME", decision.time.inUTC)
        if let scan = decision.scan { add(scan, to: &fields) }
        if let attempts = decision.attempts { fields.add("PICKET_ATTEMPTS", "\(attempts)") }
        fields.addText("PICKET_PREFIX", decision.origin.prefix)
        fields.addText("PICKET_INTERFACE", decision.origin.interfaceIn)
        if let group = decision.origin.group { fields.add("PICKET_GROUP", "\(group)") }
        fields.add("PICKET_LOST_GAP", "\(decision.loss.gap)")
        fields.add("PICKET_LOST_DROP", "\(decision.loss.drop)")
        return fields.bytes
    }

    private static func add(_ scan: ScanSummary, to fields: inout Fields) {
        let isFlood = scan.crowd?.isFlood == true
        if scan.crowd == nil {
            fields.add("PICKET_SOURCE", "\(scan.firstAddress)")
            if !scan.source.isHost { fields.add("PICKET_NETWORK", "\(scan.source)") }
        }
        // A field may stand more than once.
        for member in scan.crowd?.members ?? [] { fields.add("PICKET_MEMBER", "\(member)") }
        for destination in scan.destinations { fields.add("PICKET_DESTINATION", "\(destination)") }
        if !isFlood { fields.add("PICKET_KIND", scan.kind.rawValue) }
        for technique in scan.techniques { fields.add("PICKET_TECHNIQUE", "\(technique)") }
        fields.add("PICKET_TOOL", scan.tool.tool.rawValue)
        fields.add("PICKET_PACKETS", "\(scan.packets)")
        fields.add("PICKET_TARGETS", "\(scan.targets.count)")
        fields.add("PICKET_HOSTS", "\(scan.hosts.count)")
        fields.add("PICKET_PORTS", "\(scan.ports.count)")
        fields.add("PICKET_DIRECTION", scan.direction.rawValue)
    }

    /// The fields of one entry.
    struct Fields {
        private(set) var bytes: [UInt8] = []

        /// What comes from outside: left out when empty, and nothing in it that steers a terminal.
        mutating func addText(_ name: String, _ value: String) {
            if !value.isEmpty { add(name, value.printable) }
        }

        /// - Parameter value: a line break in it would begin another field, so that it is then written
        ///   with its length.
        mutating func add(_ name: String, _ value: String) {
            bytes += Array(name.utf8)
            if value.utf8.contains(0x0a) {
                bytes.append(0x0a)
                let count = UInt64(value.utf8.count)
                for shift in 0..<8 {
                    bytes.append(UInt8(truncatingIfNeeded: count >> UInt64(shift * 8)))
                }
            } else {
                bytes.append(UInt8(ascii: "="))
            }
            bytes += Array(value.utf8)
            bytes.append(0x0a)
        }
    }
}
