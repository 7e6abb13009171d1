// SPDX-License-Identifier: GPL-3.0-or-later

import Programs

/// The host as pairing meets it: its files, its programs, and the rules that it has now.
package struct Host: Sendable {
    package let files: HostFiles
    /// Where the scripts of iptables/ are; nil when they were not found.
    package let share: String?

    package init(files: HostFiles = HostFiles(), share: String?) {
        self.files = files
        self.share = share
    }

    /// How long a program may take: iptables takes back 20,000 jumps in three minutes.
    private static let patience = Duration.seconds(600)

    /// Runs a program to its good end and returns what it wrote.
    ///
    /// Throws: ``PairingError`` with what it said.
    @discardableResult
    package func run(_ name: String, _ arguments: [String]) throws(PairingError) -> Program.Output {
        let program = name.hasPrefix("/") ? Program(path: name) : Program.find(name)
        guard let program else {
            throw PairingError(.unavailable, "cannot find the program \(name)")
        }
        let words = ([program.name] + arguments).joined(separator: " ")
        let output: Program.Output
        do { output = try program.run(arguments, within: Host.patience) } catch {
            throw PairingError(.system, "cannot run \(words): \(error)")
        }
        guard output.end.isGood else {
            let said = output.words.split(separator: "\n").suffix(4).joined(separator: "; ")
            throw PairingError(
                output.end.code == 77 ? .permission : .system,
                "cannot run \(words): exit code \(output.end.code)\(said.isEmpty ? "" : ": \(said)")"
            )
        }
        return output
    }

    package func has(_ program: String) -> Bool { Program.find(program) != nil }

    /// The path of a script of iptables/, such as `nftables/install`.
    package func script(_ name: String) throws(PairingError) -> String {
        guard let share else {
            throw PairingError(
                .unavailable,
                "cannot find the scripts of iptables/: they are in none of \(Share.places). "
                    + "Install them, or name their folder in PICKET_SHARE")
        }
        return "\(share)/\(name)"
    }
}
