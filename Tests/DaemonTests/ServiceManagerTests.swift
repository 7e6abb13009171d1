// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Glibc
import Testing

@testable import Daemon

@Suite("The service manager and the rights")
struct ServiceManagerTests {
    /// The other end of sd_notify: a bound datagram socket.
    final class Listener {
        let descriptor: CInt

        init(_ name: String) throws {
            let type = CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
            descriptor = socket(AF_UNIX, type, 0)
            var bytes = Array(name.utf8)
            if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            unsafe withUnsafeMutableBytes(of: &address.sun_path) {
                unsafe $0.copyBytes(from: bytes)
            }
            let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
            let bound = unsafe withUnsafePointer(to: address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe bind(descriptor, $0, length)
                }
            }
            try #require(bound == 0)
        }

        /// The next datagram; nil when there is none.
        func next() -> String? {
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
            return count < 0 ? nil : String(decoding: buffer.prefix(count), as: UTF8.self)
        }

        deinit { close(descriptor) }
    }

    private func speaks(to name: String) throws {
        let listener = try Listener(name)
        let manager = ServiceManager(environment: ["NOTIFY_SOCKET": name])
        manager.ready("watching NFLOG groups 5")
        manager.reloading()
        manager.alive()
        manager.stopping()
        let ready = try #require(listener.next())
        #expect(ready.split(separator: "\n").first == "READY=1")
        #expect(ready.contains("STATUS=watching NFLOG groups 5"))
        #expect(listener.next()?.hasPrefix("RELOADING=1") == true)
        #expect(listener.next() == "WATCHDOG=1")
        #expect(listener.next()?.hasPrefix("STOPPING=1") == true)
        #expect(listener.next() == nil)
    }

    @Test("Its socket is told of start, reload and end: one with a path")
    func pathname() throws {
        let folder = try TemporaryFolder()
        try speaks(to: folder.path + "/notify")
    }

    @Test("The same with an abstract name")
    func abstract() throws {
        try speaks(to: "@picket-test-\(UUID().uuidString)")
    }

    @Test("Without a manager, or with one that is gone, nothing happens")
    func absent() throws {
        #expect(ServiceManager(environment: [:]).socket == nil)
        #expect(ServiceManager(environment: ["NOTIFY_SOCKET": ""]).socket == nil)
        let folder = try TemporaryFolder()
        let long = "/" + String(repeating: "x", count: 300)
        for path in [folder.path + "/nobody", folder.path, long, "@"] {
            ServiceManager(environment: ["NOTIFY_SOCKET": path]).ready("still here")
        }
    }

    @Test(
        "A user that does not exist is refused by the setting's name", .enabled(if: geteuid() == 0))
    func noUser() throws {
        let error = #expect(throws: StartError.self) {
            try Privileges.drop(to: "no-such-user", keeping: [])
        }
        #expect(error?.kind == .configuration)
        #expect(error?.description == "daemon.user: there is no user no-such-user on this host")
    }

    @Test("Root stays root when the settings say so", .enabled(if: geteuid() == 0))
    func root() throws {
        #expect(
            try Privileges.drop(to: "root", keeping: []) == "running as root, as daemon.user says")
        #expect(geteuid() == 0)
    }

    @Test(
        "A file that cannot be given away keeps the daemon from dropping its rights by half",
        .enabled(if: geteuid() == 0))
    func cannotGive() throws {
        let error = #expect(throws: StartError.self) {
            try Privileges.drop(to: "nobody", keeping: ["/nonexistent/file"])
        }
        #expect(error?.kind == .system)
        #expect(error?.description.contains("/nonexistent/file") == true)
        #expect(geteuid() == 0)
    }

    @Test("Who is not root has nothing to drop", .enabled(if: geteuid() != 0))
    func notRoot() throws {
        #expect(try Privileges.drop(to: nil, keeping: []).contains("nothing to drop"))
    }
}
