// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// The interface by which strangers' packets come: that of the default route.
package enum Uplink {
    private static let network = "/proc/thread-self/net/"

    /// Its name in the calling thread's network namespace; nil where there is no way out.
    package static func find() -> String? {
        v4(text("route")) ?? v6(text("ipv6_route")) ?? first(text("dev"))
    }

    private static func text(_ name: String) -> String {
        (try? String(contentsOfFile: network + name, encoding: .utf8)) ?? ""
    }

    /// Shape of a line: interface, destination, gateway, flags, three numbers, mask, in hex.
    static func v4(_ text: String) -> String? {
        for line in text.split(separator: "\n") {
            let columns = line.split(whereSeparator: \.isWhitespace)
            guard columns.count > 7, columns[1] == "00000000", columns[7] == "00000000" else {
                continue
            }
            return String(columns[0])
        }
        return nil
    }

    /// Shape of a line: destination and its length in hex, seven columns, interface.
    static func v6(_ text: String) -> String? {
        for line in text.split(separator: "\n") {
            let columns = line.split(whereSeparator: \.isWhitespace)
            guard columns.count > 9, columns[1] == "00", columns[9] != "lo",
                columns[0].allSatisfy({ $0 == "0" })
            else { continue }
            return String(columns[9])
        }
        return nil
    }

    /// Without a default route, the first interface that is not the loopback.
    static func first(_ text: String) -> String? {
        for line in text.split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let name = line[..<colon].trimmingCharacters(in: .whitespaces)
            if name != "lo" { return name }
        }
        return nil
    }

    /// Whether a file below /proc/sys/net holds something else than 0.
    package static func isOn(_ name: String) -> Bool { number(name).map { $0 != 0 } ?? false }

    package static func number(_ name: String) -> Int? {
        let text = try? String(contentsOfFile: "/proc/sys/net/\(name)", encoding: .utf8)
        return text.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }
}
