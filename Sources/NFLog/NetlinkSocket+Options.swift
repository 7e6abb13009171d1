// SPDX-License-Identifier: GPL-3.0-or-later

import CNetfilter
import Glibc

extension NetlinkSocket {
    /// Sets the receive buffer, past net.core.rmem_max where we have the right, up to it otherwise.
    func setReceiveBuffer(_ bytes: Int) throws(SystemFailure) {
        var value = CInt(clamping: bytes)
        let length = socklen_t(MemoryLayout<CInt>.size)
        if unsafe setsockopt(fileDescriptor, SOL_SOCKET, SO_RCVBUFFORCE, &value, length) == 0 {
            return
        }
        guard unsafe setsockopt(fileDescriptor, SOL_SOCKET, SO_RCVBUF, &value, length) == 0 else {
            throw SystemFailure(code: errno)
        }
    }

    /// The receive buffer as it is, without the kernel's doubling.
    ///
    /// Unit: bytes. Source: SO_RCVBUF, socket(7).
    func receiveBuffer() throws(SystemFailure) -> Int {
        var value: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        guard unsafe getsockopt(fileDescriptor, SOL_SOCKET, SO_RCVBUF, &value, &length) == 0 else {
            throw SystemFailure(code: errno)
        }
        return Int(value) / 2
    }

    /// Lets the kernel go on delivering after an overrun.
    ///
    /// Without it, one full buffer makes the kernel drop everything until the queue is empty.
    func setNoBufferErrors() throws(SystemFailure) {
        var value: CInt = 1
        let length = socklen_t(MemoryLayout<CInt>.size)
        guard
            unsafe setsockopt(fileDescriptor, SOL_NETLINK, NETLINK_NO_ENOBUFS, &value, length) == 0
        else { throw SystemFailure(code: errno) }
    }

    /// Datagrams that the kernel could not put into the receive buffer; nil where it does not say.
    ///
    /// Source: SO_MEMINFO, linux/sock_diag.h.
    func droppedDatagrams() -> UInt32? {
        let drops = Int(picket_meminfo_drops())
        var numbers = [UInt32](repeating: 0, count: Int(picket_meminfo_count()))
        var length = socklen_t(numbers.count * MemoryLayout<UInt32>.size)
        let result = unsafe getsockopt(
            fileDescriptor, SOL_SOCKET, SO_MEMINFO, &numbers, &length)
        guard result == 0, Int(length) >= (drops + 1) * MemoryLayout<UInt32>.size else {
            return nil
        }
        return numbers[drops]
    }
}
