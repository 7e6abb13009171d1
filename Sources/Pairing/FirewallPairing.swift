// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// Makes the changes that front ends plan, all of them or none, and takes them back.
///
/// Before anything is touched, what is there is kept in the record; when a step fails, everything
/// is put back, and after a kill the next call does that.
package struct FirewallPairing: Sendable {
    package enum Outcome: Equatable, Sendable {
        /// What was changed, as a diff, and what the person should know.
        case done(diff: [String], notes: [String])
        case nothingToDo
    }

    package let host: Host
    let store: RecordStore
    /// All that there are: whoever undoes needs the one that has paired.
    let known: [any FrontEnd]

    package init(host: Host, store: RecordStore, known: [any FrontEnd]) {
        (self.host, self.store, self.known) = (host, store, known)
    }

    /// Which front ends are paired, by what was kept; empty when none is.
    package func paired() throws(PairingError) -> [FrontEndName] { try store.load().frontEnds }

    /// Whether a call was killed in the middle and is not put right yet.
    package func isCutOff() throws(PairingError) -> Bool { try store.load().pending != nil }

    package func apply(_ chosen: [any FrontEnd]) throws(PairingError) -> Outcome {
        try store.alone { () throws(PairingError) in
            var record = try putRight(try store.load())
            let names = chosen.map(\.name)
            if let other = record.frontEnds.first, other != names.first {
                throw PairingError(
                    .configuration,
                    "cannot pair with \(Self.titles(names)): this host is paired with "
                        + "\(other.title). Take that back first: sudo picket pair --undo")
            }
            var plan = Plan()
            var owners: [String: FrontEndName] = [:]
            for frontEnd in chosen {
                let part = try frontEnd.plan(on: host)
                for file in part.files { owners[file.path] = frontEnd.name }
                plan.join(part)
            }
            guard !plan.isEmpty else { return .nothingToDo }
            let steps = Steps(
                kind: .apply, frontEnds: chosen, files: plan.files, rules: plan.rules)
            try make(steps, &record)
            for file in plan.files {
                record.keep(file, of: owners[file.path] ?? names[0], knownAs: frontEnd)
            }
            record.frontEnds = names
            record.folders += record.pending?.folders ?? []
            record.pending = nil
            try store.save(record)
            return .done(diff: plan.diff, notes: plan.notes)
        }
    }

    package func undo() throws(PairingError) -> Outcome {
        try store.alone { () throws(PairingError) in
            var record = try putRight(try store.load())
            var notes: [String] = []
            var changes: [FileChange] = []
            for kept in record.files {
                if let change = try taking(back: kept, &notes) { changes.append(change) }
            }
            var rules: [RuleChange] = []
            // Rules that a script of iptables/ has loaded by hand are ours as well.
            for frontEnd in known { rules += try frontEnd.removal(on: host) }
            guard !changes.isEmpty || !rules.isEmpty else {
                host.files.removeFolders(record.folders)
                try store.save(Record())
                return .nothingToDo
            }
            let owners = record.frontEnds.compactMap { frontEnd($0) }
            try make(Steps(kind: .undo, frontEnds: owners, files: changes, rules: rules), &record)
            host.files.removeFolders(record.folders)
            try store.save(Record())
            return .done(diff: changes.flatMap(\.diff) + rules.flatMap(\.diff), notes: notes)
        }
    }

    func frontEnd(_ name: FrontEndName) -> (any FrontEnd)? { known.first { $0.name == name } }

    /// What puts a file back; nil when nothing of ours is in it any more.
    private func taking(
        back kept: Record.KeptFile, _ notes: inout [String]
    ) throws(PairingError) -> FileChange? {
        let path = kept.path
        let now = try host.files.read(path)
        let original = kept.original.map { [UInt8]($0) }
        if now == original { return nil }
        if now == kept.written.map({ [UInt8]($0) }) {
            return FileChange(
                path: path, before: now, after: original, modeBefore: host.files.mode(of: path),
                mode: kept.originalMode)
        }
        guard let now else {
            notes.append("\(path) was removed since it was paired; it stays so")
            return nil
        }
        if let rest = frontEnd(kept.frontEnd)?.withoutOurs(now, path: path) {
            notes.append("\(path) was changed since it was paired; only our part is taken out")
            return FileChange(
                path: path, before: now, after: rest, modeBefore: host.files.mode(of: path),
                mode: kept.originalMode)
        }
        throw PairingError(
            .configuration,
            "cannot take the pairing back (\(path)): somebody has changed the file since, and what "
                + "is ours in it is not to be told. Put it right by hand; what was there before is "
                + "in \(RecordStore.defaultFolder)/record.json")
    }

    static func titles(_ names: [FrontEndName]) -> String {
        names.map(\.title).joined(separator: " and ")
    }
}

extension Record {
    /// Remembers a file that was written. What was there at the first time is the original; what
    /// somebody has changed in between is part of it.
    mutating func keep(
        _ file: FileChange, of owner: FrontEndName,
        knownAs frontEnd: (FrontEndName) -> (any FrontEnd)?
    ) {
        let written = file.after.map { Data($0) }
        guard let place = files.firstIndex(where: { $0.path == file.path }) else {
            files.append(
                KeptFile(
                    frontEnd: owner, path: file.path, original: file.before.map { Data($0) },
                    written: written, originalMode: file.modeBefore))
            return
        }
        if file.before.map({ Data($0) }) != files[place].written, let before = file.before,
            let rest = frontEnd(owner)?.withoutOurs(before, path: file.path)
        {
            files[place].original = Data(rest)
        }
        files[place].written = written
    }
}
