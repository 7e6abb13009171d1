// SPDX-License-Identifier: GPL-3.0-or-later

/// A set of ports as a bitmap, since it is asked for every packet.
///
/// Bound: 8 KiB.
struct PortSet: Sendable {
    private var words = [UInt64](repeating: 0, count: 1024)

    init(_ ports: some Sequence<UInt16>) {
        for port in ports { words[Int(port >> 6)] |= 1 << UInt64(port & 63) }
    }

    @inline(__always)
    func contains(_ port: UInt16) -> Bool {
        words[Int(port >> 6)] >> UInt64(port & 63) & 1 != 0
    }
}
