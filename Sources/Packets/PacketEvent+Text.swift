// SPDX-License-Identifier: GPL-3.0-or-later

extension PacketEvent: CustomStringConvertible {
    /// The packet as scenarios write it: `tcp 198.51.100.7:40001 > 192.0.2.10:22 S`.
    ///
    /// ICMP ends in type/code, SCTP in `chunk` and DCCP in `type` with its number.
    package var description: String {
        if traits.contains(.refused) {
            return traits.contains(.addressed)
                ? "refused \(source) > \(destination)" : "refused"
        }
        if traits.contains(.laterFragment) {
            return "\(ipProtocol) \(source) > \(destination) later fragment"
        }
        let words: [String?] = [
            ipProtocol.description, end(source, sourcePort), ">", end(destination, destinationPort),
            traits.contains(.shortTransport) ? "short" : detail,
            traits.contains(.firstFragment) ? "first fragment" : nil,
        ]
        return words.compactMap { $0 }.joined(separator: " ")
    }

    private func end(_ address: Address, _ port: UInt16) -> String {
        guard ipProtocol.hasPorts else { return address.description }
        return address.isV4 ? "\(address):\(port)" : "[\(address)]:\(port)"
    }

    private var detail: String? {
        switch ipProtocol {
        case .tcp: tcpFlags.description
        case .icmp, .icmpv6: "\(icmpType)/\(icmpCode)"
        case .sctp: "chunk \(flags)"
        case .dccp: "type \(flags)"
        default: nil
        }
    }
}

extension TCPFlags: CustomStringConvertible {
    /// One letter for each bit, from FIN up: `S`, `SA`, `FPU`; `-` for none.
    @usableFromInline package var description: String {
        let letters = zip("FSRPAUEC", 0..<8).filter { rawValue >> $0.1 & 1 == 1 }.map(\.0)
        return letters.isEmpty ? "-" : String(letters)
    }
}
