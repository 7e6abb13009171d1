// SPDX-License-Identifier: GPL-3.0-or-later

import CLinux
import Glibc
import Packets

/// The C library and the kernel, as far as the daemon speaks to them itself; the only file of this
/// module with unsafe code.
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
        return text(buffer)
    }

    package static func message(of errno: CInt) -> String {
        var buffer = [CChar](repeating: 0, count: 128)
        guard unsafe strerror_r(errno, &buffer, buffer.count) == 0 else { return "error \(errno)" }
        return text(buffer)
    }

    /// The text of a C buffer, up to its NUL.
    private static func text(_ buffer: [CChar]) -> String {
        String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Whether the kernel believes that its clock is right; nil when it does not say.
    static var isClockSynchronised: Bool? {
        let answer = picket_clock_synchronised()
        return answer < 0 ? nil : answer == 1
    }

    /// Room on the file system of a path; nil and errno when it cannot be told.
    ///
    /// Unit: bytes and files that this user may still have. Source: statvfs(3).
    static func room(at path: String) -> (bytes: UInt64, files: UInt64, isReadOnly: Bool)? {
        var status = statvfs()
        guard unsafe statvfs(path, &status) == 0 else { return nil }
        // A file system without a number of files has no bound for them: btrfs.
        let files = status.f_files == 0 ? UInt64.max : UInt64(status.f_favail)
        return (
            UInt64(status.f_bavail) * UInt64(status.f_frsize), files,
            status.f_flag & UInt(ST_RDONLY) != 0
        )
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
    ///
    /// A link is given itself, not what it leads to: its folder is the user's already, who may have
    /// laid it to a file of root's.
    package static func give(_ path: String, uid: UInt32, gid: UInt32) -> CInt {
        unsafe lchown(path, uid, gid) == 0 ? 0 : errno
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
    package static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

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
    package static func catchInterrupts() { picket_catch_interrupts() }

    /// The signal that came; nil when none did.
    package static var interrupt: CInt? {
        let signal = picket_interrupt()
        return signal == 0 ? nil : signal
    }

    /// Ends the process by the signal, so that whoever started it sees why it ended.
    package static func die(of signal: CInt) { picket_die_of(signal) }

    /// A reload that is asked for before we listen is missed, and not the end of the process.
    static func ignoreReloads() {
        _ = signal(SIGHUP, SIG_IGN)
        _ = signal(SIGUSR1, SIG_IGN)
    }

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

/// Files that are written line by line, where a short write must be known.
extension System {
    /// Opens for appending, or -1 and errno. Nonblocking, so that a pipe without a reader is an
    /// error and not a daemon that hangs.
    static func openToAppend(_ path: String) -> CInt {
        let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK
        return unsafe open(path, flags, 0o640)
    }

    /// Gives a file another's name and place, at once; 0, else errno.
    static func rename(_ path: String, to other: String) -> CInt {
        unsafe Glibc.rename(path, other) == 0 ? 0 : errno
    }

    /// Makes one folder with mode 0750; 0 when it is there afterwards, else errno.
    static func makeFolder(_ path: String) -> CInt {
        unsafe mkdir(path, 0o750) == 0 || errno == EEXIST ? 0 : errno
    }

    /// Writes once: how many bytes were taken, and errno when it was none.
    static func writeOnce(_ bytes: ArraySlice<UInt8>, to descriptor: CInt) -> (Int, CInt) {
        let count = unsafe bytes.withUnsafeBytes {
            unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
        }
        return (count, errno)
    }

    /// The size of an open file; nil for pipes and devices.
    static func size(of descriptor: CInt) -> Int? {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return nil
        }
        return Int(status.st_size)
    }

    /// The last byte of a regular file; nil when it is empty, unreadable, or no such file.
    static func lastByte(ofFile path: String) -> UInt8? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard let size = size(of: descriptor), size > 0 else { return nil }
        var last: UInt8 = 0
        return unsafe pread(descriptor, &last, 1, off_t(size - 1)) == 1 ? last : nil
    }
}

/// The files of evidence.
extension System {
    /// Opens for appending and makes it where it is not there, with mode 0640; -1 and errno.
    static func openToKeep(_ path: String) -> CInt {
        unsafe open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0o640)
    }

    /// Cuts an open file back to a size; 0, else errno.
    static func cut(_ descriptor: CInt, to size: Int) -> CInt {
        ftruncate(descriptor, off_t(size)) == 0 ? 0 : errno
    }

    /// Takes a name away; 0 also when there was none, else errno.
    static func remove(_ path: String) -> CInt {
        unsafe unlink(path) == 0 || errno == ENOENT ? 0 : errno
    }

    /// The number that an interface has now; 0 when there is none of that name.
    static func interfaceNumber(_ name: String) -> UInt32 { unsafe if_nametoindex(name) }
}

/// The system's log.
extension System {
    /// A socket to whoever reads at the path; -1 and errno.
    static func datagramSocket(to path: String) -> CInt { unsafe picket_datagram(path) }

    /// - Parameter mayBeMemory: whether what is too large for a datagram may go as memory.
    /// - Returns: 0, else errno.
    static func send(_ bytes: [UInt8], to descriptor: CInt, mayBeMemory: Bool) -> CInt {
        unsafe bytes.withUnsafeBytes {
            unsafe picket_send(descriptor, $0.baseAddress, $0.count, mayBeMemory)
        }
    }

    /// Device and inode of standard output, as JOURNAL_STREAM names them (sd_journal_stream_fd(3)).
    static var standardOutputName: String? {
        var status = stat()
        guard unsafe fstat(STDOUT_FILENO, &status) == 0 else { return nil }
        return "\(status.st_dev):\(status.st_ino)"
    }

    static func isSocket(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
    }
}
