// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

@testable import Lab

/// The ten scans of nmap that a rule set must let through to NFLOG, and port 445, each told apart
/// in tcpdump's text by its port or protocol.
enum TenScans {
    static let all: [(option: String, port: String, mark: String)] = [
        ("-sS", "445", ".445: Flags [S]"),
        ("-sS", "1001", ".1001: Flags [S]"),
        ("-sT", "1002", ".1002: Flags [S]"),
        ("-sF", "1003", ".1003: Flags [F]"),
        ("-sN", "1004", ".1004: Flags [none]"),
        ("-sX", "1005", ".1005: Flags [FPU]"),
        ("-sA", "1006", ".1006: Flags [.]"),
        ("-sM", "1007", ".1007: Flags [F.]"),
        ("-sU", "1008", ".1008: UDP"),
        ("-sO", "99", "ip-proto-99"),
        ("-sY", "1010", ".1010: sctp"),
    ]

    static func mark(_ scan: (option: String, port: String, mark: String), v6: Bool) -> String {
        // tcpdump's words differ by family for an unknown protocol only.
        scan.option == "-sO" && v6 ? "ip-proto-99" : scan.mark
    }

    /// Sends all of them at once, from the scanner to the target, and waits for the scanners.
    static func send(over wire: Wire, v6: Bool, to target: String? = nil) throws {
        let running = try all.map { scan in
            try wire.network.start(
                in: wire.network.scanner,
                ["nmap"] + (v6 ? ["-6"] : [])
                    + [
                        scan.option, "-n", "-Pn", "-T4", "--max-retries", "0", "-p", scan.port,
                        target ?? (v6 ? LabNetwork.target6 : LabNetwork.target4),
                    ], quiet: true)
        }
        for scanner in running { scanner.wait() }
    }

    /// The scans that a record does not hold.
    static func missing(in text: String, v6: Bool) -> [String] {
        all.filter { !lines(text, v6: v6).contains(mark($0, v6: v6)) }
            .map { "\(v6 ? "IPv6 " : "")\($0.option) \($0.port)" }
    }

    /// The scans whose packet came more than once.
    static func doubled(in text: String) -> [String] {
        [false, true].flatMap { v6 in
            all.filter { scan in
                lines(text, v6: v6).components(separatedBy: mark(scan, v6: v6)).count > 2
            }.map { "\(v6 ? "IPv6 " : "")\($0.option) \($0.port)" }
        }
    }

    private static func lines(_ text: String, v6: Bool) -> String {
        text.split(separator: "\n").filter { $0.contains("2001:db8:") == v6 }
            .joined(separator: "\n") + "\n"
    }
}

/// What a client finds at the target's ports: refused (the firewall let it through, and nobody
/// listens), or silence.
func portStates(over wire: Wire) throws -> String {
    try [false, true].map { v6 in
        try wire.scanner(
            ["nmap"] + (v6 ? ["-6"] : [])
                + [
                    "-sT", "-n", "-Pn", "-T4", "--max-retries", "1", "-p", "21-25,53,80,443,445",
                    "-oG", "-", v6 ? LabNetwork.target6 : LabNetwork.target4,
                ])
    }.joined().split(separator: "\n").filter { $0.contains("Ports:") }
        .map { $0.split(separator: "\t").prefix(2).joined() }.joined(separator: "\n")
}
