// SPDX-License-Identifier: GPL-3.0-or-later

/// Why a command cannot do its work, with the exit code that says which kind of reason it is.
///
/// Source of the codes: sysexits.h; docs/commands.md lists them.
package struct StartError: Error, CustomStringConvertible {
    package enum Kind: Int32, Sendable {
        case badInput = 65
        case unavailable = 69
        case system = 71
        case permission = 77
        case configuration = 78
    }

    package let kind: Kind
    package let description: String

    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
