// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

/// What `picket replay` must say of one log of psad's own test suite.
///
/// The logs are not part of this repository; where the folder `shared/corpora` is not beside it the
/// tests are skipped.
struct CorpusCase: Sendable, CustomTestStringConvertible {
    /// The one scan of a file, with its final numbers.
    struct Scan: Sendable {
        var source = "192.168.10.55"
        /// For an IPv6 source.
        var prefix = ""
        var kind = "vertical"
        var techniques: [String]
        var level = 3
        var packets: Int
        /// The true number; beyond 256 the report may be 5 % off.
        var targets: Int
        var hosts = 1
    }

    let file: String
    /// Nil: the file holds no scan, and nothing at all is decided.
    var scan: Scan?
    /// Lines that the summary must have.
    var summary: [String] = []
    /// Where psad says something else, why.
    var psad = ""

    var testDescription: String { file }

    static let folder = PicketCommand.packageRoot.deletingLastPathComponent()
        .appending(path: "shared/corpora/iptables-logs")
    static let isThere = FileManager.default.fileExists(atPath: folder.path)

    static let all: [CorpusCase] = [
        CorpusCase(
            file: "ack_scan_1000_1150",
            scan: Scan(techniques: ["ACK", "window"], packets: 302, targets: 151),
            psad: "silent unless told to count ACK packets; then it says the same"),
        CorpusCase(
            file: "fin_scan_1000_1150",
            scan: Scan(techniques: ["FIN"], packets: 302, targets: 151)),
        CorpusCase(
            file: "fwknop_spa_pkt", summary: ["grades: 1 ambiguous"],
            psad: "level 2: one packet is a signature's match and no scan"),
        CorpusCase(
            file: "invalid_icmp_type_code", summary: ["grades: 5 probe"],
            psad: "level 2: one target is no scan; signatures judge the code"),
        CorpusCase(file: "ipv4_igmp", summary: ["grades: 4 chatter"]),
        CorpusCase(
            file: "ipv4_valid_ping", summary: ["grades: 5 probe"],
            psad: "level 2: five ordinary pings are no scan"),
        CorpusCase(
            file: "ipv6_invalid_icmp6_type_code", summary: ["grades: 2 chatter"],
            psad: "level 2: to a multicast address, so from the link itself"),
        CorpusCase(
            file: "ipv6_ms_sql_server_sig_match", summary: ["grades: 1 probe"],
            psad: "level 2: one packet is a signature's match and no scan"),
        CorpusCase(file: "ipv6_ping_scan", summary: ["grades: 2 chatter"]),
        CorpusCase(
            file: "ipv6_tcp_connect_nmap_default_scan",
            scan: Scan(
                source: "2001:db8:0:f101::2", prefix: "2001:db8:0:f101::/64",
                techniques: ["SYN"], packets: 1005, targets: 1000),
            summary: ["grades: 1002 probe, 3 ambiguous, 3 backscatter, 1 chatter"],
            psad:
                "1003 packets: the 1002 SYNs and a neighbour solicitation, which is none of it; we "
                + "count the 3 ACKs of ports that were open. The text shows no TCP options, so that a "
                + "connect scan looks like a SYN scan"),
        CorpusCase(
            file: "mirai_default_credentials_scan", summary: ["grades: 11 probe"],
            psad: "level 1: ports 23 and 2323 of one host are two targets; its tool comes later"),
        CorpusCase(
            file: "ms_sql_server_sig_match", summary: ["grades: 2 probe"],
            psad: "level 2: one target is a signature's match and no scan"),
        CorpusCase(
            file: "null_scan_1000_1150",
            scan: Scan(techniques: ["NULL"], packets: 302, targets: 151),
            psad: "also names 192.168.10.1 for one ICMP packet, which is no scan"),
        CorpusCase(
            file: "proto_scan",
            scan: Scan(
                kind: "protocol", techniques: ["IP-protocol"], packets: 504, targets: 252),
            summary: [
                "grades: 500 probe, 4 ambiguous, 6 refused",
                "refused: 6 truncatedTransportHeader",
            ],
            psad: "502 packets: we count its 2 ACKs too"),
        CorpusCase(
            file: "reputation_scan", summary: ["grades: 7 probe"],
            psad:
                "level 2 for each of five sources with one or two packets: none reaches five targets"
        ),
        CorpusCase(
            file: "syn_scan_1000_1500",
            scan: Scan(techniques: ["SYN"], packets: 1002, targets: 501)),
        CorpusCase(
            file: "syn_scan_1000_1500_localhost",
            summary: ["martian source 192.168.10.1 from 127.0.0.1, on dev eth1: 1002 packets"],
            psad: "level 3: the source is a martian"),
        CorpusCase(
            file: "syn_scan_1000_1500_multi_dst",
            scan: Scan(techniques: ["SYN"], level: 4, packets: 4008, targets: 2004, hosts: 4),
            psad: "level 3, because it counts for each destination; 4008 packets are level 4"),
        CorpusCase(
            file: "syn_scan_1000_1500_zeroip",
            summary: ["martian source 192.168.10.1 from 0.0.0.0, on dev eth1: 1002 packets"],
            psad: "level 3: the source is a martian"),
        CorpusCase(
            file: "syn_sweep",
            scan: Scan(
                kind: "horizontal", techniques: ["SYN"], level: 1, packets: 12, targets: 11,
                hosts: 11),
            psad: "eleven alerts, one for each destination: it is one scan"),
        CorpusCase(file: "syslog_time_fmt1.log", summary: ["grades: 2 probe, 4 chatter"]),
        CorpusCase(
            file: "topera_ipv6_syn_scan_no_ip_opts",
            scan: Scan(
                source: "2012:1234:1234::1", prefix: "2012:1234:1234::/64", techniques: ["SYN"],
                packets: 1024, targets: 1024),
            summary: ["grades: 1024 probe, 34 chatter"],
            psad: "1039 packets and a second source: it counts neighbour discovery"),
        CorpusCase(
            file: "topera_ipv6_syn_scan_with_ip_opts",
            scan: Scan(
                source: "2012:1234:1234::1", prefix: "2012:1234:1234::/64", techniques: ["SYN"],
                packets: 1025, targets: 1025),
            summary: ["grades: 1025 probe, 21 chatter"],
            psad: "1034 packets and a second source: it counts neighbour discovery"),
        CorpusCase(
            file: "udp_scan_1000_1150",
            scan: Scan(techniques: ["UDP"], packets: 302, targets: 151)),
        CorpusCase(
            file: "xmas_scan_1000_1150",
            scan: Scan(techniques: ["XMAS"], packets: 302, targets: 151)),
    ]
}
