// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc

/// The kernel refused what a ring or its threads need: descriptors, memory, threads.
package struct RingError: Error, CustomStringConvertible {
    package let operation: String
    package let errno: CInt

    init(doing operation: String, errno: CInt) {
        self.operation = operation
        self.errno = errno
    }

    package var description: String {
        "cannot \(operation): \(unsafe String(cString: strerror(errno)))"
    }
}
