// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc

/// Standard output could not be written: closed, full, or its reader is gone.
package struct OutputError: Error, CustomStringConvertible {
    package let errno: CInt

    package var description: String {
        "cannot write to standard output: \(System.message(of: errno))"
    }
}

/// Data for whoever reads standard output, gathered into blocks.
///
/// Thread: one.
package struct StandardOutput: ~Copyable {
    private var pending: [UInt8] = []
    private let blockBytes: Int

    /// - Parameter blockBytes: how much is gathered before it is written; 0 writes each line.
    package init(blockBytes: Int = 0) { self.blockBytes = blockBytes }

    package mutating func line(_ text: String) throws(OutputError) {
        try line {
            $0.append(contentsOf: text.utf8)
            return true
        }
    }

    /// - Parameter write: appends the line without its newline; or nothing, and returns false.
    package mutating func line(_ write: (inout [UInt8]) -> Bool) throws(OutputError) {
        guard write(&pending) else { return }
        pending.append(UInt8(ascii: "\n"))
        if pending.count >= blockBytes { try flush() }
    }

    /// A text that has its newlines already.
    package mutating func text(_ text: String) throws(OutputError) {
        pending.append(contentsOf: text.utf8)
        try flush()
    }

    package mutating func flush() throws(OutputError) {
        guard !pending.isEmpty else { return }
        let cause = System.write(pending, to: STDOUT_FILENO)
        pending.removeAll(keepingCapacity: true)
        if cause != 0 { throw OutputError(errno: cause) }
    }
}
