// SPDX-License-Identifier: GPL-3.0-or-later

import CNetfilter
import Glibc

/// A failed system call: its errno.
struct SystemFailure: Error, Hashable {
    let code: CInt
}

/// An open netlink socket and the buffer that it receives into.
///
/// Safe: the handle and the buffer are made in `open`, freed in `deinit`, and never leave; what was
/// received is lent as a span that cannot outlive the borrow.
/// Unchecked Sendable: there is one owner, so that one thread at a time uses both.
/// Source: libmnl `mnl_socket_open2`; netlink(7).
@safe
struct NetlinkSocket: ~Copyable, @unchecked Sendable {
    private let handle: OpaquePointer
    private let buffer: UnsafeMutableRawBufferPointer
    let fileDescriptor: CInt
    /// The address of the socket, as netlink headers and /proc/net/netlink write it.
    let portID: UInt32

    /// A batch of 64 KiB comes as up to 130,556 bytes, because the kernel rounds its allocation up;
    /// this is what the largest batch that it can be asked for is rounded to.
    static let receiveBytes = 256 << 10

    enum Received: Equatable {
        /// The whole datagram may be longer than what fitted.
        case datagram(kept: Int, isTruncated: Bool)
        case nothing
        /// The kernel dropped something since the last call (ENOBUFS).
        case overrun
        /// Not from the kernel.
        case foreign
    }

    private init(handle: OpaquePointer, portID: UInt32) {
        unsafe self.handle = handle
        self.portID = portID
        fileDescriptor = unsafe mnl_socket_get_fd(handle)
        unsafe buffer = .allocate(byteCount: NetlinkSocket.receiveBytes, alignment: 16)
    }

    deinit {
        _ = unsafe mnl_socket_close(handle)
        unsafe buffer.deallocate()
    }

    /// Opens a socket that never blocks, bound to multicast groups of a netlink family.
    static func open(family: CInt, groups: UInt32 = 0) throws(SystemFailure) -> NetlinkSocket {
        let flags = CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
        guard let handle = unsafe mnl_socket_open2(family, flags) else {
            throw SystemFailure(code: errno)
        }
        guard unsafe mnl_socket_bind(handle, groups, 0) == 0 else {
            let code = errno
            _ = unsafe mnl_socket_close(handle)
            throw SystemFailure(code: code)
        }
        return unsafe NetlinkSocket(handle: handle, portID: mnl_socket_get_portid(handle))
    }

    /// Sends one request. The kernel has carried it out when this returns.
    func send(_ header: UnsafeMutablePointer<nlmsghdr>) throws(SystemFailure) {
        while true {
            let sent = unsafe mnl_socket_sendto(handle, header, Int(header.pointee.nlmsg_len))
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
    func received(_ count: Int) -> RawSpan {
        let kept = unsafe UnsafeRawBufferPointer(buffer)
        let span = unsafe RawSpan(_unsafeBytes: kept).extracting(first: count)
        return unsafe _overrideLifetime(span, borrowing: self)
    }

    /// Waits until the acknowledgement of a request is here.
    ///
    /// Returns: the errno in it; 0 is success. What else arrives meanwhile is passed over: log
    /// messages show up as a gap then.
    func acknowledgement(of sequence: UInt32) throws(SystemFailure) -> CInt {
        while true {
            switch try receive() {
            case .datagram(let kept, _):
                if let code = NetlinkSocket.acknowledgement(of: sequence, in: received(kept)) {
                    return code
                }
            case .nothing: try waitForInput()
            case .overrun, .foreign: continue
            }
        }
    }

    /// The errno of the acknowledgement in a datagram; nil when it is not one of this request.
    static func acknowledgement(of sequence: UInt32, in bytes: RawSpan) -> CInt? {
        guard bytes.byteCount >= Datagram.headerLength + 4,
            bytes.host16(at: 4) == MessageType.error, bytes.host32(at: 8) == sequence
        else { return nil }
        let code = CInt(truncatingIfNeeded: bytes.host32(at: Datagram.headerLength))
        return 0 &- code
    }

    /// The kernel answers before `send` returns, so that this waits only if something is wrong.
    func waitForInput() throws(SystemFailure) {
        var wanted = pollfd(fd: fileDescriptor, events: Int16(POLLIN), revents: 0)
        let ready = unsafe poll(&wanted, 1, 2000)
        let code = errno
        if ready == 0 { throw SystemFailure(code: ETIMEDOUT) }
        if ready < 0, code != EINTR { throw SystemFailure(code: code) }
    }
}
