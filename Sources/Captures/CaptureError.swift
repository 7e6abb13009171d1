// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc

/// Why an input cannot be read, or not to its end. Packets before the place were handed over.
package struct CaptureError: Error, Hashable, Sendable {
    package enum Cause: Hashable, Sendable {
        case cannotOpen(errno: CInt)
        case cannotRead(errno: CInt)
        case compressed(Compression)
        /// Neither a capture nor text.
        case notACapture
        case unsupportedLink(type: CInt, name: String)
        /// The file ends within the packet.
        case truncated(packet: UInt64)
        /// libpcap's words on what is wrong in or before the packet.
        case damaged(packet: UInt64, String)
        /// A scenario's line that does not follow the notation.
        case scenario(line: Int, String)
    }

    /// The path as it was given; `-` is standard input.
    package let path: String
    package let cause: Cause

    package init(path: String, cause: Cause) {
        self.path = path
        self.cause = cause
    }

    /// The code of sysexits.h that a command ends with: bad content is 65, what is not there 69, what
    /// may not be read 77, any other failure of the system 71.
    package var exitCode: CInt {
        switch cause {
        case .cannotOpen(let code) where code == EACCES || code == EPERM: 77
        case .cannotOpen(let code) where code == ENOENT || code == ENOTDIR: 69
        case .cannotOpen, .cannotRead: 71
        default: 65
        }
    }
}

extension CaptureError: CustomStringConvertible {
    package var description: String {
        let name = path == "-" ? "standard input" : path
        switch cause {
        case .cannotOpen(let code):
            return "cannot open (\(name)): \(systemMessage(code))"
        case .cannotRead(let code):
            return "cannot read (\(name)): \(systemMessage(code))"
        case .compressed(let format):
            let pipe = "\(format.command) \(path == "-" ? "FILE" : path) | picket replay -"
            return "cannot read (\(name)): it is compressed with \(format.rawValue). Try: \(pipe)"
        case .notACapture:
            return "cannot read (\(name)): neither pcap, pcapng nor text"
        case .unsupportedLink(let type, let name):
            let kind = name.isEmpty ? "link type \(type)" : "link type \(type) (\(name))"
            return "cannot read (\(self.path)): \(kind) is not supported"
        case .truncated(let packet):
            return "cannot read on (\(name), packet \(packet)): the file ends within it"
        case .damaged(let packet, let reason):
            return "cannot read on (\(name), packet \(packet)): \(reason)"
        case .scenario(let line, let reason):
            return "cannot read (\(name), line \(line)): \(reason)"
        }
    }
}
