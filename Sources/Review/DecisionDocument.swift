// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// The parts of a logged ECS document that the narrow columns do not have.
///
/// A document is what this program wrote, or a file that somebody else did: what is missing or of
/// another shape is nil.
struct DecisionDocument: Decodable {
    struct Count: Decodable {
        var count: Int?
        var exact: Bool?
    }

    struct Scan: Decodable {
        var techniques: [String]?
        var tool: String?
        var toolMark: String?
        var targetsExact: Bool?
        var hostsExact: Bool?
        var ports: Count?
        var likelihood: Double?
        var membersTotal: Int?
        var ended: String?
    }

    struct Firewall: Decodable {
        var prefix: String?
        var disposition: String?
        var group: Int?
        var hook: String?
        var feed: String?
    }

    struct Loss: Decodable {
        var gap: UInt64?
        var drop: UInt64?
        var refused: UInt64?
    }

    struct Picket: Decodable {
        var scan: Scan?
        var firewall: Firewall?
        var loss: Loss?
        var attempts: Int?
    }

    struct Technique: Decodable {
        var id: [String]?
        var name: [String]?
    }

    struct Threat: Decodable { var technique: Technique? }

    var picket: Picket?
    var threat: Threat?

    init?(_ json: String) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let document = try? decoder.decode(DecisionDocument.self, from: Data(json.utf8))
        else { return nil }
        self = document
    }
}
