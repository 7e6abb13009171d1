// SPDX-License-Identifier: GPL-3.0-or-later

import Detection

/// How a tool and its marks are said: `picket.scan.tool_mark`, and the end of the reason.
struct ToolWords {
    let verdict: ToolVerdict

    init(_ verdict: ToolVerdict) { self.verdict = verdict }

    /// The marks in words; nil when the tool is unknown.
    var marks: String? {
        guard verdict.tool != .unknown, !verdict.marks.isEmpty else { return nil }
        return verdict.marks.map(ToolWords.words).joined(separator: "; ")
    }

    /// The tool as its users write it; nil when it is unknown. OS detection is named, because it is
    /// a step further than a scan.
    var name: String? {
        switch verdict.tool {
        case .unknown: nil
        case .nmap: verdict.marks.contains(.nmapSystem) ? "Nmap (with OS detection)" : "Nmap"
        case .masscan: "masscan"
        case .zmap: "ZMap"
        case .mirai: "Mirai or one of its kin"
        case .hping: "hping3"
        }
    }

    private static func words(_ mark: ToolMark) -> String {
        switch mark {
        case .none: ""
        case .nmapScan:
            "window 1024, no option but a segment size of 1460, sequence numbers of one run"
        case .nmapAcknowledgement: "ACK with sequence number 0, window 1024 and no options"
        case .nmapSystem: "OS detection probes"
        case .nmapHopLimit: "hop limit drawn anew for each packet, from 23 values"
        case .masscan:
            "IP identification is destination address XOR port XOR sequence number"
        case .zmapIdentification: "IP identification 54321"
        case .zmapOptions: "TCP options of Windows, window 65535, and no Windows' hop limit"
        case .mirai: "sequence number is the destination address"
        case .hpingPorts: "window 512, no options, source ports that count up"
        case .hpingAcknowledgement:
            "window 512, no options, an acknowledgement number without ACK"
        }
    }
}
