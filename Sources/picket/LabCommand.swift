// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Foundation
import Lab

/// `picket lab`
struct LabCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lab",
        abstract: "The whole system on this machine with nothing to risk: a real scan, named.",
        discussion: """
            Makes two network namespaces, a firewall in one of them, runs the daemon there and \
            scans it from the other; removes everything afterwards. Needs root.
            """)

    @Flag(help: "Keep the lab for playing, until Ctrl-C.")
    var stay = false

    @Flag(help: "Decisions as JSON, one a line.")
    var json = false

    func run() throws {
        try told {
            let executable = Bundle.main.executablePath ?? CommandLine.arguments[0]
            let code = try Lab(executable: executable, stay: stay, json: json).run()
            if code != 0 { throw ExitCode(code) }
        }
    }
}

/// `picket lab-send`: the lab's own scanner, for hosts without nmap.
struct LabSend: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lab-send", abstract: "Sends the lab's SYNs from inside its namespace.",
        shouldDisplay: false)

    @Argument(parsing: .captureForPassthrough)
    var words: [String] = []

    func run() throws {
        try told { try LabSender.run(arguments: words) }
    }
}
