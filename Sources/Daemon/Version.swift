// SPDX-License-Identifier: GPL-3.0-or-later

/// The version of this program, as CHANGELOG.md names it.
package enum Version {
    package static let current = "0.1.0"
}
