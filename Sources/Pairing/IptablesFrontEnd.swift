// SPDX-License-Identifier: GPL-3.0-or-later

/// Rules that are loaded by iptables and ip6tables, whoever has loaded them.
///
/// The script `iptables/iptables/install` knows how; this shows beforehand what it will do.
package struct IptablesFrontEnd: FrontEnd {
    package let name = FrontEndName.iptables
    /// Words for `install`: which part of the rules is fed.
    let options: [String]
    let boot: BootStep?

    package init(options: [String] = [], boot: BootStep? = nil) {
        (self.options, self.boot) = (options, boot)
    }

    package func plan(on host: Host) throws(PairingError) -> Plan {
        let install = try host.script("iptables/install")
        var plan = Plan()
        for program in IptablesFrontEnd.programs(of: host) {
            let before = SaveListing(try host.run("\(program)-save", []).text)
            let output = try host.run(install, options + ["--print", program])
            var after = before
            after.apply(output.text)
            plan.join(
                Plan(
                    rules: [
                        RuleChange(
                            title: program, before: before.lines, after: after.lines,
                            program: install, arguments: options)
                    ], notes: ScriptWords.notes(output.words)))
        }
        if let boot { plan.join(try boot.plan(on: host, script: install, options: options)) }
        return plan
    }

    package func removal(on host: Host) throws(PairingError) -> [RuleChange] {
        var changes: [RuleChange] = []
        for program in IptablesFrontEnd.programs(of: host) {
            let before = SaveListing(try host.run("\(program)-save", []).text)
            guard before.lines.contains(where: { $0.hasPrefix(":PICKET-") }) else { continue }
            let undo = try host.script("iptables/undo")
            var after = before
            after.apply(try host.run(undo, ["--print", program]).text)
            changes.append(
                RuleChange(
                    title: program, before: before.lines, after: after.lines, program: undo,
                    arguments: ["--quiet"]))
        }
        return changes.filter { !$0.isEmpty }
    }

    package func reload(on host: Host) throws(PairingError) { try boot?.reload(on: host) }

    package func verify(on host: Host) throws(PairingError) {
        for change in try plan(on: host).rules {
            let (before, after) = (change.before.map(Self.core), change.after.map(Self.core))
            guard before != after else { continue }
            throw PairingError(
                .badInput,
                "cannot pair (\(change.title)): the rules that were loaded are not those that were "
                    + "planned; somebody else is changing them, or they are not understood")
        }
    }

    /// A rule of ours without its match, which a program may write in other words than it read.
    private static func core(_ line: String) -> String {
        guard let jump = line[...].range(ofLast: " -j ") ?? line[...].range(ofLast: " -g "),
            line.hasPrefix("-A PICKET-") || line[jump.upperBound...].hasPrefix("PICKET-")
        else { return line }
        return line.split(separator: " ").prefix(2).joined(separator: " ")
            + line[jump.lowerBound...]
    }

    /// Those that this host can use: a kernel without IPv6 has no such file.
    private static func programs(of host: Host) -> [String] {
        ["iptables", "ip6tables"].filter { program in
            host.has("\(program)-save")
                && (program == "iptables" || host.files.exists("/proc/net/if_inet6"))
        }
    }
}

/// What the scripts of iptables/ say on standard error.
enum ScriptWords {
    /// Bound: at most 100 notes; a rule set may have many rules that count packets.
    static func notes(_ words: String) -> [String] {
        let lines = words.split(separator: "\n").filter { $0.hasPrefix("install: ") }
            .map { String($0.dropFirst("install: ".count)) }
        guard lines.count > 100 else { return lines }
        return lines.prefix(100) + ["… and \(lines.count - 100) more"]
    }
}
