// SPDX-License-Identifier: GPL-3.0-or-later

/// Lines of ours in somebody else's file, between two comments that say so.
package enum MarkedBlock {
    package static let begin = "# picket pair: begin (taken back by: picket pair --undo)"
    package static let end = "# picket pair: end"

    /// The lines between the marks, each with its newline.
    package static func text(_ lines: [String]) -> String {
        ([begin] + lines + [end]).map { "\($0)\n" }.joined()
    }

    /// The content without each block; nil when there is none, or one without its end.
    package static func removed(from content: [UInt8]) -> [UInt8]? {
        var kept: [ArraySlice<UInt8>] = []
        var isInside = false
        var found = false
        for line in content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            let text = String(decoding: line, as: UTF8.self)
            if text == begin {
                guard !isInside else { return nil }
                isInside = true
                found = true
            } else if text == end {
                guard isInside else { return nil }
                isInside = false
            } else if !isInside {
                kept.append(line)
            }
        }
        guard found, !isInside else { return nil }
        return Array(kept.joined(separator: [UInt8(ascii: "\n")]))
    }
}
