// SPDX-License-Identifier: GPL-3.0-or-later

import CLinux
import Glibc

/// The calls of the C library that change files, and the only file of this module with unsafe code.
///
/// Safety: every pointer is to a local value or a string that outlives its call.
enum PairingSystem {
    static var isRoot: Bool { geteuid() == 0 }
    static let notThere = ENOENT
    static let notPermitted = EACCES

    static func message(of cause: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 128)
        guard unsafe strerror_r(cause, &buffer, buffer.count) == 0 else { return "error \(cause)" }
        return String(
            decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Who may do what with a file, so that its next content has the same rights.
    struct Rights: Equatable {
        var mode: mode_t
        var owner: uid_t
        var group: gid_t
    }

    /// A whole regular file with its rights, or errno; EFBIG beyond the bound.
    static func read(_ path: String, most: Int) -> (bytes: [UInt8]?, rights: Rights?, cause: Int32)
    {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        guard descriptor >= 0 else { return (nil, nil, errno) }
        defer { _ = close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { return (nil, nil, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { return (nil, nil, EISDIR) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return (nil, nil, errno) }
            guard count > 0 else { break }
            bytes += buffer[..<count]
            guard bytes.count <= most else { return (nil, nil, EFBIG) }
        }
        let rights = Rights(
            mode: status.st_mode & 0o7777, owner: status.st_uid, group: status.st_gid)
        return (bytes, rights, 0)
    }

    /// Makes a new file with the content and the rights, on disk when this returns; 0 or errno.
    static func create(_ path: String, _ bytes: [UInt8], _ rights: Rights) -> Int32 {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return errno }
        defer { _ = close(descriptor) }
        var offset = 0
        while offset < bytes.count {
            let rest = bytes[offset...]
            let count = unsafe rest.withUnsafeBytes {
                unsafe write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return errno }
            offset += count
        }
        // The owner first: giving a file away takes some modes from it.
        guard fchown(descriptor, rights.owner, rights.group) == 0 else { return errno }
        guard fchmod(descriptor, rights.mode) == 0 else { return errno }
        guard fsync(descriptor) == 0 else { return errno }
        return 0
    }

    static func rename(_ path: String, to other: String) -> Int32 {
        unsafe Glibc.rename(path, other) == 0 ? 0 : errno
    }

    /// Removes a file; 0 when it is gone.
    static func remove(_ path: String) -> Int32 {
        unsafe unlink(path) == 0 || errno == ENOENT ? 0 : errno
    }

    /// Makes a folder; true when it was not there before.
    static func makeFolder(_ path: String, mode: mode_t) -> (isNew: Bool, cause: Int32) {
        if unsafe mkdir(path, mode) == 0 { return (true, 0) }
        return (false, errno == EEXIST ? 0 : errno)
    }

    /// Removes a folder when nothing is in it.
    static func removeFolder(_ path: String) { _ = unsafe rmdir(path) }

    /// Makes sure that names in a folder outlive a loss of power.
    static func syncFolder(_ path: String) {
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = fsync(descriptor)
        _ = close(descriptor)
    }

    static func exists(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0
    }

    /// The path that links lead to; nil where there is no such file.
    static func resolved(_ path: String) -> String? {
        guard let real = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(real) }
        return unsafe String(cString: real)
    }

    /// Takes a lock that ends with this process; nil and errno when somebody has it.
    static func lock(_ path: String) -> (descriptor: Int32?, cause: Int32) {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return (nil, errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let cause = errno
            _ = close(descriptor)
            return (nil, cause)
        }
        return (descriptor, 0)
    }

    static let isLocked = EWOULDBLOCK

    static func unlock(_ descriptor: Int32) { _ = close(descriptor) }

    static func environment(_ name: String) -> String? {
        guard let text = unsafe getenv(name) else { return nil }
        return unsafe String(cString: text)
    }
}
