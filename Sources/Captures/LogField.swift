// SPDX-License-Identifier: GPL-3.0-or-later

/// The words of the kernel's packet log that matter here.
///
/// Raw value: the last eight ASCII bytes of the word, the last one lowest, so that a word is told by
/// one integer (a test compares them with the names).
/// Source: net/netfilter/nf_log_syslog.c.
enum LogField: UInt64, CaseIterable {
    case mac = 0x4d41_43
    case destinationMAC = 0x4d41_4344_5354
    case linkProtocol = 0x4d41_4350_524f_544f
    case source = 0x5352_43
    case destination = 0x4453_54
    case length = 0x4c45_4e
    case hopLimit = 0x484f_504c_494d_4954
    case timeToLive = 0x5454_4c
    case identification = 0x4944
    case dontFragment = 0x4446
    case moreFragments = 0x4d46
    case fragment = 0x4652_4147
    case options = 0x4f50_54
    case closing = 0x29
    case authentication = 0x4148
    case encapsulated = 0x4553_50
    case ipProtocol = 0x5052_4f54_4f
    case sourcePort = 0x5350_54
    case destinationPort = 0x4450_54
    case sequence = 0x5345_51
    case acknowledgement = 0x4143_4b
    case window = 0x5749_4e44_4f57
    case reduced = 0x4357_52
    case echo = 0x4543_45
    case urgent = 0x5552_47
    case push = 0x5053_48
    case reset = 0x5253_54
    case synchronize = 0x5359_4e
    case finish = 0x4649_4e
    case urgentPointer = 0x5552_4750
    case type = 0x5459_5045
    case code = 0x434f_4445
    case incomplete = 0x434f_4d50_4c45_5445

    /// The word as it is written, for the test.
    var word: String {
        switch self {
        case .mac: "MAC"
        case .destinationMAC: "MACDST"
        case .linkProtocol: "MACPROTO"
        case .source: "SRC"
        case .destination: "DST"
        case .length: "LEN"
        case .hopLimit: "HOPLIMIT"
        case .timeToLive: "TTL"
        case .identification: "ID"
        case .dontFragment: "DF"
        case .moreFragments: "MF"
        case .fragment: "FRAG"
        case .options: "OPT"
        case .closing: ")"
        case .authentication: "AH"
        case .encapsulated: "ESP"
        case .ipProtocol: "PROTO"
        case .sourcePort: "SPT"
        case .destinationPort: "DPT"
        case .sequence: "SEQ"
        case .acknowledgement: "ACK"
        case .window: "WINDOW"
        case .reduced: "CWR"
        case .echo: "ECE"
        case .urgent: "URG"
        case .push: "PSH"
        case .reset: "RST"
        case .synchronize: "SYN"
        case .finish: "FIN"
        case .urgentPointer: "URGP"
        case .type: "TYPE"
        case .code: "CODE"
        case .incomplete: "INCOMPLETE"
        }
    }
}
