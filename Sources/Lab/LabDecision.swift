// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// What the lab reads of a decision line: the names are those of the Elastic Common Schema.
struct LabDecision: Decodable {
    struct Event: Decodable {
        var action: String
        var reason: String?
    }
    struct Source: Decodable { var ip: String? }
    struct Scan: Decodable { var kind: String? }
    struct Own: Decodable { var scan: Scan? }

    var event: Event
    var source: Source?
    var picket: Own?

    func namesVerticalScan(by address: String) -> Bool {
        event.action.hasPrefix("scan-") && source?.ip == address && picket?.scan?.kind == "vertical"
    }

    /// All decisions in the text of a log; a last line without its end is still being written.
    static func read(_ text: String) -> [LabDecision] {
        guard let end = text.lastIndex(of: "\n") else { return [] }
        return text[..<end].split(separator: "\n").compactMap {
            try? JSONDecoder().decode(LabDecision.self, from: Data($0.utf8))
        }
    }
}
