// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// Why a firewall was not paired, or not unpaired; with the mend where there is one.
package struct PairingError: Error, Hashable, CustomStringConvertible {
    /// Source of the codes: sysexits.h; docs/commands.md lists them.
    package enum Kind: Int32, Sendable {
        case usage = 64
        /// A file or rule set is not understood.
        case badInput = 65
        /// Nothing to pair with, or a program is not there.
        case unavailable = 69
        case system = 71
        case permission = 77
        /// Two are in charge, or a file was changed since: a person has to decide.
        case configuration = 78
    }

    package let kind: Kind
    package let description: String

    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        // File names and what programs say are anybody's; a line of theirs stays a line.
        self.description = description.split(separator: "\n", omittingEmptySubsequences: false)
            .map { String($0).printable }.joined(separator: "\n")
    }

    static func system(_ operation: String, _ object: String, _ cause: Int32) -> PairingError {
        PairingError(
            cause == PairingSystem.notPermitted ? .permission : .system,
            "cannot \(operation) (\(object)): \(PairingSystem.message(of: cause))")
    }
}
