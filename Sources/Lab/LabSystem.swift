// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc
import Packets
import Synchronization

// The lab's calls of the C library: the one file of this module in which `unsafe` may stand.

/// Signals that ask the lab to end. They only leave their number here, so that the lab's own road
/// removes what it made.
package enum LabSignals {
    private static let last = Atomic<Int32>(0)

    /// The signal that came last, or nil. Ordering: relaxed, since no other memory depends on it.
    package static var caught: Int32? {
        let signal = last.load(ordering: .relaxed)
        return signal == 0 ? nil : signal
    }

    /// Handlers, not SIG_IGN, because a program that the lab starts would inherit the latter.
    /// SIGPIPE counts as well: `picket lab | head` must not leave namespaces behind.
    package static func watch() {
        last.store(0, ordering: .relaxed)
        for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] {
            // Safe: the handler is one lock-free store, which signal-safety(7) allows.
            _ = signal(number) { LabSignals.last.store($0, ordering: .relaxed) }
        }
    }

    package static func release() {
        for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] {
            _ = signal(number, SIG_DFL)
        }
    }
}

enum LabSystem {
    static var isRoot: Bool { geteuid() == 0 }

    static func exists(process: Int32) -> Bool { kill(process, 0) == 0 || errno == EPERM }

    static func end(process: Int32, hard: Bool) { _ = kill(process, hard ? SIGKILL : SIGTERM) }

    static func pause(milliseconds: UInt32) { _ = usleep(milliseconds * 1000) }

    /// Monotonic time since some start. Unit: seconds.
    static func now() -> Double {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    static func text(ofError number: Int32) -> String {
        // Safe: strerror's text is copied before any other call of this thread.
        unsafe String(cString: strerror(number))
    }

    /// Does somebody listen on this Unix socket?
    static func answers(socketPath path: String) -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard bytes.count < room else { return false }
        // Safe: the bytes and their closing zero fit, checked above.
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { _ = close(descriptor) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, size) == 0
            }
        }
    }
}

/// A raw TCP socket: the kernel adds the IP header, the sender makes everything above it.
///
/// Source: raw(7), ipv6(7). The handle is one descriptor, closed once by `deinit`.
struct RawSocket: ~Copyable {
    private let descriptor: CInt
    private let v6: Bool

    private init(descriptor: CInt, v6: Bool) {
        self.descriptor = descriptor
        self.v6 = v6
    }

    deinit { _ = close(descriptor) }

    /// Opens the socket and binds it to the source address.
    static func open(source: Address) throws(LabError) -> RawSocket {
        let family = source.isV4 ? AF_INET : AF_INET6
        let type = CInt(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(family, type, CInt(IPPROTO_TCP))
        guard descriptor >= 0 else {
            throw .system(
                operation: "open a raw socket", object: "TCP", cause: LabSystem.text(ofError: errno)
            )
        }
        let opened = RawSocket(descriptor: descriptor, v6: !source.isV4)
        guard unsafe opened.withAddress(source, { unsafe bind(descriptor, $0, $1) }) == 0 else {
            throw .system(
                operation: "bind a raw socket", object: "\(source)",
                cause: LabSystem.text(ofError: errno))
        }
        return opened
    }

    func send(_ segment: [UInt8], to target: Address) throws(LabError) {
        let sent = unsafe withAddress(target) { address, size in
            unsafe segment.withUnsafeBytes { bytes in
                unsafe sendto(descriptor, bytes.baseAddress, bytes.count, 0, address, size)
            }
        }
        // ENOBUFS and EAGAIN lose one packet of many; a scan stays a scan.
        guard sent >= 0 || errno == ENOBUFS || errno == EAGAIN else {
            throw .system(
                operation: "send a packet", object: "\(target)",
                cause: LabSystem.text(ofError: errno))
        }
    }

    /// Calls the body with the address as the kernel wants it; the pointer is valid inside only.
    private func withAddress<Result>(
        _ address: Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        if v6 {
            var name = sockaddr_in6()
            name.sin6_family = sa_family_t(AF_INET6)
            unsafe withUnsafeMutableBytes(of: &name.sin6_addr) { bytes in
                for index in 0..<16 {
                    let half = index < 8 ? address.high : address.low
                    unsafe bytes[index] = UInt8(
                        truncatingIfNeeded: half >> UInt64(56 - 8 * (index % 8)))
                }
            }
            return unsafe withUnsafePointer(to: &name) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe body($0, socklen_t(MemoryLayout<sockaddr_in6>.size))
                }
            }
        }
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = address.v4Bits.bigEndian
        return unsafe withUnsafePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
