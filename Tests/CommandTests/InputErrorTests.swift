// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@Suite("Inputs that cannot be read", .timeLimit(.minutes(2)))
struct InputErrorTests {
    /// Everything but the last line, which must be the error.
    private func expectError(
        _ outcome: PicketCommand.Outcome, code: Int32, _ words: String,
        location: SourceLocation = #_sourceLocation
    ) {
        #expect(outcome.code == code, sourceLocation: location)
        #expect(!outcome.endedBySignal, sourceLocation: location)
        #expect(
            outcome.wordLines.last == "picket: \(words)", "\(outcome.words)",
            sourceLocation: location)
    }

    @Test("A file that is not there ends 69, and nothing else is said")
    func missing() async throws {
        let outcome = try await PicketCommand("replay", "/nonexistent/kern.log").run()
        expectError(
            outcome, code: 69, "cannot open (/nonexistent/kern.log): No such file or directory")
        #expect(outcome.wordLines.count == 1)
        #expect(outcome.output.isEmpty)
    }

    @Test("What the files before the missing one led to is printed")
    func missingSecond() async throws {
        let folder = try TemporaryFolder()
        let log = try folder.write("log", Recordings.scan())
        let outcome = try await PicketCommand("replay", log, "/nonexistent/b", log).run()
        expectError(outcome, code: 69, "cannot open (/nonexistent/b): No such file or directory")
        #expect(outcome.lines.count == 2)
    }

    @Test("A folder is no capture")
    func folder() async throws {
        let folder = try TemporaryFolder()
        let outcome = try await PicketCommand("replay", folder.path).run()
        expectError(outcome, code: 71, "cannot read (\(folder.path)): Is a directory")
        #expect(outcome.wordLines.count == 1)
    }

    @Test(
        "A file that may not be read ends 77",
        .enabled(if: PicketCommand.nobodyCanRun, "nobody may enter the build folder"))
    func unreadable() async throws {
        let folder = try TemporaryFolder()
        let log = try folder.write("log", Recordings.scan())
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: log)
        var command = PicketCommand("replay", log)
        command.isUnprivileged = true
        let outcome = try await command.run()
        expectError(outcome, code: 77, "cannot open (\(log)): Permission denied")
    }

    @Test("A pcap cut within a packet: what came before is decided, then 65", arguments: 1...43)
    func truncated(missing: Int) async throws {
        let folder = try TemporaryFolder()
        let capture = Recordings.pcap(Recordings.scanPackets())
        let file = try folder.write("cut.pcap", Array(capture.dropLast(missing)))
        let outcome = try await PicketCommand("replay", file).run()
        expectError(
            outcome, code: 65, "cannot read on (\(file), packet 10): the file ends within it")
        #expect(outcome.lines.count == 2)
        #expect(outcome.output.contains("probed 5 TCP ports"))
        #expect(outcome.output.contains("9 packets in all, ended with the input"))
    }

    @Test("A pcapng cut within a block: the same")
    func truncatedNext() async throws {
        let folder = try TemporaryFolder()
        let capture = Recordings.pcapng(Recordings.scanPackets())
        let file = try folder.write("cut.pcapng", Array(capture.dropLast(30)))
        let outcome = try await PicketCommand("replay", file).run()
        expectError(
            outcome, code: 65, "cannot read on (\(file), packet 10): the file ends within it")
        #expect(outcome.lines.count == 2)
    }

    @Test("A pcap with nothing but a part of its header ends 65")
    func headerOnly() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("cut.pcap", Array(Recordings.pcap([]).prefix(10)))
        let outcome = try await PicketCommand("replay", file).run()
        #expect(outcome.code == 65)
        #expect(outcome.words.contains("(\(file), packet 1)"))
    }

    @Test("A pcap that claims an endless packet is damaged, not a reason for endless memory")
    func damaged() async throws {
        let folder = try TemporaryFolder()
        var capture = Recordings.pcap(Recordings.scanPackets())
        // The length of the last packet: 40 bytes of packet, then 8 of lengths, from the end.
        for index in capture.count - 48..<capture.count - 40 { capture[index] = 0xff }
        let file = try folder.write("bad.pcap", capture)
        let outcome = try await PicketCommand("replay", file).run()
        #expect(outcome.code == 65)
        #expect(outcome.lines.count == 2)
        #expect(
            outcome.wordLines.last?.hasPrefix("picket: cannot read on (\(file), packet 10)") == true
        )
    }

    @Test("A capture of a link that carries no IP names the link type, and ends 65")
    func link() async throws {
        let folder = try TemporaryFolder()
        // DLT_IEEE802_11 with radiotap.
        let file = try folder.write("wifi.pcap", Recordings.pcap([], link: 127))
        let outcome = try await PicketCommand("replay", file).run()
        expectError(
            outcome, code: 65,
            "cannot read (\(file)): link type 127 (IEEE802_11_RADIO) is not supported")
    }

    @Test("Binary garbage is neither a capture nor a log, and ends 65")
    func garbage() async throws {
        let folder = try TemporaryFolder()
        let bytes = (0..<5000).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 13) }
        let file = try folder.write("garbage", bytes)
        let outcome = try await PicketCommand("replay", file).run()
        expectError(
            outcome, code: 65, "cannot read (\(file)): neither pcap, pcapng nor text")
        #expect(outcome.wordLines.count == 1)
    }

    @Test(
        "A compressed file says how to open it, and ends 65",
        arguments: [
            ([0x1f, 0x8b, 8, 0], "gzip", "zcat"),
            ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], "xz", "xzcat"),
            ([0x28, 0xb5, 0x2f, 0xfd], "zstd", "zstdcat"),
        ] as [([UInt8], String, String)])
    func compressed(magic: [UInt8], name: String, command: String) async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("kern.log.2", magic + [UInt8](repeating: 7, count: 100))
        let outcome = try await PicketCommand("replay", file).run()
        expectError(
            outcome, code: 65,
            "cannot read (\(file)): it is compressed with \(name). "
                + "Try: \(command) \(file) | picket replay -")
    }

    @Test("A scenario with a mistake names its line, and ends 65")
    func scenario() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "story",
            """
            # A story
                0.0  tcp 198.51.100.7:1 > 192.0.2.10:22  S
                1.0  tcp 198.51.100.7:1 > 192.0.2.10:22  Q

            """)
        let outcome = try await PicketCommand("replay", file).run()
        #expect(outcome.code == 65)
        #expect(outcome.wordLines.last?.contains("(\(file), line 3): ") == true)
    }

    @Test("An empty file has no packets, which is not wrong")
    func empty() async throws {
        let outcome = try await PicketCommand("replay", "/dev/null").run()
        #expect(outcome.code == 0)
        #expect(outcome.output.isEmpty)
        #expect(outcome.words.hasPrefix("0 packets"))
        #expect(outcome.words.hasSuffix("decisions: none\n"))
    }

    @Test("Text without a single packet is read, and the summary says so")
    func otherText() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("text", "Dear diary,\nnothing happened.\n")
        let outcome = try await PicketCommand("replay", file).run()
        #expect(outcome.code == 0)
        #expect(outcome.words.hasPrefix("0 packets in 2 lines (2 without a packet)"))
    }

    @Test("Standard input is read from a pipe: text and capture", arguments: ["text", "pcap"])
    func pipe(kind: String) async throws {
        let folder = try TemporaryFolder()
        let file =
            kind == "text"
            ? try folder.write("log", Recordings.scan())
            : try folder.write("pcap", Recordings.pcap(Recordings.scanPackets()))
        var command = PicketCommand("replay", "-")
        command.before = "cat \(file) |"
        let outcome = try await command.run()
        #expect(outcome.code == 0)
        #expect(outcome.lines.count == 2)
        let direct = try await PicketCommand("replay", file).run()
        #expect(outcome.output == direct.output)
    }

    @Test("A pipe that breaks off says so by the name of standard input")
    func brokenPipe() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("pcap", Recordings.pcap(Recordings.scanPackets()))
        var command = PicketCommand("replay", "-")
        command.before = "head -c 500 \(file) |"
        let outcome = try await command.run()
        #expect(outcome.code == 65)
        #expect(outcome.wordLines.last?.contains("(standard input, packet ") == true)
    }

    @Test("A closed standard input cannot be read, and ends 71")
    func closedInput() async throws {
        var command = PicketCommand("replay", "-")
        command.after = "<&-"
        let outcome = try await command.run()
        expectError(outcome, code: 71, "cannot read (standard input): Bad file descriptor")
    }
}
