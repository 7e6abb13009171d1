// SPDX-License-Identifier: GPL-3.0-or-later

/// Whether pairing outlives a reboot: a drop-in for the unit that loads the host's rules, which
/// runs `install` behind it each time.
///
/// Not our rules in the host's own file: its text may have variables and includes that only nft
/// resolves, and what is saved from the kernel holds what Docker and fail2ban put there for a while.
package struct BootStep: Sendable {
    /// The unit that loads the rules at start.
    let unit: String
    /// Whether the person asked for it.
    let persist: Bool

    package init(unit: String, persist: Bool) {
        (self.unit, self.persist) = (unit, persist)
    }

    private var path: String { "/etc/systemd/system/\(unit).d/picket.conf" }

    func plan(on host: Host, script: String, options: [String]) throws(PairingError) -> Plan {
        let before = try host.files.text(path)
        guard isEnabled(on: host) else {
            return Plan(
                notes: [
                    "a reboot ends it: \(unit) is not enabled here, so that whatever loads your rules "
                        + "has to run this afterwards: \(command(script, options))"
                ])
        }
        guard persist else {
            if before != nil { return Plan() }
            return Plan(
                notes: [
                    "a reboot, or a restart of \(unit), loads your rules without ours. --persist makes "
                        + "systemd add ours each time, by \(path)"
                ])
        }
        guard script.hasPrefix("/usr/") || script.hasPrefix("/opt/") else {
            throw PairingError(
                .configuration,
                "cannot make it outlive a reboot (\(script)): the scripts are not installed below /usr"
            )
        }
        return Plan(files: [
            FileChange(path: path, before: before, after: dropIn(script, options))
        ])
    }

    /// systemd reads its units again; nothing is started or stopped.
    func reload(on host: Host) throws(PairingError) {
        guard host.files.exists("/run/systemd/system"), host.has("systemctl") else { return }
        try host.run("systemctl", ["daemon-reload"])
    }

    private func isEnabled(on host: Host) -> Bool {
        ["sysinit", "multi-user", "basic", "network-pre"].contains {
            host.files.exists("/etc/systemd/system/\($0).target.wants/\(unit)")
        }
    }

    private func command(_ script: String, _ options: [String]) -> String {
        ([script] + options).joined(separator: " ")
    }

    /// Source: systemd.service(5). `-`: a failure must not stop the unit, whose end would take the
    /// host's rules away. `$` is written twice there.
    private func dropIn(_ script: String, _ options: [String]) -> String {
        let words = command(script, options).replacing("$", with: "$$")
        return """
            # Written by `picket pair --persist`; taken back by `picket pair --undo`.
            [Service]
            ExecStartPost=-\(words)
            ExecReload=-\(words)

            """
    }
}
