// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

extension Detector {
    /// The scans that were told of and have not ended, as after a table was restored.
    package var openScanSummaries: [ScanSummary] {
        let alone = table.records.indices
            .filter { table.records[$0].isScanning && table.isTaken(UInt32($0)) }
            .map { summary(of: UInt32($0)) }
        let together = crowds.sets.sets.indices
            .filter { crowds.sets[$0].state == .open }
            .map { set in
                let first = crowds.sets.members(of: set).first ?? crowds.sets[set].host
                return crowds.sets.summary(of: set, source: grader.host.key(of: first).network)
            }
        return alone + together
    }
}
