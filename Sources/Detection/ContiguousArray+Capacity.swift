// SPDX-License-Identifier: GPL-3.0-or-later

extension ContiguousArray {
    /// An empty array that takes so many elements without allocating again.
    init(minimumCapacity: Int) {
        self.init()
        reserveCapacity(minimumCapacity)
    }
}
