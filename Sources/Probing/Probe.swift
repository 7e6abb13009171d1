// SPDX-License-Identifier: GPL-3.0-or-later

import Firewalls
import NFLog
import Packets

/// `picket check --probe`: sends the ten scans and 445/tcp against a copy of the host's rules, and
/// tells which of them come to the groups that are read.
package struct Probe {
    /// What came of it.
    package struct Report: Sendable {
        package var results: [ProbeResult] = []
        /// Messages without any byte of a packet: a rule's size is 0.
        package var bare = 0
        /// Families in which the host has no address; the copy had one of documentation's.
        package var invented: Set<Bool> = []
        /// Whether the rules name the addresses that the probes came from, so that they may have
        /// been treated unlike a stranger's.
        package var knowsSources = false
        /// Whether what was let in could be told from what was dropped.
        package var tellsLetIn = false
        package var interface = ""
    }

    private let groups: [UInt16]

    package init(groups: [UInt16]) { self.groups = groups }

    /// Ports that services have and that scanners ask for, and some that nobody has.
    private static let ports: [UInt16] = [
        1, 7, 23, 111, 135, 999, 1433, 3389, 5900, 8443, 31_337, 54_321,
    ]
    /// Protocols that few rules let in.
    private static let protocols: [UInt16] = [3, 9, 20, 27, 54, 99, 120, 130, 137]
    /// How long messages may take. Unit: milliseconds; the kernel delivers at its next tick.
    private static let patience: CInt = 700

    /// Throws: ``ProbeError``; nothing is left behind then either.
    package func run() throws(ProbeError) -> Report {
        let stage = try ProbeStage(groups: groups)
        var sightings = Sightings()
        for v6 in [false, true] {
            guard let target = stage.link.address(v6: v6) else { continue }
            for (index, scan) in ScanType.allCases.enumerated() {
                guard let source = Self.source(index, target: target) else { continue }
                let ports = Self.ports(of: scan)
                sightings.expect(scan, v6: v6, from: source, ports)
                for (number, port) in ports.enumerated() {
                    let packet = ProbePacket(
                        scan: scan, source: source, target: target, port: port, number: number)
                    try stage.socket.send(
                        packet.frame(to: ProbeStage.targetLink, from: ProbeStage.scannerLink))
                }
            }
        }
        try sightings.collect(stage.taps, patience: Self.patience)
        return Report(
            results: sightings.results, bare: sightings.bare, invented: stage.link.invented,
            knowsSources: stage.knowsSources, tellsLetIn: stage.tellsLetIn,
            interface: stage.link.interface)
    }

    private static func ports(of scan: ScanType) -> [UInt16] {
        switch scan {
        case .smb: [445]
        case .ipProtocol: protocols
        default: ports
        }
    }

    /// Each scan has a source of its own, so that its copies can be told from the others', from a
    /// network that is not the target's.
    static func source(_ index: Int, target: Address) -> Address? {
        let networks =
            target.isV4 ? ["198.51.100.", "203.0.113."] : ["2001:db8:b::", "2001:db8:c::"]
        let free = networks.first { prefix in
            Address(prefix + "1").map {
                !Network(target, prefixLength: target.isV4 ? 24 : 64).contains($0)
            } ?? false
        }
        return free.flatMap { Address("\($0)\(101 + index)") }
    }
}

/// What has come of what was sent.
struct Sightings {
    private(set) var results: [ProbeResult] = []
    private(set) var bare = 0
    private var indexes: [Address: Int] = [:]
    /// For each result what was sent, in order.
    private var ports: [[UInt16]] = []

    mutating func expect(_ scan: ScanType, v6: Bool, from source: Address, _ sent: [UInt16]) {
        indexes[source] = results.count
        results.append(ProbeResult(scan: scan, v6: v6, sent: sent.count))
        ports.append(sent)
    }

    private var isComplete: Bool { results.allSatisfy { $0.lost == 0 } }

    /// Reads until all is accounted for, or nothing has come for so long.
    mutating func collect(_ taps: [Tap], patience: CInt) throws(ProbeError) {
        let descriptors = taps.map(\.descriptor)
        while !isComplete, ProbeSystem.poll(descriptors, milliseconds: patience) {
            var sightings = self
            for tap in taps {
                try tap.receive { sightings.take($0, group: tap.group) }
            }
            self = sightings
        }
    }

    private mutating func take(_ message: borrowing LogMessage, group: UInt16) {
        guard message.payload.byteCount > 0 else {
            bare += 1
            return
        }
        let event = PacketEvent.parsing(message.payload, time: Timestamp(nanoseconds: 0)).event
        guard let index = indexes[event.source] else { return }
        guard let port = port(of: event, in: index) else { return }
        guard group != ProbeStage.letInGroup else {
            results[index].letIn.insert(port)
            return
        }
        results[index].seen.insert(port)
        let prefix = message.prefix.text().printable
        if !results[index].prefixes.contains(prefix), results[index].prefixes.count < 8 {
            results[index].prefixes.append(prefix)
        }
        if !results[index].groups.contains(group) { results[index].groups.append(group) }
    }

    private func port(of event: PacketEvent, in index: Int) -> UInt16? {
        if results[index].scan == .ipProtocol { return UInt16(event.ipProtocol.rawValue) }
        let number = Int(event.sourcePort) - Int(ProbePacket.firstSourcePort)
        return ports[index].indices.contains(number) ? ports[index][number] : nil
    }
}
