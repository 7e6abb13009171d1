// SPDX-License-Identifier: GPL-3.0-or-later

/// A network interface as the kernel names it now.
package struct Interface: Hashable, Sendable {
    /// Unit: none; the kernel's number, that the interface keeps through renames.
    package let index: UInt32
    package let name: String
    package let isLoopback: Bool

    package init(index: UInt32, name: String, isLoopback: Bool) {
        self.index = index
        self.name = name
        self.isLoopback = isLoopback
    }
}
