// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Decisions

/// A decision's format as an argument.
struct OutputFormat: ExpressibleByArgument {
    typealias Value = DecisionFormat
    let value: Value

    init?(argument: String) {
        guard let value = DecisionFormat(rawValue: argument) else { return nil }
        self.value = value
    }

    static var allValueStrings: [String] { DecisionFormat.allCases.map(\.rawValue) }
    static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
}
