// SPDX-License-Identifier: GPL-3.0-or-later

import CLinux
import Glibc
import Packets

/// The C library and the kernel, as far as the daemon speaks to them itself; the only file of this
/// module with unsafe code beside `DecisionLog`.
///
/// Safety: every pointer here is to a local value and does not outlive its call.
package enum System {
    /// The wall clock.
    package static var now: Timestamp {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec))
    }

    /// CPU time that this process has used.
    package static var processorTime: Duration {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    /// What must be added to UTC to get the local time at that moment. Unit: seconds.
    package static func localOffset(at time: Timestamp) -> Int {
        var seconds = time_t(time.nanoseconds / 1_000_000_000)
        var parts = unsafe tm()
        guard unsafe localtime_r(&seconds, &parts) != nil else { return 0 }
        return unsafe parts.tm_gmtoff
    }

    package static var hostName: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
        let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return String(decoding: bytes, as: UTF8.self)
    }

    package static func message(of errno: CInt) -> String {
        unsafe String(cString: strerror(errno))
    }

    package static var isRoot: Bool { geteuid() == 0 }
    package static var userID: UInt32 { geteuid() }
    package static var processID: Int32 { getpid() }

    /// Capability 12, linux/capability.h.
    package static var hasNetAdmin: Bool { picket_has_capability(12) }

    /// The user and group numbers of a login name; nil when there is no such user.
    package static func user(named name: String) -> (uid: UInt32, gid: UInt32)? {
        guard let entry = unsafe getpwnam(name) else { return nil }
        return unsafe (entry.pointee.pw_uid, entry.pointee.pw_gid)
    }

    /// Becomes that user with CAP_NET_ADMIN alone; nil, or what failed and why.
    package static func become(uid: UInt32, gid: UInt32) -> String? {
        guard let call = unsafe picket_become(uid, gid) else { return nil }
        let cause = errno
        return unsafe "\(String(cString: call)): \(message(of: cause))"
    }

    /// Gives a file or folder to a user; a failure is told by errno.
    package static func give(_ path: String, uid: UInt32, gid: UInt32) -> CInt {
        unsafe chown(path, uid, gid) == 0 ? 0 : errno
    }

    /// Writes all bytes to a descriptor; returns 0 or the errno that stopped it.
    package static func write(_ bytes: [UInt8], to descriptor: CInt) -> CInt {
        unsafe bytes.withUnsafeBytes { buffer in
            var offset = 0
            while offset < buffer.count {
                let count = unsafe Glibc.write(
                    descriptor, buffer.baseAddress.map { unsafe $0 + offset },
                    buffer.count - offset)
                if count < 0 {
                    let cause = errno
                    if cause == EINTR { continue }
                    if cause == EAGAIN {
                        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                        _ = unsafe Glibc.poll(&entry, 1, -1)
                        continue
                    }
                    return cause
                }
                offset += count
            }
            return 0
        }
    }

    /// Words on standard error; nobody can be told when that fails.
    package static func say(_ line: String) { writeError(line + "\n") }

    static func writeError(_ text: String) { _ = write(Array(text.utf8), to: STDERR_FILENO) }

    static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }
    static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// When this host booted, by its own clock.
    static var bootTime: Timestamp {
        var up = timespec()
        _ = unsafe clock_gettime(CLOCK_BOOTTIME, &up)
        return now.advanced(byNanoseconds: -(Int64(up.tv_sec) * 1_000_000_000 + Int64(up.tv_nsec)))
    }

    /// Sleeps until one of the descriptors can be read, or the time is over.
    ///
    /// - Parameter milliseconds: -1 for ever.
    /// - Returns: those that can be read or have failed.
    package static func poll(_ descriptors: [CInt], milliseconds: CInt) -> [CInt] {
        var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        guard unsafe Glibc.poll(&entries, nfds_t(entries.count), milliseconds) > 0 else {
            return []
        }
        return entries.filter { $0.revents != 0 }.map(\.fd)
    }

    /// A random number that nobody outside can know, for the hash tables.
    package static var randomSeed: UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }

    /// Keeps the numbers of standard input, output and error from being given to other files when
    /// they are closed, so that a log is not taken for the standard output; using them still fails.
    package static func holdStandardDescriptors() {
        for descriptor in STDIN_FILENO...STDERR_FILENO {
            guard fcntl(descriptor, F_GETFD) < 0, errno == EBADF else { continue }
            // The lowest free number is this one. Open for the wrong direction.
            _ = unsafe open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    /// From now on SIGINT and SIGTERM are remembered in ``interrupt``; a read that waits returns.
    static func catchInterrupts() { picket_catch_interrupts() }

    /// The signal that came; nil when none did.
    static var interrupt: CInt? {
        let signal = picket_interrupt()
        return signal == 0 ? nil : signal
    }

    /// Ends the process by the signal, so that whoever started it sees why it ended.
    static func die(of signal: CInt) { picket_die_of(signal) }

    /// A broken pipe is an error to be told, not the end of the process.
    package static func ignoreBrokenPipes() { _ = signal(SIGPIPE, SIG_IGN) }

    /// Sends a datagram to the service manager's socket; `@` begins an abstract name.
    ///
    /// Source: sd_notify(3).
    package static func notify(_ state: String, socket path: String) {
        let descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var name = Array(path.utf8)
        if name.first == UInt8(ascii: "@") { name[0] = 0 }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard name.count < room else { return }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        let bytes = Array(state.utf8)
        _ = unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { destination in
                unsafe sendto(
                    descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL), destination, length)
            }
        }
    }
}
