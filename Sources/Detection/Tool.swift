// SPDX-License-Identifier: GPL-3.0-or-later

/// A program that is known by the packets it makes. The raw value is `picket.scan.tool`.
package enum Tool: String, CaseIterable, Sendable {
    case unknown, nmap, masscan, zmap, mirai, hping
}

/// Which program made a source's packets, and by what it is known.
package struct ToolVerdict: Hashable, Sendable {
    package var tool: Tool
    /// The marks that were seen, in the order of ``ToolMark``; empty when the tool is unknown.
    package var marks: [ToolMark]

    package init(_ tool: Tool, marks: [ToolMark]) {
        self.tool = tool
        self.marks = marks
    }

    package static let unknown = ToolVerdict(.unknown, marks: [])
}
