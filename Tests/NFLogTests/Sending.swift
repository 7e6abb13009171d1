// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc

@testable import NFLog

/// Sends datagrams of UDP to an address, `count` times.
func sendUDP(to address: String, port: UInt16 = 9, count: Int = 1) throws {
    let isV6 = address.contains(":")
    let descriptor = socket(isV6 ? AF_INET6 : AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    guard descriptor >= 0 else { throw SystemFailure(code: errno) }
    defer { close(descriptor) }
    var storage = sockaddr_storage()
    let length: Int
    if isV6 {
        var target = sockaddr_in6()
        target.sin6_family = sa_family_t(AF_INET6)
        target.sin6_port = port.bigEndian
        unsafe inet_pton(AF_INET6, address, &target.sin6_addr)
        length = MemoryLayout<sockaddr_in6>.size
        unsafe withUnsafeMutableBytes(of: &storage) {
            unsafe $0.storeBytes(of: target, as: sockaddr_in6.self)
        }
    } else {
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = port.bigEndian
        unsafe inet_pton(AF_INET, address, &target.sin_addr)
        length = MemoryLayout<sockaddr_in>.size
        unsafe withUnsafeMutableBytes(of: &storage) {
            unsafe $0.storeBytes(of: target, as: sockaddr_in.self)
        }
    }
    let payload = Array("payload".utf8)
    for _ in 0..<count {
        let sent = unsafe withUnsafePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { target in
                unsafe sendto(
                    descriptor, payload, payload.count, 0, target, socklen_t(length))
            }
        }
        // The answer "port unreachable" to an earlier one comes back as ECONNREFUSED.
        let code = errno
        if sent < 0, code != ECONNREFUSED { throw SystemFailure(code: code) }
    }
}

/// Sends one Ethernet frame as it is.
func sendFrame(_ frame: [UInt8], from interface: String) throws {
    let descriptor = socket(AF_PACKET, Int32(SOCK_RAW.rawValue), 0)
    guard descriptor >= 0 else { throw SystemFailure(code: errno) }
    defer { close(descriptor) }
    let index = unsafe if_nametoindex(interface)
    // struct sockaddr_ll: family, protocol, interface; the rest is not used in sending.
    let target =
        host(UInt16(AF_PACKET)) + network(UInt16(0x0800)) + host(index)
        + [UInt8](repeating: 0, count: 12)
    let sent = unsafe target.withUnsafeBytes { bytes in
        unsafe sendto(
            descriptor, frame, frame.count, 0,
            bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
    }
    guard sent == frame.count else { throw SystemFailure(code: errno) }
}

/// Waits for messages of one group until there are so many, or none has come for two seconds.
func collect(_ count: Int, from log: inout NFLogSocket) throws -> [Logged] {
    var messages: [Logged] = []
    while messages.count < count {
        guard isReadable(log.fileDescriptor, within: 2000) else { break }
        _ = try log.receive(upTo: 64) { messages.append(Logged($0)) }
    }
    return messages
}

func isReadable(_ descriptor: CInt, within milliseconds: CInt) -> Bool {
    var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&wanted, 1, milliseconds) > 0
}

/// One pair of veth interfaces in this namespace; what is sent to 192.0.2.9 goes out at `near` and
/// arrives at `far`, for the address belongs to nobody.
///
/// The receiving end comes up first: the sending one then has its carrier at once. The other way
/// round the kernel's link watch turns its queue on later, at times by a second, and drops till then.
func makePair() throws {
    try command("ip", "link", "add", "near", "type", "veth", "peer", "name", "far")
    try command("ip", "link", "set", "near", "address", "02:00:00:00:00:0a")
    try command("ip", "address", "add", "192.0.2.1/24", "dev", "near")
    try command("ip", "link", "set", "far", "up")
    try command("ip", "link", "set", "near", "up")
    try neighbour("192.0.2.9", at: "near")
}

func neighbour(_ address: String, at interface: String) throws {
    try command(
        "ip", "neighbour", "replace", address, "lladdr", "02:00:00:00:00:09", "dev", interface)
}
