// SPDX-License-Identifier: GPL-3.0-or-later

import CNetfilter
import Glibc

/// A failed system call: its errno.
struct SystemFailure: Error, Hashable, CustomStringConvertible {
    let code: CInt

    var description: String {
        var buffer = [CChar](repeating: 0, count: 128)
        guard unsafe strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
        let text = buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
        return String(decoding: text, as: UTF8.self)
    }
}

/// An open netlink socket and the buffer that it receives into; the only file of this module with
/// unsafe code.
///
/// Safe: the handle and the buffer are made in `open`, freed in `deinit`, and never leave; what was
/// received is lent as a span that cannot outlive the borrow.
/// Unchecked Sendable: there is one owner, so that one thread at a time uses both.
/// Source: libmnl `mnl_socket_open2`; netlink(7).
@safe
struct KernelSocket: ~Copyable, @unchecked Sendable {
    private let handle: OpaquePointer
    private let buffer: UnsafeMutableRawBufferPointer
    let fileDescriptor: CInt

    /// The kernel fills up to 32 KiB of a dump's answer at a time (NLMSG_GOODSIZE and
    /// netlink_dump, linux/netlink.h).
    static let receiveBytes = 64 << 10

    enum Received: Equatable {
        case datagram(kept: Int, isTruncated: Bool)
        case nothing
        /// The kernel dropped something since the last call (ENOBUFS).
        case overrun
        /// Not from the kernel.
        case foreign
    }

    private init(handle: OpaquePointer) {
        unsafe self.handle = handle
        fileDescriptor = unsafe mnl_socket_get_fd(handle)
        unsafe buffer = .allocate(byteCount: KernelSocket.receiveBytes, alignment: 16)
    }

    deinit {
        _ = unsafe mnl_socket_close(handle)
        unsafe buffer.deallocate()
    }

    /// Opens a socket for requests.
    static func open(_ family: Family) throws(SystemFailure) -> KernelSocket {
        let flags = CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
        guard let handle = unsafe mnl_socket_open2(family.rawValue, flags) else {
            throw SystemFailure(code: errno)
        }
        let socket = unsafe KernelSocket(handle: handle)
        try socket.bind(groups: 0)
        return socket
    }

    /// Opens a socket that is told of changes, as far as the filter lets them pass.
    static func openChanges(
        _ filter: [ChangeFilter.Instruction]
    ) throws(SystemFailure) -> KernelSocket {
        let flags = CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
        guard let handle = unsafe mnl_socket_open2(NETLINK_ROUTE, flags) else {
            throw SystemFailure(code: errno)
        }
        let socket = unsafe KernelSocket(handle: handle)
        // Before the bind, so that nothing else is let in between.
        try socket.attach(filter)
        // The bits of RTNLGRP_LINK, _IPV4_IFADDR, _IPV4_ROUTE, _IPV6_IFADDR and _IPV6_ROUTE.
        try socket.bind(
            groups: UInt32(
                RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_IFADDR
                    | RTMGRP_IPV6_ROUTE))
        return socket
    }

    enum Family {
        case route, socketDiagnosis

        var rawValue: CInt { self == .route ? NETLINK_ROUTE : NETLINK_SOCK_DIAG }
    }

    private func bind(groups: UInt32) throws(SystemFailure) {
        guard unsafe mnl_socket_bind(handle, groups, 0) == 0 else {
            throw SystemFailure(code: errno)
        }
    }

    private func attach(_ filter: [ChangeFilter.Instruction]) throws(SystemFailure) {
        var code = filter.map {
            sock_filter(code: $0.code, jt: $0.ifTrue, jf: $0.ifFalse, k: $0.value)
        }
        let result = unsafe code.withUnsafeMutableBufferPointer { code in
            var program = unsafe sock_fprog(len: UInt16(code.count), filter: code.baseAddress)
            return unsafe setsockopt(
                fileDescriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program,
                socklen_t(MemoryLayout<sock_fprog>.size))
        }
        if result != 0 { throw SystemFailure(code: errno) }
    }

    func send(_ request: [UInt8]) throws(SystemFailure) {
        while true {
            let sent = unsafe request.withUnsafeBytes { bytes in
                unsafe mnl_socket_sendto(handle, bytes.baseAddress, bytes.count)
            }
            let code = errno
            if sent >= 0 { return }
            if code != EINTR { throw SystemFailure(code: code) }
        }
    }

    /// Receives one datagram without waiting.
    func receive() throws(SystemFailure) -> Received {
        while true {
            var sender = sockaddr_nl()
            var senderLength = socklen_t(MemoryLayout<sockaddr_nl>.size)
            // With MSG_TRUNC the kernel returns the datagram's own length, whatever fitted.
            let length = unsafe withUnsafeMutablePointer(to: &sender) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    unsafe recvfrom(
                        fileDescriptor, buffer.baseAddress, buffer.count,
                        CInt(MSG_TRUNC), address, &senderLength)
                }
            }
            let code = errno
            if length >= 0 {
                guard sender.nl_pid == 0 else { return .foreign }
                let kept = unsafe min(length, buffer.count)
                return .datagram(kept: kept, isTruncated: kept < length)
            }
            switch code {
            case EINTR: continue
            case EAGAIN: return .nothing
            case ENOBUFS: return .overrun
            default: throw SystemFailure(code: code)
            }
        }
    }

    /// The first bytes of what was received last.
    @_lifetime(borrow self)
    func received(_ count: Int) -> Span<UInt8> {
        let kept = unsafe UnsafeRawBufferPointer(buffer)
        let span = unsafe RawSpan(_unsafeBytes: kept).extracting(first: count)
        return unsafe _overrideLifetime(Span<UInt8>(_bytes: span), borrowing: self)
    }

    /// Waits until there is something to receive; the kernel answers at once, so that the end of
    /// the time means that something is wrong.
    func waitForInput() throws(SystemFailure) {
        var wanted = pollfd(fd: fileDescriptor, events: Int16(POLLIN), revents: 0)
        let ready = unsafe poll(&wanted, 1, 5000)
        let code = errno
        if ready == 0 { throw SystemFailure(code: ETIMEDOUT) }
        if ready < 0, code != EINTR { throw SystemFailure(code: code) }
    }
}
