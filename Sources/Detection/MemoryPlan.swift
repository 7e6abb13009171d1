// SPDX-License-Identifier: GPL-3.0-or-later

/// How the memory of the settings is shared out.
///
/// The default of 96 MiB, in MiB: probation 32, records 30, index 10, tallies 12, prefixes 0.2,
/// so that 4 for what looks at many sources together and 8 as a reserve are left.
/// Bound: the sum is at most nine tenths of the setting (a test says so).
struct MemoryPlan: Sendable {
    let probationWords: Int
    let records: Int
    let tallies: Int
    let prefixes: Int

    init(memory: Int) {
        let memory = min(max(memory, 1 << 20), 64 << 30)
        probationWords = memory / 96 * 32 / 8
        records = memory / 96 * 30 / MemoryLayout<SourceRecord>.stride
        tallies = memory / 96 * 12 / TallyPool.bytesEach
        prefixes = memory / 512 / MemoryLayout<PrefixWatch.Entry>.stride
    }
}
