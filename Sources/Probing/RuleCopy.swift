// SPDX-License-Identifier: GPL-3.0-or-later

import Firewalls
import Foundation
import Packets
import Programs

/// The host's rules as its own programs save them, to be loaded somewhere else.
///
/// Reading changes nothing on the host. Counters start anew; elements of sets come along.
struct RuleCopy {
    /// One text and the program that loads it.
    private struct Part {
        var program: String
        var arguments: [String]
        var text: String
        /// What it is called when it cannot be loaded.
        var what: String
    }

    private var parts: [Part] = []
    private var mentioned: Set<Substring> = []

    private static let patience = Duration.seconds(30)
    private static let most = 256 << 20

    /// Reads the rules of the calling thread's namespace.
    init() throws(ProbeError) {
        let mixed = try Self.mixedTables()
        var saved: Set<String> = []
        var texts: [(program: String, text: String)] = []
        for v6 in [false, true] {
            let name = v6 ? "ip6tables" : "iptables"
            var kinds: Set<Bool> = []
            var programs = [name, "\(name)-nft"]
            if RuleListing.hasLegacyTables(v6: v6) { programs.append("\(name)-legacy") }
            for program in programs {
                // The plain name is one of the other two: each kind of tables is saved once.
                guard var text = try Self.output(of: "\(program)-save", [], isNeeded: false),
                    !text.isEmpty, kinds.insert(text.contains("(nf_tables)")).inserted
                else { continue }
                let isNFT = text.contains("(nf_tables)")
                if isNFT { text = Self.without(mixed, text, v6: v6) }
                texts.append((program, text))
                guard isNFT else { continue }
                for line in text.split(separator: "\n") where line.hasPrefix("*") {
                    saved.insert("\(v6 ? "ip6" : "ip") \(line.dropFirst())")
                }
            }
        }
        // Sets of ipset first: the rules name them.
        if texts.contains(where: { $0.text.contains("--match-set") }),
            let sets = try Self.output(of: "ipset", ["save"], isNeeded: true), !sets.isEmpty
        {
            parts.append(
                Part(program: "ipset", arguments: ["restore", "-file"], text: sets, what: "ipset"))
        }
        for (program, text) in texts {
            parts.append(
                Part(program: "\(program)-restore", arguments: [], text: text, what: program))
        }
        try addTables(except: saved)
        for part in parts {
            mentioned.formUnion(
                part.text.split { !($0.isLetter || $0.isNumber || "._-@".contains($0)) })
        }
    }

    /// Tables of iptables-nft with rules that nft has put there: iptables-save tells them wrong, so
    /// that they are copied by nft, as long as it knows the others of their rules.
    private static func mixedTables() throws(ProbeError) -> Set<String> {
        let words = ["--json", "--terse", "list", "ruleset"]
        guard let text = try output(of: "nft", words, isNeeded: false),
            let listed = ListedRules(text)
        else { return [] }
        let iptables = Set(
            ["filter", "nat", "mangle", "raw", "security"].flatMap {
                ["ip \($0)", "ip6 \($0)"]
            })
        let mixed = Set(listed.foreign.keys).intersection(iptables)
        if let table = mixed.intersection(listed.extended).min() {
            throw .notCopied(
                what: "table \(table)",
                said:
                    "it has rules of nft among those of iptables-nft, which neither can save whole")
        }
        return mixed
    }

    /// The text without the sections of these tables.
    private static func without(_ tables: Set<String>, _ text: String, v6: Bool) -> String {
        guard !tables.isEmpty else { return text }
        var isLeftOut = false
        var kept = ""
        for line in text.split(separator: "\n") {
            if line.hasPrefix("*") {
                isLeftOut = tables.contains("\(v6 ? "ip6" : "ip") \(line.dropFirst())")
            }
            if !isLeftOut { kept += line + "\n" }
            if line == "COMMIT" { isLeftOut = false }
        }
        return kept
    }

    /// nftables' own tables, one by one, so that the one that does not go is named.
    private mutating func addTables(except saved: Set<String>) throws(ProbeError) {
        guard let list = try Self.output(of: "nft", ["list", "tables"], isNeeded: false) else {
            return
        }
        var text = ""
        for line in list.split(separator: "\n") where line.hasPrefix("table ") {
            let name = line.dropFirst("table ".count)
            let words = name.split(separator: " ")
            guard words.count == 2, !saved.contains(String(name)) else { continue }
            guard
                let table = try Self.output(
                    of: "nft", ["list", "table", String(words[0]), String(words[1])], isNeeded: true
                )
            else { continue }
            // A table with an owner would be gone as soon as the program that loads it ends.
            text +=
                table.split(separator: "\n").map { Self.withoutOwner($0) }
                .joined(separator: "\n") + "\n"
        }
        guard !text.isEmpty else { return }
        parts.append(Part(program: "nft", arguments: ["-f"], text: text, what: "nftables"))
    }

    private static func withoutOwner(_ line: Substring) -> String {
        guard line.hasPrefix("\tflags "), line.contains("owner") else { return String(line) }
        let flags = line.dropFirst("\tflags ".count).split(separator: ",")
            .map { $0.trimmingCharacters(in: .whitespaces) }.filter {
                $0 != "owner" && $0 != "persist"
            }
        return flags.isEmpty ? "" : "\tflags \(flags.joined(separator: ","))"
    }

    /// Whether there is anything to load.
    var isEmpty: Bool { parts.isEmpty }

    /// Whether the rules may name the interface.
    func mentions(_ interface: String) -> Bool { mentioned.contains(interface[...]) }

    /// Whether the rules name documentation's addresses, from which the probes come.
    func mentions(anyOf texts: [String]) -> Bool {
        parts.contains { part in texts.contains { part.text.contains($0) } }
    }

    /// Loads all of it into the calling thread's namespace; the folder is for the files.
    func load(by folder: String) throws(ProbeError) {
        for (number, part) in parts.enumerated() {
            let file = "\(folder)/rules-\(number)"
            do { try part.text.write(toFile: file, atomically: false, encoding: .utf8) } catch {
                throw .failed(command: "write \(file)", said: "\(error.localizedDescription)")
            }
            guard let program = Program.find(part.program) else {
                throw .missing(program: part.program, package: "iptables")
            }
            try Self.run(program, part.arguments + [file], what: part.what)
        }
    }

    private static func run(
        _ program: Program, _ arguments: [String], what: String
    ) throws(ProbeError) {
        let output: Program.Output
        do { output = try program.run(arguments, within: patience) } catch {
            throw .notCopied(what: what, said: "\(error)")
        }
        guard output.end.isGood else {
            let said = output.words.split(separator: "\n").prefix(3).joined(separator: "; ")
            throw .notCopied(what: what, said: said.printable)
        }
    }

    /// - Parameter isNeeded: whether it is an error when the program is not here or says nothing.
    private static func output(
        of name: String, _ arguments: [String], isNeeded: Bool
    ) throws(ProbeError) -> String? {
        guard let program = Program.find(name) else {
            if isNeeded { throw .missing(program: name, package: name) }
            return nil
        }
        let words = ([name] + arguments).joined(separator: " ")
        let output: Program.Output
        do { output = try program.run(arguments, within: patience, most: most) } catch {
            throw .failed(command: words.printable, said: "\(error)")
        }
        guard output.end.isGood else {
            throw .failed(command: words.printable, said: output.words.printable)
        }
        return output.text
    }
}
