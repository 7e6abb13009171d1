// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Daemon
import Foundation
import Pairing

/// `picket pair`
struct Pair: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes your firewall give what it drops to Picket; shows the change first.",
        discussion: """
            Without --apply and --undo it changes nothing: it says whose rules are in force, how it \
            knows, and what would change, as a diff. What is dropped stays the same. Needs root.
            """)

    @OptionGroup var settings: ConfigurationOption

    @Option(
        help: ArgumentHelp(
            "shorewall, ufw, firewalld, nftables, iptables or docker, where it cannot be told.",
            valueName: "name"))
    var frontEnd: FrontEndName?

    @Flag(help: "Make the change.")
    var apply = false

    @Flag(help: "Take back what --apply has changed.")
    var undo = false

    @Flag(
        help: "With --apply: also after a reboot, by a drop-in for the unit that loads the rules.")
    var persist = false

    @Flag(help: "One JSON object a line.")
    var json = false

    /// For tests: where what was there is kept.
    @Option(help: .private)
    var state = RecordStore.defaultFolder

    func validate() throws {
        if apply, undo { throw ValidationError("Give one of --apply and --undo.") }
    }

    func run() throws {
        try told {
            System.ignoreBrokenPipes()
            let executable = Bundle.main.executablePath ?? CommandLine.arguments[0]
            let host = Pairing.Host(
                share: Share.find(
                    executable: URL(filePath: executable).resolvingSymlinksInPath().path))
            let traces = try HostTraces.read(on: host)
            let all = FrontEnds.all(traces: traces, persist: persist)
            let pairing = FirewallPairing(host: host, store: RecordStore(folder: state), known: all)
            var report = PairReport(isJSON: json)
            if undo { return try report.undone(try uninterrupted { try pairing.undo() }) }
            let findings = traces.findings
            try report.found(findings, named: frontEnd)
            try report.subscribed(try settings.source.load().groups.map(\.group))
            let chosen = try PairRequest(frontEnd: frontEnd).chosen(of: all, findings: findings)
            if apply { return try report.applied(try uninterrupted { try pairing.apply(chosen) }) }
            var plan = Plan()
            for frontEnd in chosen { plan.join(try frontEnd.plan(on: host)) }
            try report.planned(plan, isCutOff: try pairing.isCutOff())
        }
    }

    /// A signal in the middle waits for the end of the change.
    private func uninterrupted<Result>(_ work: () throws -> Result) throws -> Result {
        System.catchInterrupts()
        let result = Swift.Result { try work() }
        if let signal = System.interrupt { System.die(of: signal) }
        return try result.get()
    }
}

extension FrontEndName: ExpressibleByArgument {}
