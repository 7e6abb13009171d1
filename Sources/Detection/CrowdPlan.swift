// SPDX-License-Identifier: GPL-3.0-or-later

/// How the memory for watching many sources together is shared out.
///
/// Bound: about a thirty-second of the detector's memory and at most 3 MiB: the default's 3 MiB
/// watch 96 hosts, 32 sets of sources at a time and 16,384 of their members. A detector with the
/// least memory, 1 MiB, has some 30 KiB for it and does not look for distributed scans.
struct CrowdPlan: Hashable, Sendable {
    /// Mebibytes of the detector's memory that the rest follows from. Range: 1...96.
    let share: Int
    let hosts: Int
    let sets: Int
    let members: Int
    let echoes: Int
    let runs: Int
    let floods: Int

    init(memory: Int) {
        let memory = min(max(memory, 1 << 20), 96 << 20)
        share = memory / (1 << 20)
        hosts = share >= 8 ? share / 8 * 8 : share / 2
        sets = min(32, max(2, share / 3))
        members = CrowdPlan.power(share * 171)
        echoes = CrowdPlan.power(max(64, share * 11))
        runs = CrowdPlan.power(max(32, share * 11))
        floods = CrowdPlan.power(max(8, share * 2))
    }

    /// The largest power of two that is not above the number.
    private static func power(_ number: Int) -> Int {
        1 << (Int.bitWidth - 1 - max(1, number).leadingZeroBitCount)
    }
}
