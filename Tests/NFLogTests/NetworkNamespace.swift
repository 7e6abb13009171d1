// SPDX-License-Identifier: GPL-3.0-or-later

import CLinux
import Glibc
import Testing

@testable import NFLog

/// The tests that need the kernel's netfilter.
///
/// One after the other: a child that one test starts would keep another one's sockets for the
/// moment between fork and exec, and with them their groups.
@Suite(
    "A real kernel", .serialized,
    .enabled(if: NetworkNamespace.isAvailable, Comment(rawValue: NetworkNamespace.why)))
enum KernelTests {}

/// Runs a test on a thread of its own, in a network namespace of its own.
///
/// Nothing is left behind: the namespace ends with the thread, and what it starts with it.
enum NetworkNamespace {
    /// Whether the kernel tests can run here.
    static let isAvailable: Bool = {
        guard geteuid() == 0, Capabilities.hasNetAdmin() else { return false }
        var thread = pthread_t()
        var answer: UnsafeMutableRawPointer?
        let started = unsafe pthread_create(
            &thread, nil,
            { _ in unsafe UnsafeMutableRawPointer(bitPattern: Int(picket_unshare_network())) },
            nil)
        guard started == 0 else { return false }
        unsafe pthread_join(thread, &answer)
        guard unsafe answer == nil else { return false }
        let places: [String] = ["/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"]
        return ["nft", "iptables", "ip", "ping"].allSatisfy { (tool: String) in
            places.contains { place in unsafe access(place + tool, X_OK) == 0 }
        }
    }()

    static let why: String =
        "needs root with CAP_NET_ADMIN, network namespaces, nft, iptables, ip and ping"

    /// Loopback is up when the body starts.
    static func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let work = Work {
                continuation.resume(
                    with: Result {
                        guard picket_unshare_network() == 0 else {
                            throw SystemFailure(code: errno)
                        }
                        try command("ip", "link", "set", "lo", "up")
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
                continuation.resume(throwing: SystemFailure(code: started))
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

/// Runs a command in the calling thread's namespace; throws unless it succeeds.
func command(_ words: String...) throws {
    let child = try start(words)
    var status: CInt = 0
    while unsafe waitpid(child, &status, 0) < 0, errno == EINTR {}
    if status != 0 { throw CommandFailure(words: words, status: status) }
}

/// Loads rules of nftables.
func rules(_ lines: String...) throws { try command("nft", lines.joined(separator: "\n")) }

/// Starts a command; a descriptor given is open in it too.
func start(_ words: [String], inheriting descriptor: CInt? = nil) throws -> pid_t {
    var child: pid_t = 0
    var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
    defer { unsafe arguments.forEach { unsafe free($0) } }
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { _ = unsafe posix_spawn_file_actions_destroy(&actions) }
    if let descriptor { unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, 77) }
    let code = unsafe posix_spawnp(&child, words[0], &actions, nil, &arguments, environ)
    if code != 0 { throw CommandFailure(words: words, status: code) }
    return child
}
