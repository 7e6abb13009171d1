// SPDX-License-Identifier: GPL-3.0-or-later

import Detection

/// The MITRE ATT&CK technique that a scan is an instance of.
///
/// From outside it is T1595.001, from inside T1046, whatever the kind: the same page describes a
/// ping and a list of ports. T1595.002, Vulnerability Scanning, looks for a certain weakness; a
/// packet that was dropped before it said anything cannot show that, so no scan is called so.
/// Source: attack.mitre.org, Enterprise matrix.
struct AttackTechnique {
    let id: String
    let name: String
    let tacticID: String
    let tacticName: String

    /// Nil for what is neither a scan nor a flood.
    init?(_ scan: ScanSummary?) {
        if let scan, scan.crowd?.isFlood ?? false {
            (id, name) = ("T1498.001", "Direct Network Flood")
            (tacticID, tacticName) = ("TA0040", "Impact")
            return
        }
        guard let scan, scan.isScan else { return nil }
        switch scan.direction {
        case .inbound:
            (id, name) = ("T1595.001", "Scanning IP Blocks")
            (tacticID, tacticName) = ("TA0043", "Reconnaissance")
        case .outbound, .internal:
            (id, name) = ("T1046", "Network Service Discovery")
            (tacticID, tacticName) = ("TA0007", "Discovery")
        }
    }
}
