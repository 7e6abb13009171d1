// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// What the tests read of a decision; the names are those of the contract.
struct DecisionLine: Decodable, CustomStringConvertible {
    struct Event: Decodable {
        var action: String
        var severity: Int
        var reason: String
        var sequence: UInt64
    }
    struct Endpoint: Decodable { var ip: String? }
    struct Ports: Decodable {
        var count: Int
        var min: Int?
        var max: Int?
    }
    struct Scan: Decodable {
        var kind: String?
        var techniques: [String]
        var tool: String
        var toolMark: String?
        var packets: UInt64
        var targets: Int
        var hosts: Int
        var ports: Ports
        var prefix: String?

        private enum CodingKeys: String, CodingKey {
            case kind, techniques, tool, packets, targets, hosts, ports, prefix
            case toolMark = "tool_mark"
        }
    }
    struct Loss: Decodable {
        var gap: UInt64
        var drop: UInt64
    }
    struct Own: Decodable {
        var scan: Scan?
        var loss: Loss
    }
    struct Observer: Decodable {
        struct Side: Decodable {
            struct Interface: Decodable { var name: String? }
            var interface: Interface?
        }
        var ingress: Side?
    }

    var event: Event
    var source: Endpoint?
    var destination: Endpoint?
    var picket: Own
    var observer: Observer?

    var scan: Scan? { picket.scan }
    var description: String { "\(event.action), level \(event.severity): \(event.reason)" }

    static func read(_ path: String) -> [DecisionLine] {
        let data = FileManager.default.contents(atPath: path) ?? Data()
        return read(lines: String(decoding: data, as: UTF8.self).wholeLines)
    }

    static func read(lines: [Substring]) -> [DecisionLine] {
        lines.compactMap { try? JSONDecoder().decode(DecisionLine.self, from: Data($0.utf8)) }
    }
}

extension [DecisionLine] {
    func only(_ action: String) -> [DecisionLine] { filter { $0.event.action == action } }
}
