// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// An address or a network as people write it: the one place that reads them from a command line.
///
/// `203.0.113.7`, `203.0.113.0/24`, `2001:DB8:0::1`, `[2001:db8::1]`, `2001:db8::/48`, `fe80::1%eth0`
/// (the journal knows no zones) and `::ffff:203.0.113.7`, which is the IPv4 address.
package enum NetworkArgument {
    /// Throws: ``ArgumentError``.
    package static func read(_ text: String) throws(ArgumentError) -> Network {
        var word = Substring(text)
        if word.hasPrefix("["), let end = word.lastIndex(of: "]") {
            word = word.dropFirst()[..<end] + word[word.index(after: end)...]
        }
        let parts = word.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let name = parts[0].split(
            separator: "%", maxSplits: 1, omittingEmptySubsequences: false)[0]
        guard let address = Address(String(name)) else {
            throw ArgumentError(
                "an address", text,
                "expected an address such as 203.0.113.7 or 2001:db8::1, or a network such as "
                    + "203.0.113.0/24 or 2001:db8::/48")
        }
        guard parts.count == 2 else { return Network(host: address) }
        let most = address.isV4 ? 32 : 128
        guard var width = UInt8(parts[1]), String(width) == parts[1] else {
            throw ArgumentError(
                "a network", text, "expected a number of bits after the slash, 0 to \(most)")
        }
        // ::ffff:203.0.113.0/120 counts the bits of the IPv6 address.
        if address.isV4, name.contains(":"), width >= 96 { width -= 96 }
        guard width <= most else {
            throw ArgumentError(
                "a network", text, "expected a number of bits after the slash, 0 to \(most)")
        }
        let network = Network(address, prefixLength: Int(width))
        guard network.address == address else {
            throw ArgumentError(
                "a network", text,
                "bits are set after the first \(width): write \(network), or the address alone")
        }
        return network
    }
}

/// A word of the command line that cannot be understood; the exit code is 64.
package struct ArgumentError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ what: String, _ text: String, _ mend: String) {
        let shown = text.count <= 60 ? text : text.prefix(57) + "…"
        description = "cannot read \(what) (\(shown.printable)): \(mend)."
    }
}
