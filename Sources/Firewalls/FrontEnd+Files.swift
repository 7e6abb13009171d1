// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Packets

extension FrontEnd.File {
    /// The settings of Shorewall that make traps, where they are set so.
    package static func read() -> [FrontEnd.File] {
        ["/etc/shorewall/shorewall.conf", "/etc/shorewall6/shorewall6.conf"].flatMap { path in
            (try? String(contentsOfFile: path, encoding: .utf8)).map { parse($0, path: path) } ?? []
        }
    }

    /// Source: shorewall.conf(5), LOGLIMIT and USE_NFLOG_SIZE.
    static func parse(_ text: String, path: String) -> [FrontEnd.File] {
        text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap {
            number, line in
            let parts = line.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, !line.hasPrefix("#") else { return nil }
            let key = parts[0].trimmingCharacters(in: .whitespaces)
            let value = (parts[1].split(separator: "#").first ?? "")
                .trimmingCharacters(in: CharacterSet(charactersIn: " \t\"'"))
            let isTrap =
                key == "LOGLIMIT" && !value.isEmpty
                || key == "USE_NFLOG_SIZE" && value.lowercased() == "yes"
            guard isTrap else { return nil }
            return FrontEnd.File(path: path, line: number + 1, key: key, value: value.printable)
        }
    }
}
