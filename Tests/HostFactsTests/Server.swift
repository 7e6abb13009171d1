// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc
import Packets

/// A socket that waits for strangers, in the calling thread's namespace, until the value goes.
final class Server {
    private let descriptor: CInt

    /// - Parameter onlyV6: for an IPv6 socket, whether IPv4 is left to others.
    init(
        _ ipProtocol: IPProtocol, _ text: String, port: UInt16, onlyV6: Bool = false
    ) throws {
        guard let address = Address(text) else { throw CommandFailure(words: [text], status: 0) }
        let isV4 = address.isV4
        let kind = ipProtocol == .udp ? SOCK_DGRAM : SOCK_STREAM
        descriptor = socket(
            isV4 ? AF_INET : AF_INET6, CInt(kind.rawValue) | CInt(SOCK_CLOEXEC.rawValue),
            ipProtocol == .sctp ? CInt(132) : 0)
        guard descriptor >= 0 else { throw CommandFailure(words: ["socket"], status: errno) }
        var only: CInt = onlyV6 ? 1 : 0
        if !isV4 {
            unsafe setsockopt(descriptor, CInt(IPPROTO_IPV6), IPV6_V6ONLY, &only, 4)
        }
        // struct sockaddr_in and sockaddr_in6 as bytes: family, port, address.
        var name = host(UInt16(isV4 ? AF_INET : AF_INET6)) + network(port)
        name += isV4 ? bytes(address) : [0, 0, 0, 0] + bytes(address)
        name += [UInt8](repeating: 0, count: isV4 ? 8 : 4)
        let bound = unsafe name.withUnsafeBytes { raw in
            guard let base = raw.baseAddress else { return CInt(-1) }
            return unsafe bind(
                descriptor, base.assumingMemoryBound(to: sockaddr.self), socklen_t(raw.count))
        }
        guard bound == 0, ipProtocol == .udp || listen(descriptor, 1) == 0 else {
            throw CommandFailure(words: ["bind", text], status: errno)
        }
    }

    deinit { close(descriptor) }
}
