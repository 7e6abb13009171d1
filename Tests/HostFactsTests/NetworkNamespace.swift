// SPDX-License-Identifier: GPL-3.0-or-later

import CLinux
import Glibc
import Testing

/// Runs a test on a thread of its own, in a network namespace of its own.
///
/// Nothing is left behind: the namespace ends with the thread, and what it starts with it.
enum NetworkNamespace {
    /// Whether such tests can run here: unshare(2) needs CAP_SYS_ADMIN.
    static let isAvailable: Bool = {
        let places: [String] = ["/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"]
        let hasIP = places.contains { place in unsafe access(place + "ip", X_OK) == 0 }
        return geteuid() == 0 && picket_has_capability(21) && hasIP
    }()

    static let why: String = "needs root, network namespaces and ip"

    /// Loopback is up when the body starts.
    static func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let work = Work {
                continuation.resume(
                    with: Result {
                        guard picket_unshare_network() == 0 else {
                            throw CommandFailure(words: ["unshare"], status: errno)
                        }
                        try command("ip link set lo up")
                        return try body()
                    })
            }
            var thread = pthread_t()
            let started = unsafe pthread_create(
                &thread, nil,
                { context in
                    if let context = unsafe context {
                        unsafe Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body()
                    }
                    return nil
                }, Unmanaged.passRetained(work).toOpaque())
            if started == 0 {
                pthread_detach(thread)
            } else {
                continuation.resume(
                    throwing: CommandFailure(words: ["pthread_create"], status: started))
            }
        }
    }

    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}

/// A command that failed.
struct CommandFailure: Error {
    let words: [String]
    let status: CInt
}

/// Runs a command, words between spaces, in the calling thread's namespace; throws unless it
/// succeeds.
func command(_ line: String) throws {
    let words = line.split(separator: " ").map(String.init)
    try command(words)
}

func command(_ words: [String]) throws {
    var child: pid_t = 0
    var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
    defer { unsafe arguments.forEach { unsafe free($0) } }
    let code = unsafe posix_spawnp(&child, words[0], nil, nil, &arguments, environ)
    if code != 0 { throw CommandFailure(words: words, status: code) }
    var status: CInt = 0
    while unsafe waitpid(child, &status, 0) < 0, errno == EINTR {}
    if status != 0 { throw CommandFailure(words: words, status: status) }
}
