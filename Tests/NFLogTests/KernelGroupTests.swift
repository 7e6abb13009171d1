// SPDX-License-Identifier: GPL-3.0-or-later

import CLinux
import Glibc
import Testing

@testable import NFLog

extension KernelTests {
    @Suite("Groups")
    struct Groups {
        @Test("One process has several groups, each with its own count")
        func several() async throws {
            try await NetworkNamespace.run {
                try rules(
                    "add table ip t", "add chain ip t i { type filter hook input priority 0; }",
                    "add rule ip t i udp dport 9 log group 5",
                    "add rule ip t i udp dport 10 log group 65535")
                var five = try NFLogSocket.open(group: 5)
                var last = try NFLogSocket.open(group: 65535)
                try sendUDP(to: "127.0.0.1", port: 9, count: 2)
                try sendUDP(to: "127.0.0.1", port: 10, count: 3)
                #expect(try collect(2, from: &five).map(\.group) == [5, 5])
                #expect(try collect(3, from: &last).map(\.group) == [65535, 65535, 65535])
                #expect(five.counters.gap == 0 && last.counters.gap == 0)
                let groups = try NFLogGroup.inUse()
                #expect(groups.map(\.group) == [5, 65535])
                #expect(groups.map(\.portID) == [five.portID, last.portID])
                #expect(groups.allSatisfy { $0.owner?.processID == getpid() })
            }
        }

        @Test("The kernel's view of the settings is read back")
        func readBack() async throws {
            try await NetworkNamespace.run {
                let settings = NFLogSettings(
                    copyRange: 128, receiveBufferBytes: 3 << 20, queueThreshold: 100,
                    bufferSizeBytes: 32768, flushCentiseconds: 5)
                let log = try NFLogSocket.open(group: 5, settings: settings)
                #expect(
                    log.effective
                        == NFLogReadBack(
                            copyMode: 2, copyRange: 128, flushCentiseconds: 5,
                            receiveBufferBytes: 3 << 20))
                #expect(log.settings == settings)
            }
        }

        @Test("Settings that the kernel would ignore are clamped before")
        func clamped() async throws {
            try await NetworkNamespace.run {
                let settings = NFLogSettings(
                    copyRange: 0, bufferSizeBytes: 131_073, flushCentiseconds: -1)
                let log = try NFLogSocket.open(group: 5, settings: settings)
                #expect(log.effective.copyRange == 64)
                #expect(log.effective.flushCentiseconds == 0)
                #expect(log.settings.bufferSizeBytes == 131_072)
            }
        }

        @Test("A packet is cut to the copy range")
        func copyRange() async throws {
            try await NetworkNamespace.run {
                try rules(
                    "add table ip t", "add chain ip t i { type filter hook input priority 0; }",
                    "add rule ip t i icmp type echo-request log group 5")
                var log = try NFLogSocket.open(group: 5)
                try command("sh", "-c", "ping -q -c 1 -s 1000 127.0.0.1 >/dev/null")
                let message = try #require(try collect(1, from: &log).first)
                #expect(message.payload.count == 192)
            }
        }

        @Test("The largest batch fits the receive buffer")
        func largestBatch() async throws {
            try await NetworkNamespace.run {
                try rules(
                    "add table ip t", "add chain ip t i { type filter hook input priority 0; }",
                    "add rule ip t i udp dport 9 log group 5")
                let settings = NFLogSettings(
                    queueThreshold: 65535, bufferSizeBytes: 131_072, flushCentiseconds: 100)
                var log = try NFLogSocket.open(group: 5, settings: settings)
                try sendUDP(to: "127.0.0.1", count: 5000)
                #expect(try collect(5000, from: &log).count == 5000)
                #expect(log.counters.truncated == 0)
                #expect(log.counters.gap == 0)
            }
        }

        @Test("A group that another process has gives an error that names the process")
        func takenByAnother() async throws {
            try await NetworkNamespace.run {
                // The child inherits the socket, and is its only owner when ours is closed.
                var child: pid_t = 0
                do {
                    let log = try NFLogSocket.open(group: 5)
                    child = try start(["sleep", "600"], inheriting: log.fileDescriptor)
                }
                let error = #expect(throws: NFLogError.self) { _ = try NFLogSocket.open(group: 5) }
                let owner = GroupOwner(processID: child, command: "sleep")
                #expect(error?.cause == .taken(by: owner))
                #expect(
                    error?.description.contains("it is taken by sleep (process \(child))") == true)
                #expect(error?.kind == .unavailable)
                #expect(try NFLogGroup.inUse().map(\.owner) == [owner])
                kill(child, SIGKILL)
                var status: CInt = 0
                while unsafe waitpid(child, &status, 0) < 0, errno == EINTR {}
                _ = try NFLogSocket.open(group: 5)
            }
        }

        @Test("A second socket of the same process is refused, and the error says so")
        func takenByUs() async throws {
            try await NetworkNamespace.run {
                let first = try NFLogSocket.open(group: 5)
                let error = #expect(throws: NFLogError.self) { _ = try NFLogSocket.open(group: 5) }
                #expect(error?.description.contains("this process has it already") == true)
                #expect(first.group == 5)
            }
        }

        @Test("A group that was given back can be taken again, and counts from 0")
        func released() async throws {
            try await NetworkNamespace.run {
                try rules(
                    "add table ip t", "add chain ip t i { type filter hook input priority 0; }",
                    "add rule ip t i udp dport 9 log group 5")
                for _ in 0..<3 {
                    var log = try NFLogSocket.open(group: 5)
                    try sendUDP(to: "127.0.0.1", count: 4)
                    #expect(try collect(4, from: &log).count == 4)
                    #expect(log.counters.gap == 0)
                }
                #expect(try NFLogGroup.inUse().isEmpty)
            }
        }

        @Test("Without CAP_NET_ADMIN the error names the right and not an owner")
        func noRight() async throws {
            try await NetworkNamespace.run {
                let first = try NFLogSocket.open(group: 5)
                #expect(picket_drop_thread_capabilities() == 0)
                for group: UInt16 in [5, 6] {
                    let error = #expect(throws: NFLogError.self) {
                        _ = try NFLogSocket.open(group: group)
                    }
                    #expect(error?.cause == .noRight)
                    #expect(error?.kind == .permission)
                }
                #expect(first.group == 5)
            }
        }

        @Test("What a full receive buffer loses is counted as a gap, no more and no less")
        func overrun() async throws {
            try await NetworkNamespace.run {
                try rules(
                    "add table ip t", "add chain ip t i { type filter hook input priority 0; }",
                    "add rule ip t i udp dport 9 log group 5 prefix \"full\"")
                let settings = NFLogSettings(receiveBufferBytes: 16384, queueThreshold: 1)
                var log = try NFLogSocket.open(group: 5, settings: settings)
                try sendUDP(to: "127.0.0.1", count: 3000)
                let dropped = log.droppedDatagrams
                #expect(dropped ?? 0 > 0)
                var received = 0
                while try log.receive(upTo: 1, { _ in received += 1 }) > 0 {}
                #expect(received < 3000)
                // A gap shows with the next message.
                try sendUDP(to: "127.0.0.1")
                received += try collect(1, from: &log).count
                #expect(log.counters.gap == UInt64(3001 - received))
                #expect(log.counters.messages == UInt64(received))
                #expect(log.counters.malformed == 0)
            }
        }

        @Test("No more datagrams are read than asked for, and none is no fault")
        func bounded() async throws {
            try await NetworkNamespace.run {
                try rules(
                    "add table ip t", "add chain ip t i { type filter hook input priority 0; }",
                    "add rule ip t i udp dport 9 log group 5")
                var log = try NFLogSocket.open(
                    group: 5, settings: NFLogSettings(queueThreshold: 1))
                #expect(try log.receive(upTo: 8) { _ in } == 0)
                try sendUDP(to: "127.0.0.1", count: 5)
                #expect(try log.receive(upTo: 0) { _ in } == 0)
                #expect(try log.receive(upTo: 2) { _ in } == 2)
                #expect(log.counters.datagrams == 2)
                #expect(try log.receive(upTo: 8) { _ in } == 3)
            }
        }
    }
}
