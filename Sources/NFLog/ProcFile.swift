// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc

/// Files of /proc, read whole.
enum ProcFile {
    /// Where the calling thread's network namespace shows itself; /proc/net would be that of the
    /// process's first thread.
    static let network = "/proc/thread-self/net/"

    /// Bound: 16 MiB; what is beyond is not read.
    static func read(_ path: String) throws(SystemFailure) -> String {
        let file = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw SystemFailure(code: errno) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count < 16 << 20 {
            let count = unsafe Glibc.read(file, &chunk, chunk.count)
            let code = errno
            if count == 0 { break }
            if count > 0 {
                bytes.append(contentsOf: chunk[..<count])
            } else if code != EINTR {
                throw SystemFailure(code: code)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The names in a directory; none if it cannot be read.
    static func names(in path: String) -> [String] {
        guard let directory = unsafe opendir(path) else { return [] }
        defer { _ = unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { text in
                    unsafe String(cString: text)
                }
            }
            names.append(name)
        }
        return names
    }

    /// What a symbolic link says; nil if it cannot be read.
    static func target(of path: String) -> String? {
        var text = [CChar](repeating: 0, count: 256)
        let count = unsafe readlink(path, &text, text.count)
        guard count >= 0 else { return nil }
        return String(decoding: text.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
