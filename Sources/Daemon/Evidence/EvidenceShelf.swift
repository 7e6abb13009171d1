// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// The files of evidence in their folder, and what they take together.
///
/// Bound: `limit` bytes in blocks of 4 KiB, as file systems count; the files whose names sort first,
/// which are the oldest, go to make room.
struct EvidenceShelf {
    let folder: String
    let limit: Int
    /// Ascending by name from ``start`` on; what is before has gone.
    private var files: [(name: String, bytes: Int)] = []
    private var start = 0
    private(set) var bytes = 0

    init(folder: String, limit: Int) {
        self.folder = folder
        self.limit = limit
    }

    var count: Int { files.count - start }

    func path(_ name: String) -> String { folder + "/" + name }

    /// What a file of that length takes.
    static func space(_ length: Int) -> Int { (length + 4095) & ~4095 }

    /// Looks at what is there, and repairs what a crash has left.
    ///
    /// - Parameter mend: makes a file whole that may be torn; gets its path and length, returns the new one.
    mutating func read(mend: (String, Int) -> Int) {
        let keys: Set<URLResourceKey> = [
            .fileSizeKey, .contentModificationDateKey, .isRegularFileKey,
        ]
        let found =
            (try? FileManager.default.contentsOfDirectory(
                at: URL(filePath: folder), includingPropertiesForKeys: Array(keys))) ?? []
        var known: [(name: String, bytes: Int, changed: Date)] = []
        for url in found where EvidenceStory.isName(url.lastPathComponent) {
            guard let values = try? url.resourceValues(forKeys: keys), values.isRegularFile == true
            else { continue }
            known.append(
                (
                    url.lastPathComponent, values.fileSize ?? 0,
                    values.contentModificationDate ?? .distantPast
                ))
        }
        // Only what was written at last can be torn.
        let latest = known.map(\.changed).max() ?? .distantPast
        files = []
        start = 0
        bytes = 0
        for file in known.sorted(by: { $0.name < $1.name }) {
            var length = file.bytes
            if latest.timeIntervalSince(file.changed) < 3600 {
                length = mend(path(file.name), length)
                if length == 0 { continue }
            }
            files.append((file.name, EvidenceShelf.space(length)))
            bytes += EvidenceShelf.space(length)
        }
    }

    func holds(_ name: String) -> Bool {
        let place = place(of: name)
        return place < files.count && files[place].name == name
    }

    /// Notes how long a file is by now; 0: it is gone.
    mutating func note(_ name: String, length: Int) {
        let place = place(of: name)
        let isThere = place < files.count && files[place].name == name
        let space = EvidenceShelf.space(length)
        if isThere {
            bytes += space - files[place].bytes
            if length == 0 { files.remove(at: place) } else { files[place].bytes = space }
        } else if length > 0 {
            files.insert((name, space), at: place)
            bytes += space
        }
    }

    /// Removes the oldest files until so much more fits; false when it never will.
    ///
    /// - Parameter keeping: a file that stays.
    /// - Parameter gone: is told of each that went.
    mutating func makeRoom(for more: Int, keeping: String, gone: (String) -> Void) -> Bool {
        var next = start
        while bytes + more > limit, next < files.count {
            let file = files[next]
            if file.name == keeping {
                next += 1
                continue
            }
            // What cannot be removed is passed over: the bound then holds for the rest.
            if System.remove(path(file.name)) != 0 {
                next += 1
                continue
            }
            bytes -= file.bytes
            gone(file.name)
            if next == start {
                start += 1
                next += 1
            } else {
                files.remove(at: next)
            }
        }
        if start > 1024, start > files.count / 2 {
            files.removeFirst(start)
            start = 0
        }
        return bytes + more <= limit
    }

    private func place(of name: String) -> Int {
        var range = start..<files.count
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            range =
                files[middle].name < name
                ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return range.lowerBound
    }
}
