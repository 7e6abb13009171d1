// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import NFLog

@Suite(
    "Interfaces of a real kernel",
    .enabled(if: NetworkNamespace.isAvailable, Comment(rawValue: NetworkNamespace.why)))
struct KernelInterfaceTests {
    @Test("All interfaces are known at the start, and the loopback as such")
    func start() async throws {
        try await NetworkNamespace.run {
            try makePair()
            let names = try InterfaceNames.open()
            let found = names.all.filter { ["lo", "a", "b"].contains($0.name) }
            #expect(Set(found.map(\.name)) == ["lo", "a", "b"])
            #expect(found.filter(\.isLoopback).map(\.name) == ["lo"])
            #expect(names[0] == nil)
            #expect(names[999_999] == nil)
        }
    }

    @Test("A new interface, its rename and its removal are followed")
    func follow() async throws {
        try await NetworkNamespace.run {
            var names = try InterfaceNames.open()
            try command("ip", "link", "add", "name", "d", "index", "1000", "type", "dummy")
            #expect(isReadable(names.fileDescriptor, within: 2000))
            #expect(names[1000] == nil)
            #expect(try names.follow())
            #expect(names[1000] == Interface(index: 1000, name: "d", isLoopback: false))
            try command("ip", "link", "set", "d", "name", "renamed")
            #expect(try names.follow())
            #expect(names[1000]?.name == "renamed")
            try command("ip", "link", "delete", "renamed")
            #expect(try names.follow())
            #expect(names[1000] == nil)
            #expect(try !names.follow())
        }
    }

    @Test("An interface that leaves a bridge keeps its name")
    func bridgePort() async throws {
        try await NetworkNamespace.run {
            try makePair()
            try command("ip", "link", "add", "br", "type", "bridge")
            try command("ip", "link", "set", "b", "master", "br")
            var names = try InterfaceNames.open()
            try command("ip", "link", "set", "b", "nomaster")
            _ = try names.follow()
            #expect(names.all.contains { $0.name == "b" })
        }
    }

    @Test("After more changes than the kernel can keep, the names are right all the same")
    func lostNotifications() async throws {
        try await NetworkNamespace.run {
            var names = try InterfaceNames.open()
            try command("ip", "link", "add", "name", "d", "index", "1000", "type", "dummy")
            try command(
                "sh", "-c",
                "for i in $(seq 800); do echo link set d name x; echo link set x name d; done"
                    + " | ip -batch -")
            try command("ip", "link", "set", "d", "name", "last")
            _ = try names.follow()
            #expect(names[1000]?.name == "last")
        }
    }
}
