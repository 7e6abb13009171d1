// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// A decision log as it lies on the disk, or comes through a pipe: a line for each decision.
///
/// Bound: reads 1 MiB at a time; a line of more than 1 MiB is no decision.
package struct DecisionLogFile {
    private let path: String
    private static let block = 1 << 20

    /// - Parameter path: `-` is standard input.
    package init(path: String) { self.path = path }

    /// Hands over each decision in its order.
    ///
    /// A last line without its newline that cannot be read is one that is being written, and is
    /// left out.
    /// Throws: ``ReviewError``.
    package func forEach(_ body: (DecisionRecord) -> Void) throws(ReviewError) {
        let handle = try open()
        defer { if path != "-" { try? handle.close() } }
        var pending = Data()
        var number = 0
        while let block = try read(handle) {
            pending.append(block)
            var rest = pending[...]
            while let end = rest.firstIndex(of: 0x0a) {
                number += 1
                try take(rest[..<end], number, body)
                rest = rest[(end + 1)...]
            }
            pending = Data(rest)
            if pending.count > DecisionLogFile.block {
                throw ReviewError(.read, path: path, .line(number + 1, "longer than 1 MiB"))
            }
        }
        if case .success(let record) = LoggedLine.read(pending), !pending.isEmpty {
            body(record)
        }
    }

    private func take(
        _ line: Data, _ number: Int, _ body: (DecisionRecord) -> Void
    ) throws(ReviewError) {
        if line.allSatisfy({ $0 == 0x20 || $0 == 0x0d }) { return }
        switch LoggedLine.read(line) {
        case .success(let record): body(record)
        case .failure(let refusal):
            throw ReviewError(.read, path: path, .line(number, refusal.words))
        }
    }

    private func open() throws(ReviewError) -> FileHandle {
        if path == "-" { return .standardInput }
        do {
            return try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        } catch {
            throw ReviewError(.read, path: path, error: error)
        }
    }

    private func read(_ handle: FileHandle) throws(ReviewError) -> Data? {
        do {
            let block = try handle.read(upToCount: DecisionLogFile.block)
            return block.flatMap { $0.isEmpty ? nil : $0 }
        } catch {
            throw ReviewError(.read, path: path, error: error)
        }
    }
}
