// SPDX-License-Identifier: GPL-3.0-or-later

/// One way in which a host's firewall rules are written, and how it is paired.
///
/// A front end says what would change and how its rules are loaded; ``FirewallPairing`` makes the changes,
/// keeps what was there, and puts it back.
package protocol FrontEnd: Sendable {
    var name: FrontEndName { get }

    /// What pairing would change now; empty when it is paired already. Touches nothing.
    func plan(on host: Host) throws(PairingError) -> Plan

    /// What takes the rules back that ``plan(on:)`` loads into the kernel by a program; files are
    /// put back from what was kept. Touches nothing.
    func removal(on host: Host) throws(PairingError) -> [RuleChange]

    /// Makes the front end read its files again, after they were changed or put back. It is not
    /// asked where only rules change.
    func reload(on host: Host) throws(PairingError)

    /// Throws when what was planned is not in force after all; then everything is put back.
    func verify(on host: Host) throws(PairingError)

    /// The file without what pairing added to it, for one that somebody changed afterwards; nil when
    /// that cannot be told.
    func withoutOurs(_ content: [UInt8], path: String) -> [UInt8]?
}

extension FrontEnd {
    package func removal(on host: Host) throws(PairingError) -> [RuleChange] { [] }
    package func reload(on host: Host) throws(PairingError) {}
    package func verify(on host: Host) throws(PairingError) {}

    package func withoutOurs(_ content: [UInt8], path: String) -> [UInt8]? {
        MarkedBlock.removed(from: content)
    }
}
