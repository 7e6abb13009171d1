// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import NFLog

extension KernelTests {
    @Suite("Interfaces")
    struct Interfaces {
        @Test("All interfaces are known at the start, and the loopback as such")
        func start() async throws {
            try await NetworkNamespace.run {
                try makePair()
                let names = try InterfaceNames.open()
                let found = names.all.filter { ["lo", "near", "far"].contains($0.name) }
                #expect(Set(found.map(\.name)) == ["lo", "near", "far"])
                #expect(found.filter(\.isLoopback).map(\.name) == ["lo"])
                #expect(names[0] == nil)
                #expect(names[999_999] == nil)
            }
        }

        @Test("A new interface, its rename and its removal are followed")
        func follow() async throws {
            try await NetworkNamespace.run {
                var names = try InterfaceNames.open()
                try command("ip", "link", "add", "name", "dev0", "index", "1000", "type", "veth")
                #expect(isReadable(names.fileDescriptor, within: 2000))
                #expect(names[1000] == nil)
                #expect(try names.follow())
                #expect(names[1000] == Interface(index: 1000, name: "dev0", isLoopback: false))
                try command("ip", "link", "set", "dev0", "name", "renamed")
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
                try command("ip", "link", "add", "bridge0", "type", "bridge")
                try command("ip", "link", "set", "far", "master", "bridge0")
                var names = try InterfaceNames.open()
                try command("ip", "link", "set", "far", "nomaster")
                _ = try names.follow()
                #expect(names.all.contains { $0.name == "far" })
            }
        }

        @Test("After more changes than the kernel can keep, the names are right all the same")
        func lostNotifications() async throws {
            try await NetworkNamespace.run {
                var names = try InterfaceNames.open()
                try command("ip", "link", "add", "name", "dev0", "index", "1000", "type", "veth")
                try command(
                    "sh", "-c",
                    "for i in $(seq 800); do echo link set dev0 name dev1; echo link set dev1 name dev0; done"
                        + " | ip -batch -")
                try command("ip", "link", "set", "dev0", "name", "last")
                _ = try names.follow()
                #expect(names[1000]?.name == "last")
            }
        }
    }
}
