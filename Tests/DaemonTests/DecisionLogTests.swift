// SPDX-License-Identifier: GPL-3.0-or-later

import Dispatch
import Foundation
import Glibc
import Synchronization
import Testing

@testable import Daemon

@Suite("The decision log")
struct DecisionLogTests {
    /// Keeps what the log tells.
    private final class Told: Sendable {
        private let all = Mutex<[DecisionLog.Trouble]>([])
        var troubles: [DecisionLog.Trouble] { all.withLock { $0 } }
        var tell: @Sendable (DecisionLog.Trouble) -> Void {
            { trouble in self.all.withLock { $0.append(trouble) } }
        }
    }

    private func withDirectory(_ body: (String) throws -> Void) throws {
        let directory = "/tmp/picket-log-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try body(directory)
    }

    private func text(_ path: String) throws -> String {
        try String(contentsOfFile: path, encoding: .utf8)
    }

    @Test("Lines are appended to a file with mode 0640, in a directory that is made for it")
    func append() throws {
        try withDirectory { directory in
            let path = directory + "/log/picket/decisions.json"
            for round in 1...2 {
                var log = try DecisionLog.open(path: path) { _ in Issue.record("trouble") }
                log.append("line \(round)")
                log.append("line \(round) again")
                #expect(log.lines == 2)
                #expect(log.lost == 0)
            }
            #expect(try text(path) == "line 1\nline 1 again\nline 2\nline 2 again\n")
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            let mode = try #require(attributes[.posixPermissions] as? Int)
            #expect(mode & ~0o640 == 0)
        }
    }

    @Test("After a rename, reopening begins a new file and leaves the old one whole")
    func rotate() throws {
        try withDirectory { directory in
            let path = directory + "/decisions.json"
            var log = try DecisionLog.open(path: path) { _ in Issue.record("trouble") }
            log.append("one")
            try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
            log.append("two")
            try log.reopen()
            log.append("three")
            #expect(try text(path + ".1") == "one\ntwo\n")
            #expect(try text(path) == "three\n")
        }
    }

    @Test("When reopening fails, the log goes on in the file that it had")
    func reopenFails() throws {
        try withDirectory { directory in
            let path = directory + "/decisions.json"
            var log = try DecisionLog.open(path: path) { _ in Issue.record("trouble") }
            try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: false)
            do throws(DecisionLogError) {
                try log.reopen()
                Issue.record("reopened a directory")
            } catch {
                #expect(error.errno == EISDIR)
            }
            log.append("still here")
            #expect(try text(path + ".1") == "still here\n")
        }
    }

    @Test("A line that a crash cut off is ended before the next one")
    func cutOff() throws {
        try withDirectory { directory in
            let path = directory + "/decisions.json"
            try Data("whole\nhal".utf8).write(to: URL(fileURLWithPath: path))
            var log = try DecisionLog.open(path: path) { _ in Issue.record("trouble") }
            log.append("next")
            log.append("last")
            #expect(try text(path) == "whole\nhal\nnext\nlast\n")
        }
    }

    @Test("On a full disk lines are counted, and told at most once a minute with the total")
    func full() throws {
        let told = Told()
        var log = try DecisionLog.open(path: "/dev/full", tell: told.tell)
        let start = ContinuousClock.now
        for second in 0..<150 { log.append("line", now: start.advanced(by: .seconds(second))) }
        #expect(log.lines == 0)
        #expect(log.lost == 150)
        #expect(log.failing == "No space left on device")
        #expect(
            told.troubles
                == [1, 61, 121].map {
                    .losing(cause: "No space left on device", total: $0)
                })
    }

    @Test(
        "A small disk that fills up holds whole lines only, and goes on when there is room",
        .enabled(if: geteuid() == 0, "mounting needs root"))
    func smallDisk() throws {
        try withSmallDisk { directory in
            let told = Told()
            let path = directory + "/decisions.json"
            var log = try DecisionLog.open(path: path, tell: told.tell)
            let line = String(repeating: "x", count: 999)
            // 64 KiB hold 65 whole lines of 1,000 bytes, and a part of the next.
            for _ in 0..<100 { log.append(line) }
            #expect(log.lines == 65)
            #expect(log.lost == 35)
            let full = try text(path)
            #expect(full.utf8.count == 65_000)
            #expect(full.hasSuffix("x\n"))

            try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
            try log.reopen()
            try FileManager.default.removeItem(atPath: path + ".1")
            log.append("room again")
            #expect(try text(path) == "room again\n")
            #expect(log.failing == nil)
            #expect(
                told.troubles == [
                    .losing(cause: "No space left on device", total: 1), .recovered(lost: 35),
                ])
        }
    }

    /// A disk of 64 KiB in a mount namespace that ends with its thread.
    private func withSmallDisk(_ body: @escaping @Sendable (String) throws -> Void) throws {
        try withDirectory { directory in
            let done = DispatchSemaphore(value: 0)
            let failure = Mutex<(any Error)?>(nil)
            Thread {
                defer { done.signal() }
                do {
                    try #require(leaveMountNamespace(), "no mount namespace")
                    // Nothing that is mounted from here on is seen outside.
                    let isPrivate = unsafe mount(
                        "none", "/", nil, UInt(MS_REC | MS_PRIVATE), nil)
                    try #require(isPrivate == 0)
                    let isMounted = unsafe "size=64k".withCString {
                        unsafe mount("tmpfs", directory, "tmpfs", 0, $0)
                    }
                    try #require(isMounted == 0)
                    try body(directory)
                } catch {
                    failure.withLock { $0 = error }
                }
            }.start()
            done.wait()
            if let error = failure.withLock({ $0 }) { throw error }
        }
    }

    /// unshare(2) with CLONE_NEWNS, which the Swift overlay of glibc does not show.
    private func leaveMountNamespace() -> Bool {
        typealias Unshare = @convention(c) (CInt) -> CInt
        guard let symbol = unsafe dlsym(nil, "unshare") else { return false }
        let unshare = unsafe unsafeBitCast(symbol, to: Unshare.self)
        return unshare(0x0002_0000) == 0
    }

    @Test("A second outage counts its own lines")
    func twice() throws {
        try withDirectory { directory in
            let told = Told()
            let path = directory + "/decisions"
            try FileManager.default.createSymbolicLink(
                atPath: path, withDestinationPath: "/dev/full")
            var log = try DecisionLog.open(path: path, tell: told.tell)
            let start = ContinuousClock.now
            for round in 0..<2 {
                let now = start.advanced(by: .seconds(round * 100))
                for _ in 0...round { log.append("lost", now: now) }
                try FileManager.default.removeItem(atPath: path)
                try log.reopen()
                log.append("written", now: now)
                try FileManager.default.removeItem(atPath: path)
                try FileManager.default.createSymbolicLink(
                    atPath: path, withDestinationPath: "/dev/full")
                try log.reopen()
            }
            let cause = "No space left on device"
            #expect(
                told.troubles == [
                    .losing(cause: cause, total: 1), .recovered(lost: 1),
                    .losing(cause: cause, total: 2), .recovered(lost: 2),
                ])
        }
    }

    @Test("A path that cannot be written is an error with path, cause and mend")
    func unwritable() throws {
        try withDirectory { directory in
            let error = try failure(directory)
            #expect(
                error.description
                    == "cannot open the decision log (\(directory)): Is a directory. Choose another "
                    + "path, or change log.decisions in the settings.")
            #expect(error.exitCode == 71)

            let below = try failure("/dev/null/picket/decisions.json")
            #expect(below.operation == .open || below.operation == .makeDirectory)
            #expect(below.errno == ENOTDIR)

            let pipe = directory + "/pipe"
            try #require(unsafe mkfifo(pipe, 0o600) == 0)
            #expect(try failure(pipe).errno == ENXIO)
        }
    }

    @Test("Want of permission has exit code 77")
    func permission() {
        for number in [EACCES, EPERM] {
            let error = DecisionLogError(.open, "/var/log/picket/decisions.json", number)
            #expect(error.exitCode == 77)
            #expect(error.description.contains("Make it writable for the daemon's user"))
        }
    }

    @Test(
        "A directory that is not writable is such a want",
        .disabled(if: geteuid() == 0, "root may write everywhere"))
    func unwritableDirectory() throws {
        try withDirectory { directory in
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o500], ofItemAtPath: directory)
            #expect(try failure(directory + "/decisions.json").exitCode == 77)
        }
    }

    private func failure(_ path: String) throws -> DecisionLogError {
        do {
            _ = try DecisionLog.open(path: path) { _ in }
        } catch {
            return error
        }
        throw Missing()
    }

    private struct Missing: Error {}
}
