// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// A Unix datagram socket that somebody sends to: what journald and syslogd have.
final class DatagramReader {
    private let descriptor: CInt
    private let path: String

    init(_ path: String) throws {
        self.path = path
        _ = unsafe unlink(path)
        descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) {
            unsafe $0.copyBytes(from: Array(path.utf8))
        }
        let result = unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        if result != 0 { throw CocoaError(.fileWriteUnknown) }
    }

    deinit {
        close(descriptor)
        _ = unsafe unlink(path)
    }

    /// The next datagram; nil when there is none.
    func read() -> String? {
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = unsafe recv(descriptor, &bytes, bytes.count, CInt(MSG_DONTWAIT))
        return count >= 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
    }

    /// What is in the memory that came with the next datagram; nil when there came none.
    func readMemory() -> String? {
        var control = [UInt8](repeating: 0, count: 64)
        let memory: CInt = unsafe control.withUnsafeMutableBytes { buffer in
            var message = unsafe msghdr()
            unsafe message.msg_control = buffer.baseAddress
            unsafe message.msg_controllen = buffer.count
            guard unsafe recvmsg(descriptor, &message, CInt(MSG_DONTWAIT)) >= 0,
                unsafe message.msg_controllen >= 20
            else { return -1 }
            // The header of a control message has 16 bytes: length, level, type.
            return unsafe buffer.load(fromByteOffset: 16, as: CInt.self)
        }
        guard memory >= 0 else { return nil }
        let handle = FileHandle(fileDescriptor: memory, closeOnDealloc: true)
        guard (try? handle.seek(toOffset: 0)) != nil, let data = try? handle.readToEnd() else {
            return nil
        }
        return String(decoding: data, as: UTF8.self)
    }
}
