// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// What one packet asks for, as far as several sources can have it in common.
struct CommonTarget: BitwiseCopyable {
    var host: Address
    /// The port; an ICMP type in the high byte; 0 otherwise.
    var selector: UInt16
    var ipProtocol: UInt8
    /// Bits of ``TargetBits``.
    var bits: UInt8

    init(_ evidence: Evidence) {
        host = evidence.destination
        selector = evidence.selector
        ipProtocol = evidence.ipProtocol
        bits = evidence.bits & CommonTarget.kept
    }

    private static let kept =
        TargetBits.probe | TargetBits.port | TargetBits.echo | TargetBits.request
        | TargetBits.bareProtocol

    init(
        host: Address = .unspecified, selector: UInt16 = 0, ipProtocol: UInt8 = 0, bits: UInt8 = 0
    ) {
        self.host = host
        self.selector = selector
        self.ipProtocol = ipProtocol
        self.bits = bits
    }

    func has(_ bit: UInt8) -> Bool { bits & bit != 0 }

    var hasPort: Bool { has(TargetBits.port) }

    /// What it weighs. Unit: quarters of a probe's target.
    var quarters: UInt16 { has(TargetBits.probe) ? 4 : 1 }

    /// Protocol and selector in one number.
    var salt: UInt64 { UInt64(ipProtocol) << 16 | UInt64(selector) }

    var transport: TransportClass {
        switch ipProtocol {
        case 6: .tcp
        case 17: .udp
        case 1, 58: has(TargetBits.bareProtocol) ? .other : .icmp
        default: .other
        }
    }
}
