// SPDX-License-Identifier: GPL-3.0-or-later

import Captures
import Configuration
import Decisions
import Packets

/// `picket replay --set … --diff`: the same packets with the settings as they are and as they would be,
/// and what would be decided otherwise.
package struct WhatIfRun {
    private let files: [String]
    private let before: Settings
    private let after: Settings
    private let facts: FactsHistory?
    private let isJSON: Bool
    private let quiet: Bool

    package init(
        files: [String], before: Settings, after: Settings, facts: FactsHistory? = nil,
        isJSON: Bool, quiet: Bool
    ) {
        self.files = files
        self.before = before
        self.after = after
        self.facts = facts
        self.isJSON = isJSON
        self.quiet = quiet
    }

    /// Throws: ``CaptureError`` for the first file that cannot be read on; what its packets and those of
    /// all other files lead to is shown all the same.
    package func run() throws {
        System.ignoreBrokenPipes()
        // Groups that count as accepted are a setting too, so that each run reads for itself.
        let (old, failure) = try decide(before)
        let (new, _) = try decide(after)
        let difference = DecisionDifference(before: old.cases, after: new.cases)
        var output = StandardOutput()
        for change in difference.changes {
            try output.line(isJSON ? change.json : change.text)
        }
        try output.line(isJSON ? difference.summaryJSON : difference.summary)
        try output.flush()
        if isJSON, !quiet, difference.changes.isEmpty { System.say(difference.summary) }
        if let failure { throw failure }
    }

    private func decide(_ settings: Settings) throws -> (DecidedCases, CaptureError?) {
        var replay = Replay(settings: settings, facts: facts)
        var cases = DecidedCases()
        let failure = try replay.readByTime(
            paths: files, options: { ReplayRun.options(for: $0, settings) }
        ) { cases.take($0) }
        try replay.finish { cases.take($0) }
        return (cases, failure)
    }
}
