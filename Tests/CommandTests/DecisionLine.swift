// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

/// A decision as `--json` printed it.
struct DecisionLine {
    let object: [String: Any]

    init(_ line: String) throws {
        let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
        object = try #require(value as? [String: Any], "not an object: \(line)")
    }

    func section(_ path: String...) throws -> [String: Any] {
        var section = object
        for key in path {
            section = try #require(section[key] as? [String: Any], "no section \(key)")
        }
        return section
    }

    private var event: [String: Any] { object["event"] as? [String: Any] ?? [:] }
    private var picket: [String: Any] { object["picket"] as? [String: Any] ?? [:] }
    private var scan: [String: Any] { picket["scan"] as? [String: Any] ?? [:] }

    var action: String { event["action"] as? String ?? "" }
    var level: Int { picket["danger_level"] as? Int ?? -1 }
    var source: String { (object["source"] as? [String: Any])?["ip"] as? String ?? "" }
    /// For an IPv6 source, else empty.
    var prefix: String { scan["prefix"] as? String ?? "" }
    var kind: String { scan["kind"] as? String ?? "" }
    var techniques: [String] { scan["techniques"] as? [String] ?? [] }
    var packets: Int { scan["packets"] as? Int ?? -1 }
    var targets: Int { scan["targets"] as? Int ?? -1 }
    var hosts: Int { scan["hosts"] as? Int ?? -1 }
}
