// SPDX-License-Identifier: GPL-3.0-or-later

import Detection
import Packets

/// A decision in the Elastic Common Schema, our own fields under `picket`.
///
/// Shape: the keys and their order are a contract; docs/formats.md shows a line.
/// Source: ECS 8.17 field reference.
struct ECSDocument {
    let json: JSON

    init(_ decision: Decision, observer: Observer) {
        let scan = decision.scan
        json = .object([
            ("@timestamp", .time(decision.time)),
            ("ecs", .verbatim(#"{"version":"8.17.0"}"#)),
            ("event", ECSDocument.event(decision)),
            ("source", ECSDocument.endpoint(scan?.singleSource)),
            (
                "destination",
                ECSDocument.endpoint(
                    scan?.singleDestination, port: decision.flood == nil ? nil : scan?.singlePort)
            ),
            ("network", scan.map(ECSDocument.network)),
            ("observer", ECSDocument.observer(observer, origin: decision.origin)),
            (
                "threat",
                AttackTechnique(scan).map { technique in
                    .object([
                        (
                            "technique",
                            .object([
                                ("id", [.string(technique.id)]),
                                ("name", [.string(technique.name)]),
                            ])
                        )
                    ])
                }
            ),
            ("related", scan.flatMap(ECSDocument.related)),
            ("picket", PicketFields(decision, observer: observer).json),
        ])
    }

    /// A loss is an event about us, not an alert about somebody.
    private static func event(_ decision: Decision) -> JSON {
        let isLoss = decision.action == .loss
        return .object([
            ("kind", isLoss ? "event" : "alert"),
            (
                "category",
                .verbatim(isLoss ? #"["network"]"# : #"["network","intrusion_detection"]"#)
            ),
            ("type", .verbatim(#"["info"]"#)),
            ("module", "picket"),
            ("dataset", "picket.decision"),
            ("action", .string(decision.action.rawValue)),
            ("severity", .integer(decision.level)),
            ("start", decision.scan.map { .time($0.start) }),
            ("end", decision.scan.map { .time($0.end) }),
            ("sequence", .unsigned(decision.sequence)),
            ("reason", .string(decision.reason)),
        ])
    }

    private static func endpoint(_ address: Address?, port: UInt16? = nil) -> JSON? {
        if address == nil, port == nil { return nil }
        return .object([
            ("ip", address.map(JSON.address)),
            ("port", port.map { .integer(Int($0)) }),
        ])
    }

    private static func network(_ scan: ScanSummary) -> JSON {
        // A protocol scan has no transport of its own, and a number is not a transport's name.
        let transport =
            scan.kind == .ipProtocol ? nil : scan.transports.first?.ipProtocol.description
        let isNamed = transport?.first?.isLetter ?? false
        return .object([
            ("type", scan.firstAddress.isV4 ? "ipv4" : "ipv6"),
            ("transport", isNamed ? transport.map(JSON.string) : nil),
            ("iana_number", isNamed ? nil : transport.map(JSON.string)),
            ("direction", .string(scan.direction.rawValue)),
        ])
    }

    private static func observer(_ observer: Observer, origin: Origin) -> JSON {
        .object([
            ("name", .nonEmpty(observer.name)),
            ("vendor", "Picket"),
            ("ingress", side(origin.interfaceIn, zone: origin.rule.sourceZone)),
            ("egress", side(origin.interfaceOut, zone: origin.rule.destinationZone)),
            ("version", .nonEmpty(observer.version)),
        ])
    }

    private static func side(_ interface: String, zone: String?) -> JSON? {
        if interface.isEmpty && zone == nil { return nil }
        let name = JSON.nonEmpty(interface)
        return .object([
            ("interface", name.map { .object([("name", $0)]) }), ("zone", zone.map(JSON.string)),
        ])
    }

    private static func related(_ scan: ScanSummary) -> JSON? {
        var addresses: [Address] = []
        let sources = [scan.singleSource].compactMap { $0 } + (scan.crowd?.members ?? [])
        for address in sources + scan.destinations
        where !addresses.contains(address) {
            addresses.append(address)
        }
        if addresses.isEmpty { return nil }
        return .object([("ip", .array(addresses.map(JSON.address)))])
    }
}
