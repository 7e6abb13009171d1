// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// What a user may change of the detector; the defaults are those of docs/detection.md.
package struct DetectionSettings: Hashable, Sendable {
    /// Distinct targets that make a scan, inbound and internal. Range: 1...10000.
    package var targets = 5
    /// The same for home sources going out. Range: 1...10000.
    package var outboundTargets = 25
    /// Hosts that make an echo-only sweep. Range: 1...10000.
    package var echoHosts = 10
    /// Lifetime of a record without a counted packet. Range: 1 s...30 d.
    package var scanTimeout: Duration = .seconds(3600)
    /// How long a source's targets add up when its packets are further apart than `scanTimeout`.
    ///
    /// Range: 0...365 d; anything up to `scanTimeout` switches it off.
    package var slowMemory: Duration = .seconds(14 * 86_400)
    /// Counted packets at which the danger levels 1 to 5 begin; ascending.
    package var levelPackets = [5, 15, 150, 1500, 10000]
    /// Distinct hosts at which the danger levels 1 to 5 begin; ascending.
    package var levelHosts = [10, 20, 50, 100, 500]
    /// Counted packets of one source within the window that are an alert of their own.
    package var repeatedAttempts = 50
    package var repeatedWindow: Duration = .seconds(3600)
    /// Everything that the detector holds. Unit: bytes. Range: 1 MiB...64 GiB.
    package var memory = 96 << 20
    /// How wide an IPv6 source is. Range: 16...128.
    package var ipv6Prefix = 64
    /// Ports that ordinary servers answer from, beside all below 1024.
    package var servicePorts: Set<UInt16> = DetectionSettings.commonServicePorts
    /// What is not counted at all.
    package var ignore: [IgnoreRule] = []
    /// Danger levels by network, protocol and port; the first rule that holds decides.
    package var autoLevels: [AutoLevelRule] = []

    package init() {}

    package static let commonServicePorts: Set<UInt16> = [
        1080, 1194, 1433, 1521, 1723, 1883, 2049, 2375, 2376, 3000, 3128, 3306, 3389, 3478, 4433,
        5000, 5060, 5061, 5222, 5349, 5432, 5672, 5900, 5984, 6379, 6443, 6667, 8000, 8008, 8080,
        8081, 8443, 8883, 8888, 9000, 9090, 9092, 9100, 9200, 9418, 11211, 25565, 27017,
    ]
}

/// One condition under which a packet is not counted; all parts that are set must hold.
package struct IgnoreRule: Hashable, Sendable {
    package var network: Network?
    package var ipProtocol: IPProtocol?
    package var ports: ClosedRange<UInt16>?
    /// The name of the interface that the packet came in by.
    package var interface: String?
    /// The beginning of the rule's log prefix.
    package var prefix: String?

    package init(
        network: Network? = nil, ipProtocol: IPProtocol? = nil, ports: ClosedRange<UInt16>? = nil,
        interface: String? = nil, prefix: String? = nil
    ) {
        self.network = network
        self.ipProtocol = ipProtocol
        self.ports = ports
        self.interface = interface
        self.prefix = prefix
    }
}
