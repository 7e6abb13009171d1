// SPDX-License-Identifier: GPL-3.0-or-later

/// The ten scans and 445/tcp, tried in thought.
extension TrapSearch {
    /// A scan of which no copy would come.
    struct MissedScan {
        var scan: ScanType
        var v6: Bool
        var passage: Walk.Passage

        var name: String { v6 ? "IPv6 \(scan.rawValue)" : scan.rawValue }
        /// What let it in or refused it.
        var turn: RulePlace? {
            switch passage.end {
            case .refused(let place), .handedOver(let place): place
            case .accepted: passage.turns.last { $0.verdict == .accept }?.place
            case .unknown: nil
            }
        }
    }

    mutating func missedScans(in families: [Bool]) -> [MissedScan] {
        var missed: [MissedScan] = []
        for v6 in families {
            for scan in ScanType.allCases {
                if let found = miss(scan, v6: v6) { missed.append(found) }
            }
        }
        return missed
    }

    /// How the scan is missed; nil when at least one of its packets is seen, or refused ports are.
    private mutating func miss(_ scan: ScanType, v6: Bool) -> MissedScan? {
        var first: MissedScan?
        for port in scan.ports {
            var sample = sample(v6: v6, hook: .input)
            sample.ipProtocol = scan.protocolNumber
            sample.flags = scan.flags
            sample.state = scan.state
            sample.port = port
            let passage = walk.send(sample, past: Self.hooks(to: .input))
            if isSeen(passage) { return nil }
            switch passage.end {
            case .refused:
                return MissedScan(scan: scan, v6: v6, passage: passage)
            case .accepted:
                // A service that is meant to be open.
                if scan == .smb { return nil }
                if first == nil { first = MissedScan(scan: scan, v6: v6, passage: passage) }
            case .handedOver, .unknown: return nil
            }
        }
        return first
    }

    /// Scans that the firewall lets in, so that there is nothing to see.
    func lettingIn(_ missed: [MissedScan]) -> [RuleTrap] {
        var byPlace: [RulePlace?: [MissedScan]] = [:]
        for scan in missed where scan.passage.end == .accepted {
            if let turn = scan.turn, toldAccepts.contains(turn) { continue }
            byPlace[scan.turn, default: []].append(scan)
        }
        return byPlace.map { place, scans in
            let names = scans.map(\.name)
            let by = place.map { " by \(rules.description(of: $0))" } ?? ": no chain refuses them"
            return RuleTrap(
                kind: .letIn, isFailure: true,
                finding: "\(Self.list(names)) would be let in, and so not seen\(by)",
                mend: "Refuse what you do not serve, with a copy to the group before",
                places: place.map { [rules.description(of: $0)] } ?? [], scans: names)
        }.sorted { $0.finding < $1.finding }
    }

    static func list(_ names: [String]) -> String {
        names.count > 12
            ? names.prefix(12).joined(separator: " ") + " and \(names.count - 12) more"
            : names.joined(separator: " ")
    }
}
