// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc

/// The file that decisions are appended to, whole lines only.
///
/// A line that does not fit on the disk is lost and counted; the next one is tried again, so that
/// the log goes on by itself when there is room.
/// Thread: one at a time. A reader of a pipe that goes away raises SIGPIPE, which the daemon ignores.
package struct DecisionLog: ~Copyable {
    /// What the operator should know about lines that were lost.
    package enum Trouble: Hashable, Sendable {
        /// Lines are being lost: so many since the start. Told at most once a minute.
        case losing(cause: String, total: UInt64)
        /// Lines are written again, after so many were lost.
        case recovered(lost: UInt64)
    }

    /// What the file is for.
    package enum Content: String, Sendable {
        case decisions, packets
    }

    package let path: String
    private let content: Content
    private var descriptor: CInt
    private let tell: @Sendable (Trouble) -> Void
    /// Whether a part of a line stands at the end of the file, because it could not be cut off.
    private var endsInALine: Bool

    package private(set) var lines: UInt64 = 0
    package private(set) var lost: UInt64 = 0
    /// Why the latest line was lost; nil when it was written.
    package private(set) var failing: String?
    private var lostBefore: UInt64 = 0
    private var told: ContinuousClock.Instant?

    /// Opens the file for appending, with mode 0640 in a directory that is made when it is missing.
    ///
    /// Throws: ``DecisionLogError``.
    package static func open(
        path: String, of content: Content = .decisions, tell: @escaping @Sendable (Trouble) -> Void
    ) throws(DecisionLogError) -> DecisionLog {
        try makeDirectory(of: path, content)
        return DecisionLog(
            path: path, content: content, descriptor: try openFile(path, content), tell: tell)
    }

    private init(
        path: String, content: Content, descriptor: CInt,
        tell: @escaping @Sendable (Trouble) -> Void
    ) {
        self.path = path
        self.content = content
        self.descriptor = descriptor
        self.tell = tell
        endsInALine = DecisionLog.endsInALine(path)
    }

    deinit { close(descriptor) }

    /// Appends the line and a newline, or counts it as lost.
    package mutating func append(_ line: String, now: ContinuousClock.Instant = .now) {
        append(block: Array(line.utf8) + [0x0a], lines: 1, now: now)
    }

    /// Appends some lines, each with its newline, or counts them all as lost.
    package mutating func append(
        block: [UInt8], lines count: Int, now: ContinuousClock.Instant = .now
    ) {
        guard let error = write(endsInALine ? [0x0a] + block : block) else {
            endsInALine = false
            lines += UInt64(count)
            if failing != nil { recover() }
            return
        }
        lost += UInt64(count)
        let cause = System.message(of: error)
        failing = cause
        // The first line that is lost is told at once, unless the last telling was just now.
        if told.map({ now - $0 >= .seconds(60) }) ?? true {
            told = now
            tell(.losing(cause: cause, total: lost))
        }
    }

    /// Opens the file by its name again, after somebody renamed it (logrotate).
    ///
    /// Throws: ``DecisionLogError``; the log then goes on in the file that it had.
    package mutating func reopen() throws(DecisionLogError) {
        try DecisionLog.makeDirectory(of: path, content)
        let new = try DecisionLog.openFile(path, content)
        close(descriptor)
        descriptor = new
        endsInALine = DecisionLog.endsInALine(path)
    }

    private mutating func recover() {
        failing = nil
        tell(.recovered(lost: lost - lostBefore))
        lostBefore = lost
    }

    /// Writes all or nothing; the number of the error when it is nothing.
    private mutating func write(_ bytes: [UInt8]) -> CInt? {
        var written = 0
        while written < bytes.count {
            let (count, error) = System.writeOnce(bytes[written...], to: descriptor)
            if count > 0 {
                written += count
            } else if count == 0 || error != EINTR {
                if written > 0 { cutBack(written) }
                return count == 0 ? ENOSPC : error
            }
        }
        return nil
    }

    /// Takes the beginning of a line away again.
    private mutating func cutBack(_ count: Int) {
        // A file that was emptied meanwhile has nothing to cut, and must not grow.
        if let size = System.size(of: descriptor), size >= count,
            ftruncate(descriptor, off_t(size - count)) == 0
        {
            return
        }
        endsInALine = true
    }

    private static func openFile(
        _ path: String, _ content: Content
    ) throws(DecisionLogError) -> CInt {
        let descriptor = System.openToAppend(path)
        guard descriptor >= 0 else { throw DecisionLogError(.open, path, errno, of: content) }
        return descriptor
    }

    private static func makeDirectory(
        of path: String, _ content: Content
    ) throws(DecisionLogError) {
        guard let (folder, errno) = Folder.make(Folder.of(path)) else { return }
        throw DecisionLogError(.makeDirectory, folder, errno, of: content)
    }

    /// Whether a crash left the file without a newline at its end.
    private static func endsInALine(_ path: String) -> Bool {
        System.lastByte(ofFile: path).map { $0 != 0x0a } ?? false
    }
}

/// Why the decision log cannot be opened.
package struct DecisionLogError: Error, Hashable, Sendable {
    package enum Operation: String, Sendable {
        case makeDirectory = "make the directory of"
        case open = "open"
    }

    package let operation: Operation
    package let path: String
    package let errno: CInt
    package let content: DecisionLog.Content

    init(
        _ operation: Operation, _ path: String, _ errno: CInt,
        of content: DecisionLog.Content = .decisions
    ) {
        self.content = content
        self.operation = operation
        self.path = path
        self.errno = errno
    }

    /// 77 for want of permission, 71 for all else.
    package var exitCode: Int32 { errno == EACCES || errno == EPERM ? 77 : 71 }
}

extension DecisionLogError: CustomStringConvertible {
    package var description: String {
        let mend =
            switch errno {
            case EACCES, EPERM: "Make it writable for the daemon's user"
            case EROFS: "Choose a path on a disk that can be written"
            case ENXIO: "Start the reader of the pipe first"
            default: "Choose another path"
            }
        let log = content == .decisions ? "the decision log" : "the packet log"
        return "cannot \(operation.rawValue) \(log) (\(path)): \(System.message(of: errno)). "
            + "\(mend), or change log.\(content.rawValue) in the settings."
    }
}
