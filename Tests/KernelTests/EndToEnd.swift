// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

/// The whole program on a real kernel: every suite of this target is in here.
///
/// One after the other, because each of them wants the machine's time to itself. Without the
/// rights or the tools they are skipped with the reason; where CI is set they must not be.
@Suite(
    "From the kernel to the decision", .serialized,
    .enabled(
        if: Requirement.missing.isEmpty || Requirement.isCI,
        Comment(rawValue: "needs \(Requirement.missing.joined(separator: ", "))")))
enum EndToEnd {}

/// What the tests of this target need of the machine.
enum Requirement {
    static let isCI = ["true", "1"].contains(ProcessInfo.processInfo.environment["CI"])

    static let missing: [String] = {
        var missing: [String] = []
        if NSUserName() != "root" { missing.append("root") }
        let tools = [
            "ip", "nft", "nmap", "conntrack", "tcpdump", "ping", "python3", "setpriv", "hping3",
            "masscan",
            "zmap",
        ]
        let folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"]
        for tool in tools
        where !folders.contains(where: {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(tool)")
        }) {
            missing.append(tool)
        }
        return missing
    }()
}
