// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Glibc

/// A file in memory that targets write their input to, where what is tested wants a path.
enum ScratchFile {
    /// Made at the first use; it has no name, so that nothing is left behind.
    private static let descriptor: CInt = {
        let path = "/dev/shm/picket-fuzz-\(getpid())"
        let descriptor = unsafe open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        must(descriptor >= 0, "a file in /dev/shm")
        _ = unsafe unlink(path)
        return descriptor
    }()

    /// Where the file can be opened by others of this process.
    static var path: String { "/proc/self/fd/\(descriptor)" }

    static func fill(_ bytes: RawSpan) {
        _ = ftruncate(descriptor, 0)
        _ = unsafe bytes.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }
}
