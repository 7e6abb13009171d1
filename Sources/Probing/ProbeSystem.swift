// SPDX-License-Identifier: GPL-3.0-or-later

import CLinux
import Glibc

/// A network namespace, held by a descriptor: it has no name, and nothing is left of it when the
/// last descriptor, socket and process in it are gone, even if we are killed.
///
/// This is the one file of this module with unsafe code. Safety: every pointer is to a local value
/// and does not outlive its call; each descriptor has one owner, who closes it.
final class Namespace {
    private let descriptor: CInt

    /// For a program that takes the path of a namespace.
    var path: String { "/proc/\(getpid())/fd/\(descriptor)" }

    private init(descriptor: CInt) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// The namespace of the calling thread.
    static func current() throws(ProbeError) -> Namespace {
        let descriptor = unsafe open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system("read the network namespace", errno) }
        return Namespace(descriptor: descriptor)
    }

    /// Makes a new one; the calling thread is in it afterwards.
    static func make() throws(ProbeError) -> Namespace {
        guard picket_unshare_network() == 0 else {
            let code = errno
            throw code == EPERM ? .noRight : .system("make a network namespace", code)
        }
        return try current()
    }

    /// The calling thread goes there, with the programs that it starts.
    func enter() throws(ProbeError) {
        guard picket_enter_network(descriptor) == 0 else {
            throw .system("enter a network namespace", errno)
        }
    }
}

/// A socket that sends Ethernet frames by one interface.
///
/// Source: packet(7).
final class FrameSocket {
    private let descriptor: CInt
    private let interface: CInt

    private init(descriptor: CInt, interface: CInt) {
        self.descriptor = descriptor
        self.interface = interface
    }

    deinit { close(descriptor) }

    /// Opens it in the calling thread's namespace, where it stays.
    static func open(interface name: String) throws(ProbeError) -> FrameSocket {
        let index = unsafe if_nametoindex(name)
        guard index > 0 else { throw .system("find the interface \(name)", errno) }
        let type = CInt(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_PACKET, type, 0)
        guard descriptor >= 0 else { throw .system("open a packet socket", errno) }
        return FrameSocket(descriptor: descriptor, interface: CInt(index))
    }

    /// Shape of the frame: from the Ethernet header on.
    func send(_ frame: [UInt8]) throws(ProbeError) {
        let sent = unsafe frame.withUnsafeBytes { bytes in
            unsafe picket_send_frame(
                descriptor, interface, bytes.baseAddress, UInt(bytes.count))
        }
        guard sent == frame.count else { throw .system("send a probe", errno) }
    }
}

enum ProbeSystem {
    /// Capabilities for what a probe does: 21 namespaces, 12 links and rules, 13 packet sockets.
    ///
    /// Source: linux/capability.h.
    static var mayProbe: Bool {
        [CInt(21), 12, 13].allSatisfy { picket_has_capability($0) }
    }

    /// Whether one of the descriptors can be read within the time.
    static func poll(_ descriptors: [CInt], milliseconds: CInt) -> Bool {
        var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        return unsafe Glibc.poll(&entries, nfds_t(entries.count), milliseconds) > 0
    }

    static func message(of cause: CInt) -> String {
        var buffer = [CChar](repeating: 0, count: 128)
        guard unsafe strerror_r(cause, &buffer, buffer.count) == 0 else { return "error \(cause)" }
        return String(
            decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
