// SPDX-License-Identifier: GPL-3.0-or-later

import NIOCore

/// Why the daemon's socket could not be opened, reached or understood.
package struct ControlError: Error, Hashable, Sendable {
    package enum Operation: String, Sendable {
        case listen = "listen on the control socket"
        case connect = "reach the daemon"
        case ask = "ask the daemon"
    }

    package enum Cause: Hashable, Sendable {
        /// No socket, or nobody behind it.
        case notRunning
        /// Another daemon answers at the path.
        case alreadyRunning
        case permission
        /// What is at the path is no socket, and not ours to remove.
        case notASocket
        /// The path does not fit into a socket's address.
        case pathTooLong
        /// The daemon said no; its words.
        case refused(String)
        /// What came is not the protocol that we speak.
        case protocolViolation(String)
        /// The daemon took the connection and said nothing.
        case noAnswer
        /// The daemon ended while we listened.
        case closed
        case system(String)
    }

    package var operation: Operation
    package var path: String
    package var cause: Cause

    package init(_ operation: Operation, path: String, _ cause: Cause) {
        self.operation = operation
        self.path = path
        self.cause = cause
    }

    /// 69 when no daemon answers, 77 for want of permission, 71 for all else.
    package var exitCode: Int32 {
        switch cause {
        case .permission: 77
        case .notRunning, .alreadyRunning, .noAnswer, .closed, .refused, .protocolViolation: 69
        case .notASocket, .pathTooLong, .system: 71
        }
    }

    /// The cause that an error of the operating system stands for.
    init(_ operation: Operation, path: String, error: any Error) {
        if let error = error as? ControlError {
            self = error
            return
        }
        if error is ByteToMessageDecoderError.PayloadTooLargeError {
            self.init(operation, path: path, .protocolViolation("a line without end"))
            return
        }
        // The numbers are the same on every Linux (errno-base.h, asm-generic/errno.h).
        let cause: Cause =
            switch (error as? IOError)?.errnoCode {
            case 1, 13: .permission
            case 2, 20, 111: .notRunning
            default:
                if case .unixDomainSocketPathTooLong? = error as? SocketAddressError {
                    .pathTooLong
                } else {
                    .system((error as? IOError)?.description ?? "\(error)")
                }
            }
        self.init(operation, path: path, cause)
    }
}

extension ControlError: CustomStringConvertible {
    package var description: String { "cannot \(operation.rawValue) (\(path)): \(sentence)" }

    private var sentence: String {
        switch cause {
        case .notRunning: "not running. Start it with `picket run`"
        case .alreadyRunning: "a daemon is already running there"
        case .permission:
            "permission denied. Be root or in the group of the socket"
        case .notASocket: "what is there is not a socket. Remove it or choose another path"
        case .pathTooLong: "the path is longer than 107 bytes"
        case .refused(let words): words
        case .protocolViolation(let what):
            "it does not speak protocol \(ControlProtocol.version): \(what)"
        case .noAnswer: "no answer"
        case .closed: "the daemon has ended"
        case .system(let words): words
        }
    }
}
