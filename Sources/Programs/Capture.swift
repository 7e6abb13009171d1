// SPDX-License-Identifier: GPL-3.0-or-later

/// Reads both streams of a child at once, so that neither pipe fills up and stops it.
struct Capture {
    private let output: Int32
    private let errors: Int32
    private let most: Int
    private var outputBytes: [UInt8] = []
    private var errorBytes: [UInt8] = []

    var text: String { String(decoding: outputBytes, as: UTF8.self) }
    var words: String { String(decoding: errorBytes, as: UTF8.self) }

    init(output: Int32, words: Int32, most: Int) {
        self.output = output
        errors = words
        self.most = most
    }

    /// Reads until the child has ended and all that it wrote is here.
    mutating func read(of child: Child, before deadline: ContinuousClock.Instant)
        throws(ProgramError)
    {
        var open = [output, errors]
        while !open.isEmpty {
            let isOver = !child.isRunning
            // A pipe can stay open beyond the child's end: what it started may hold it too.
            let ready = Calls.poll(open, milliseconds: isOver ? 0 : 20)
            if isOver, ready.isEmpty { return }
            for descriptor in ready where !(try take(descriptor, child.path)) {
                open.removeAll { $0 == descriptor }
            }
            if ContinuousClock.now >= deadline { throw .tookTooLong(path: child.path) }
        }
        if child.wait(until: deadline) == nil { throw .tookTooLong(path: child.path) }
    }

    /// Reads once; false at the stream's end.
    private mutating func take(_ descriptor: Int32, _ path: String) throws(ProgramError) -> Bool {
        let bytes = Calls.read(descriptor)
        if descriptor == output {
            guard outputBytes.count + bytes.count <= most else {
                throw .wroteTooMuch(path: path, most: most)
            }
            outputBytes += bytes
        } else {
            errorBytes += bytes.prefix(Program.wordsBound - errorBytes.count)
        }
        return !bytes.isEmpty
    }
}

/// A pipe from a child to us; closed when its owner lets it go.
struct Pipe: ~Copyable {
    let reading: Int32
    let writing: Int32
    private var isWritingOpen = true

    /// - Parameter path: the program that it is for, for the error.
    init(for path: String) throws(ProgramError) {
        let (ends, cause) = Calls.pipe()
        guard let ends else { throw .notStarted(path: path, cause: cause) }
        reading = ends.reading
        writing = ends.writing
    }

    /// The stream ends only when nobody can write to it any more.
    mutating func closeWriting() {
        guard isWritingOpen else { return }
        Calls.close(writing)
        isWritingOpen = false
    }

    deinit {
        Calls.close(reading)
        if isWritingOpen { Calls.close(writing) }
    }
}
