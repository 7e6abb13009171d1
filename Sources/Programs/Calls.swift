// SPDX-License-Identifier: GPL-3.0-or-later

import CLinux
import Glibc

/// The calls of the C library, and the only file of this module with unsafe code.
///
/// Safety: every pointer is to a local value, or made and freed here, and does not outlive its call.
enum Calls {
    static func environment(_ name: String) -> String? {
        guard let text = unsafe getenv(name) else { return nil }
        return unsafe String(cString: text)
    }

    static func message(of cause: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 128)
        guard unsafe strerror_r(cause, &buffer, buffer.count) == 0 else { return "error \(cause)" }
        return String(
            decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Whether it is a file, and not a folder, that we may run.
    static func isProgram(_ path: String) -> Bool {
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return false
        }
        return unsafe access(path, X_OK) == 0
    }

    /// Both ends of a pipe, or errno. No program gets them without being given them, and they are
    /// never 0 to 2, even where those are closed: the child's own streams would be laid over them.
    static func pipe() -> (ends: (reading: Int32, writing: Int32)?, cause: Int32) {
        var ends: [Int32] = [-1, -1]
        guard unsafe picket_pipe(&ends) == 0 else { return (nil, errno) }
        for (index, end) in ends.enumerated() where end <= STDERR_FILENO {
            ends[index] = fcntl(end, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
            let cause = errno
            close(end)
            if ends[index] < 0 {
                close(ends[1 - index])
                return (nil, cause)
            }
        }
        return ((ends[0], ends[1]), 0)
    }

    static func close(_ descriptor: Int32) { _ = Glibc.close(descriptor) }

    /// Reads once; empty at the end, and when that fails.
    static func read(_ descriptor: Int32) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
            var got = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            while got < 0, errno == EINTR {
                got = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            }
            count = max(got, 0)
        }
    }

    /// Those that can be read, or have ended, within the time; a signal shortens it.
    static func poll(_ descriptors: [Int32], milliseconds: Int32) -> [Int32] {
        var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        guard unsafe Glibc.poll(&entries, nfds_t(entries.count), milliseconds) > 0 else {
            return []
        }
        return entries.filter { $0.revents != 0 }.map(\.fd)
    }

    static func pause(milliseconds: UInt32) { _ = usleep(milliseconds * 1000) }

    /// Starts a program; returns its process and 0, or errno.
    static func spawn(
        _ path: String, _ arguments: [String], output: Child.Stream, errors: Child.Stream
    ) -> (id: Int32, cause: Int32) {
        // A zero byte would end the word early, and the program would be asked something else.
        guard !([path] + arguments).contains(where: { $0.utf8.contains(0) }) else {
            return (0, EINVAL)
        }
        // Whoever started us with SIGCHLD ignored hands that down: no end of a child would be told.
        _ = Glibc.signal(SIGCHLD, SIG_DFL)
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        guard unsafe posix_spawn_file_actions_init(&actions) == 0 else { return (0, ENOMEM) }
        defer { _ = unsafe posix_spawn_file_actions_destroy(&actions) }
        guard unsafe posix_spawnattr_init(&attributes) == 0 else { return (0, ENOMEM) }
        defer { _ = unsafe posix_spawnattr_destroy(&attributes) }
        let cause = unsafe prepare(&actions, &attributes, output: output, errors: errors)
        guard cause == 0 else { return (0, cause) }
        var words = unsafe ([path] + arguments).map { unsafe strdup($0) } + [nil]
        defer { unsafe words.forEach { unsafe free($0) } }
        guard unsafe words.dropLast().allSatisfy({ unsafe $0 != nil }) else { return (0, ENOMEM) }
        var id: pid_t = 0
        let failure = unsafe posix_spawn(
            &id, path, &actions, &attributes, &words, picket_environment())
        return (id, failure)
    }

    /// What the child has of ours: standard streams, and nothing else; 0 or errno.
    private static func prepare(
        _ actions: inout posix_spawn_file_actions_t, _ attributes: inout posix_spawnattr_t,
        output: Child.Stream, errors: Child.Stream
    ) -> Int32 {
        var cause = unsafe posix_spawn_file_actions_addopen(
            &actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        for (number, stream) in [(STDOUT_FILENO, output), (STDERR_FILENO, errors)]
        where cause == 0 {
            switch stream {
            case .inherited: break
            case .discarded:
                cause = unsafe posix_spawn_file_actions_addopen(
                    &actions, number, "/dev/null", O_WRONLY, 0)
            case .descriptor(let descriptor):
                cause = unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, number)
            }
        }
        if cause == 0 {
            cause = unsafe picket_close_from(&actions, STDERR_FILENO + 1)
        }
        // Signals that we ignore or hold back would stay so in the child: with SIGPIPE ignored, a
        // program writes on into nothing.
        var all = sigset_t()
        var none = sigset_t()
        _ = unsafe sigfillset(&all)
        _ = unsafe sigemptyset(&none)
        let flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP
        if cause == 0 { cause = unsafe posix_spawnattr_setsigdefault(&attributes, &all) }
        if cause == 0 { cause = unsafe posix_spawnattr_setsigmask(&attributes, &none) }
        if cause == 0 { cause = unsafe posix_spawnattr_setpgroup(&attributes, 0) }
        if cause == 0 { cause = unsafe posix_spawnattr_setflags(&attributes, Int16(flags)) }
        return cause
    }

    /// How our child ended; nil while it runs, or when there is no such child.
    static func end(of id: Int32, waiting: Bool) -> End? {
        var status: Int32 = 0
        var told = unsafe waitpid(id, &status, waiting ? 0 : WNOHANG)
        while told < 0, errno == EINTR {
            told = unsafe waitpid(id, &status, waiting ? 0 : WNOHANG)
        }
        guard told == id else { return nil }
        // Source: wait(2), WIFEXITED and its siblings, which are macros.
        let number = status & 0x7f
        return number == 0 ? .exit(code: (status >> 8) & 0xff) : .signal(number)
    }

    /// Asks a child of ours and its group to end, or ends them.
    ///
    /// The group, because a shell that is asked alone leaves behind what it waits for.
    static func signal(_ id: Int32, hard: Bool) { _ = kill(-id, hard ? SIGKILL : SIGTERM) }
}
