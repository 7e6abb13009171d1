// SPDX-License-Identifier: GPL-3.0-or-later

import CLinux
import Glibc

/// A POSIX thread for one end of a ring: such a thread blocks in poll(2), which tasks must not.
///
/// Make it from nonisolated code: a closure written inside `@main` would inherit the main actor,
/// and the runtime ends a process that runs such a closure on another thread.
/// Safety: the start object is retained once for the thread, which releases it.
@safe
package struct NamedThread: ~Copyable {
    private let handle: pthread_t

    /// Starts at once.
    ///
    /// - Parameter name: at most 15 bytes are kept by the kernel; shown by `ps -L` and `top -H`.
    package init(_ name: String, _ body: @escaping @Sendable () -> Void) throws(RingError) {
        let context = unsafe Unmanaged.passRetained(Start(name: name, body: body)).toOpaque()
        var handle = pthread_t()
        let result = unsafe pthread_create(
            &handle, nil,
            { context in
                guard let context = unsafe context else { return nil }
                let start = unsafe Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
                unsafe picket_name_this_thread(start.name)
                start.body()
                return nil
            }, context)
        guard result == 0 else {
            unsafe Unmanaged<Start>.fromOpaque(context).release()
            throw RingError(doing: "start the thread \(name)", errno: result)
        }
        self.handle = handle
    }

    /// Waits until the body has returned.
    package consuming func join() { pthread_join(handle, nil) }

    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }
}
