// SPDX-License-Identifier: GPL-3.0-or-later

import Firewalls
import Foundation
import NFLog
import Packets
import Programs

/// Two network namespaces without names, a cable between them, and in one of them a copy of the
/// host's rules: where the probes are sent.
///
/// The host's own firewall is only read, and no packet leaves: the namespaces have no other link.
/// All of it is gone with this value, or with the process.
/// Thread: the one that makes it; its namespace is left and entered again.
final class ProbeStage {
    static let targetLink: [UInt8] = [0x02, 0x50, 0x69, 0x63, 0x6b, 0x01]
    static let scannerLink: [UInt8] = [0x02, 0x50, 0x69, 0x63, 0x6b, 0x02]
    /// What the rules let in comes to this group by a rule of ours behind all others.
    static let letInGroup: UInt16 = 65_535

    let link: HostLink
    /// Whether the rules may know the addresses that the probes come from.
    let knowsSources: Bool
    let socket: FrameSocket
    private(set) var taps: [Tap] = []
    /// Whether ``letInGroup`` is there to tell what was let in from what was dropped.
    private(set) var tellsLetIn = false

    private static let mostInterfaces = 64

    init(groups: [UInt16]) throws(ProbeError) {
        guard ProbeSystem.mayProbe else { throw .noRight }
        let ip = try ProbeTool("ip", package: "iproute2")
        let home = try Namespace.current()
        link = try HostLink.read(ip)
        let copy = try RuleCopy()
        knowsSources = copy.mentions(anyOf: ["198.51.100.", "2001:db8:"])
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("picket-probe-\(UUID().uuidString)").path
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: false,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw .failed(command: "make \(folder)", said: error.localizedDescription)
        }
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // Whatever happens, the thread comes home; where it cannot, it must not go on elsewhere.
        defer {
            do { try home.enter() } catch { preconditionFailure("\(error)") }
        }
        let scanner = try Namespace.make()
        let target = try Namespace.make()
        try Self.plug(link, to: scanner, for: copy, ip)
        try copy.load(by: folder)
        taps = []
        var opened: [Tap] = []
        if let nft = Program.find("nft") {
            tellsLetIn = try Self.addObserver(nft, folder)
            if tellsLetIn { opened.append(try Tap(group: Self.letInGroup)) }
        }
        for group in groups { opened.append(try Tap(group: group)) }
        try scanner.enter()
        try ip.run(["link", "set", "probe0", "up"])
        socket = try FrameSocket.open(interface: "probe0")
        taps = opened
        // The target's namespace lives on in the cable's other end and the taps.
        _ = target
    }

    /// Makes the cable and what the rules need to find in the calling thread's namespace.
    private static func plug(
        _ link: HostLink, to scanner: Namespace, for copy: RuleCopy, _ ip: ProbeTool
    ) throws(ProbeError) {
        let name = link.interface
        try ip.run(["link", "set", "lo", "up"])
        try ip.run([
            "link", "add", "name", name, "address", text(targetLink), "type", "veth", "peer",
            "name", "probe0", "address", text(scannerLink), "netns", scanner.path,
        ])
        for other in link.others.filter({ copy.mentions($0) && $0 != name }).prefix(mostInterfaces)
        {
            try ip.run(["link", "add", "name", other, "type", "dummy"])
        }
        for (file, value) in link.switches {
            // Where the kernel part is not loaded yet, its switches are at their defaults.
            try? "\(value)".write(
                toFile: "/proc/sys/net/\(file)", atomically: false, encoding: .utf8)
        }
        for (address, width) in link.addresses {
            let nodad = address.isV4 ? [] : ["nodad"]
            try ip.run(["address", "add", "\(address)/\(width)", "dev", name] + nodad)
        }
        try ip.run(["link", "set", name, "up"])
        for family in ["-4", "-6"] { try ip.run([family, "route", "add", "default", "dev", name]) }
    }

    private static func text(_ link: [UInt8]) -> String {
        link.map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0\(digits)" : digits
        }.joined(separator: ":")
    }

    /// Adds a rule behind all others; false when this nft cannot.
    private static func addObserver(_ nft: Program, _ folder: String) throws(ProbeError) -> Bool {
        let file = "\(folder)/observer"
        let rules = """
            table inet picket_probe {
                chain let_in {
                    type filter hook input priority 2147483646; policy accept;
                    log group \(letInGroup)
                }
                chain passed_on {
                    type filter hook forward priority 2147483646; policy accept;
                    log group \(letInGroup)
                }
            }

            """
        do { try rules.write(toFile: file, atomically: false, encoding: .utf8) } catch {
            throw .failed(command: "write \(file)", said: error.localizedDescription)
        }
        let output = try? nft.run(["-f", file], within: .seconds(30))
        return output?.end.isGood == true
    }
}

/// A subscription of the probe.
final class Tap {
    private var socket: NFLogSocket
    let group: UInt16

    /// Subscribes in the calling thread's namespace, where the subscription stays.
    init(group: UInt16) throws(ProbeError) {
        self.group = group
        let settings = NFLogSettings(receiveBufferBytes: 8 << 20, queueThreshold: 1)
        do { socket = try NFLogSocket.open(group: group, settings: settings) } catch {
            throw .subscription(error)
        }
    }

    var descriptor: CInt { socket.fileDescriptor }

    func receive(_ body: (borrowing LogMessage) -> Void) throws(ProbeError) {
        do { _ = try socket.receive(upTo: 64, body) } catch { throw .subscription(error) }
    }
}
