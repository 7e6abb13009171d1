// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@testable import Programs

@Suite("Running a program to its end")
struct ProgramTests {
    private let limit = Duration.seconds(60)

    private func shell() throws -> Program { try #require(Program.find("sh")) }

    private func run(_ script: String) throws -> Program.Output {
        try shell().run(["-c", script], within: limit)
    }

    @Test("Both streams and the exit code come back, each for itself")
    func streams() throws {
        let output = try run("echo out; echo err >&2; exit 3")
        #expect(output.text == "out\n")
        #expect(output.words == "err\n")
        #expect(output.end == .exit(code: 3))
        #expect(!output.end.isGood)
    }

    @Test("A word reaches the program as it is, whatever a shell would make of it")
    func words() throws {
        let words = ["a b", "$HOME", "*", "", "'\"", "ü;reboot"]
        let output = try #require(Program.find("printf"))
            .run(["%s\\n"] + words, within: limit)
        #expect(output.text == words.map { $0 + "\n" }.joined())
    }

    @Test("A word with a zero byte is refused: its end would be lost")
    func zero() throws {
        #expect(throws: ProgramError.notStarted(path: try shell().path, cause: EINVAL)) {
            try shell().run(["-c", "exit 0\0 || reboot"], within: limit)
        }
    }

    @Test("A program that died of a signal is told from one that has ended")
    func signal() throws {
        let output = try run("kill -TERM $$")
        #expect(output.end == .signal(SIGTERM))
        #expect(output.end.code == 128 + SIGTERM)
    }

    @Test("More than a pipe holds comes whole, from both streams at once")
    func large() throws {
        let output = try run(
            "head -c 3000000 /dev/zero | tr '\\0' x; head -c 300000 /dev/zero | tr '\\0' y >&2; "
                + "head -c 3000000 /dev/zero | tr '\\0' z")
        #expect(output.text.utf8.count == 6_000_000)
        #expect(output.text.hasSuffix("z"))
        #expect(output.words.utf8.count == Program.wordsBound)
        #expect(output.end.isGood)
    }

    @Test("A program that writes without end is killed at the bound")
    func endless() throws {
        let zeros = try #require(Program.find("cat"))
        #expect(throws: ProgramError.wroteTooMuch(path: zeros.path, most: 1 << 20)) {
            try zeros.run(["/dev/zero"], within: limit, most: 1 << 20)
        }
    }

    @Test("A program that does not end in time is killed, with what it has started")
    func late() throws {
        let start = ContinuousClock.now
        let folder = NSTemporaryDirectory() + "picket-programs-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(throws: ProgramError.tookTooLong(path: try shell().path)) {
            try shell().run(
                ["-c", "sleep 600 & echo $! >\(folder)/id; wait"], within: .milliseconds(500))
        }
        #expect(ContinuousClock.now - start < .seconds(30))
        let text = try String(contentsOfFile: "\(folder)/id", encoding: .utf8)
        let grandchild = try #require(Int32(text.trimmingCharacters(in: .newlines)))
        // Its end is told to init, or to nobody: it is gone, or a zombie that runs no more.
        let state = (try? String(contentsOfFile: "/proc/\(grandchild)/stat", encoding: .utf8)) ?? ""
        #expect(state.isEmpty || state.contains(") Z "), "\(state)")
    }

    @Test("A program is over when it has ended, although what it left behind holds its output")
    func leftBehind() throws {
        let start = ContinuousClock.now
        let output = try run("sleep 600 & echo $!")
        #expect(ContinuousClock.now - start < .seconds(30))
        #expect(output.end.isGood)
        let id = try #require(Int32(output.text.trimmingCharacters(in: .newlines)))
        _ = kill(id, SIGKILL)
    }

    @Test("A signal that is ignored or held back here does its work there")
    func signals() throws {
        // Not SIGPIPE, which other tests of this process need as it is.
        let before = Foundation.signal(SIGUSR2, SIG_IGN)
        defer { _ = Foundation.signal(SIGUSR2, before) }
        let status = try run("grep -E '^Sig(Blk|Ign)' /proc/self/status").text
        let masks = status.split(separator: "\n").compactMap { $0.split(separator: "\t").last }
        // Bits 0 to 30 are the signals that have a name.
        #expect(masks.count == 2)
        for mask in masks {
            #expect(Int(mask, radix: 16).map { $0 & 0x7fff_ffff } == 0, "\(status)")
        }
    }

    @Test("The program has an empty standard input, its two streams, and nothing else of ours")
    func descriptors() throws {
        // Open for every program that this process starts.
        let open = unsafe Foundation.open("/dev/null", O_RDONLY)
        defer { close(open) }
        let list = try #require(Program.find("ls")).run(["/proc/self/fd"], within: limit).text
        // 3 is the folder that ls reads.
        #expect(list == "0\n1\n2\n3\n")
        #expect(try run("cat").text.isEmpty)
    }

    @Test("No zombie and no descriptor is left, however a program ends")
    func nothingLeft() throws {
        let shell = try shell()
        func ours() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { name in
                guard let stat = try? String(contentsOfFile: "/proc/\(name)/stat", encoding: .utf8),
                    let fields = stat.components(separatedBy: ") ").last?.split(separator: " ")
                else { return false }
                return fields[0] == "Z" && fields[1] == "\(getpid())" && stat.contains("(sh)")
            }
        }
        let before = try ours()
        for script in ["exit 0", "kill -KILL $$", "sleep 600"] {
            _ = try? shell.run(["-c", script], within: .milliseconds(300))
        }
        _ = try? shell.run(["-c", "cat /dev/zero"], within: limit, most: 1)
        _ = try shell.start(["-c", "sleep 600"])
        #expect(try ours() == before)
    }
}

@Suite("Finding a program")
struct FindTests {
    @Test("A program is found in the system's folders, a missing one is not, nor a path")
    func find() {
        #expect(Program.find("sh")?.path.hasSuffix("/sh") == true)
        #expect(Program.find("sh")?.name == "sh")
        #expect(Program.find("picket-has-no-such-program", onPath: true) == nil)
        #expect(Program.find("../bin/sh", onPath: true) == nil)
        #expect(Program.find("") == nil)
    }

    @Test("A program that cannot be started is an error with its cause")
    func missing() {
        for (path, cause) in [("/nonexistent/program", ENOENT), ("/etc/passwd", EACCES)] {
            let error = #expect(throws: ProgramError.self) {
                try Program(path: path).run([], within: .seconds(60))
            }
            #expect(error == .notStarted(path: path, cause: cause))
            #expect(error?.description.hasPrefix("cannot start \(path): ") == true)
        }
    }
}

@Suite("A program that goes on beside us")
struct ChildTests {
    private func start(_ script: String) throws -> Child {
        // Nothing of ours stays open in it: whoever runs the tests waits for the end of their output.
        try #require(Program.find("sh")).start(
            ["-c", script], output: .discarded, errors: .discarded)
    }

    @Test("It runs until it is asked to end, and says of what it ended")
    func asked() throws {
        let child = try start("while :; do sleep 600; done")
        #expect(child.isRunning)
        #expect(child.end == nil)
        child.end(within: .seconds(60))
        #expect(!child.isRunning)
        #expect(child.end == .signal(SIGTERM))
        #expect(child.wait() == .signal(SIGTERM))
    }

    @Test("What it has started is asked to end with it")
    func asksGroup() throws {
        let file = NSTemporaryDirectory() + "picket-programs-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: file) }
        let child = try start("sleep 600 & echo $! >\(file).new; mv \(file).new \(file); wait")
        while !FileManager.default.fileExists(atPath: file) {}
        let text = try String(contentsOfFile: file, encoding: .utf8)
        let grandchild = try #require(Int32(text.trimmingCharacters(in: .newlines)))
        child.end(within: .seconds(60))
        // Its end is told to init, or to nobody: it is gone, or a zombie that runs no more.
        var state: String
        repeat {
            state = (try? String(contentsOfFile: "/proc/\(grandchild)/stat", encoding: .utf8)) ?? ""
        } while !state.isEmpty && !state.contains(") Z ")
        #expect(child.end == .signal(SIGTERM))
    }

    @Test("One that does not want to end is made to")
    func deaf() throws {
        let child = try start("trap '' TERM; kill -STOP $$; while :; do sleep 600; done")
        // It has stopped itself once it is deaf.
        while try !String(contentsOfFile: "/proc/\(child.id)/stat", encoding: .utf8)
            .contains(") T ")
        {}
        child.end(within: .milliseconds(100))
        #expect(child.end == .signal(SIGKILL))
    }

    @Test("Its exit code is known after the wait, and again")
    func code() throws {
        let child = try start("exit 7")
        #expect(child.wait() == .exit(code: 7))
        #expect(child.wait() == .exit(code: 7))
        child.end(within: .zero)
        child.kill()
        #expect(child.end == .exit(code: 7))
    }

    @Test("It ends when nobody holds it any more")
    func forgotten() throws {
        let id = try start("sleep 600").id
        #expect(kill(id, 0) == -1 && errno == ESRCH)
    }
}
