// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

extension FirewallPairing {
    /// Changes that belong together.
    struct Steps {
        var kind: Record.Pending.Kind
        var frontEnds: [any FrontEnd]
        var files: [FileChange]
        var rules: [RuleChange]
    }

    /// Makes the changes; when one fails, all that were made are put back before it throws. The
    /// record, in memory and kept, has them as pending when this returns.
    func make(_ steps: Steps, _ record: inout Record) throws(PairingError) {
        record.pending = Record.Pending(
            kind: steps.kind, frontEnds: steps.frontEnds.map(\.name),
            steps: steps.files.map {
                .init(
                    path: $0.path, from: $0.before.map { Data($0) }, to: $0.after.map { Data($0) },
                    fromMode: $0.modeBefore)
            },
            folders: newFolders(for: steps.files))
        for frontEnd in known where try !frontEnd.removal(on: host).isEmpty {
            record.pending?.ruled.append(frontEnd.name)
        }
        try store.save(record)
        do throws(PairingError) {
            try carryOut(steps)
        } catch {
            let cause = error
            do throws(PairingError) { record = try putRight(record) } catch {
                throw PairingError(
                    cause.kind,
                    "\(cause)\nand what was there could not be put back: \(error)\n"
                        + "The next `picket pair --apply` or `--undo` tries again")
            }
            throw PairingError(cause.kind, "\(cause)\nWhat was there before is back")
        }
    }

    private func carryOut(_ steps: Steps) throws(PairingError) {
        for file in steps.files {
            guard try host.files.read(file.path) == file.before else {
                throw PairingError(
                    .unavailable, "cannot write \(file.path): somebody is changing it. Try again")
            }
            if file.after != nil { _ = try host.files.makeFolder(of: file.path) }
            try host.files.replace(file.path, with: file.after, mode: file.mode)
        }
        if !steps.files.isEmpty {
            for frontEnd in steps.frontEnds { try frontEnd.reload(on: host) }
        }
        try run(steps.rules)
        switch steps.kind {
        case .apply: for frontEnd in steps.frontEnds { try frontEnd.verify(on: host) }
        case .undo: try verifyGone()
        }
    }

    private func verifyGone() throws(PairingError) {
        for frontEnd in known {
            guard let left = try frontEnd.removal(on: host).first else { continue }
            throw PairingError(
                .system, "cannot take the rules back (\(left.title)): some are still there")
        }
    }

    /// Several changes may be one program's work.
    private func run(_ rules: [RuleChange]) throws(PairingError) {
        var ran: [[String]] = []
        for change in rules {
            let command = [change.program] + change.arguments
            guard !ran.contains(command) else { continue }
            ran.append(command)
            try host.run(change.program, change.arguments)
        }
    }

    /// Puts back what a call has begun and not ended, and returns the record without it.
    func putRight(_ record: Record) throws(PairingError) -> Record {
        guard let pending = record.pending else { return record }
        for step in pending.steps.reversed() {
            let now = try host.files.read(step.path).map { Data($0) }
            guard now != step.from else { continue }
            guard now == step.to else {
                throw PairingError(
                    .configuration,
                    "cannot put a file back (\(step.path)): somebody has changed it meanwhile. What "
                        + "was there before is kept; put the file right by hand")
            }
            if step.from != nil { _ = try host.files.makeFolder(of: step.path) }
            try host.files.replace(
                step.path, with: step.from.map { [UInt8]($0) }, mode: step.fromMode)
        }
        let owners = pending.frontEnds.compactMap { frontEnd($0) }
        if !pending.steps.isEmpty { for owner in owners { try owner.reload(on: host) } }
        switch pending.kind {
        case .apply:
            // Where rules of ours were before, the script that changes them has put them back.
            for frontEnd in known where !pending.ruled.contains(frontEnd.name) {
                try run(try frontEnd.removal(on: host))
            }
        case .undo:
            let ruled = owners.isEmpty ? pending.ruled.compactMap { frontEnd($0) } : owners
            for owner in ruled where !pending.ruled.isEmpty {
                try run(try owner.plan(on: host).rules)
            }
        }
        if pending.kind == .apply { host.files.removeFolders(pending.folders) }
        var record = record
        record.pending = nil
        try store.save(record)
        return record
    }

    /// Folders that are not there and will be made, the outermost first.
    private func newFolders(for files: [FileChange]) -> [String] {
        var folders: [String] = []
        for file in files where file.after != nil {
            var missing: [String] = []
            var folder = HostFiles.folder(of: file.path)
            while !folder.isEmpty, !host.files.exists(folder) {
                missing.append(folder)
                folder = HostFiles.folder(of: folder)
            }
            folders += missing.reversed().filter { !folders.contains($0) }
        }
        return folders
    }
}
