// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import Control
import Journal
import Logging
import Packets
import Ring
import Synchronization

/// The evidence as the running daemon has it: blocks from the detector's thread, written by a queue of
/// its own.
///
/// Thread: any.
package final class EvidenceStore: Sendable {
    private let exchange: BlockExchange<EvidenceBlock>
    private let files: Guarded
    private let settings: EvidenceSettings
    /// Packets that found all blocks on their way to the disk.
    private let crowded = Atomic(0)

    /// Blocks beside the one that is being filled: 4 MiB, some 40,000 packets.
    private static let blocks = 8

    /// The files, for the queue and for whoever asks how they are.
    private final class Guarded: Sendable {
        let value: Mutex<EvidenceFiles>

        init(_ files: sending EvidenceFiles) { value = Mutex(files) }
    }

    /// - Parameter note: gets what the journal should know of files.
    package init(
        _ settings: EvidenceSettings, registry: OriginRegistry,
        log: Logger = Logger(label: "picket") { _ in SwiftLogNoOpLogHandler() },
        note: @escaping @Sendable (AuxiliaryRow) -> Void = { _ in }
    ) {
        self.settings = settings
        let files = Guarded(
            EvidenceFiles(
                folder: settings.path, limit: settings.size, registry: registry, note: note
            ) { trouble in
                switch trouble {
                case .losing(let cause, let total):
                    log.error(
                        "cannot keep evidence in \(settings.path): \(cause). Packets lost there: \(total)"
                    )
                case .recovered(let lost):
                    log.notice(
                        "keeping evidence in \(settings.path) again after \(lost) lost packets")
                }
            })
        self.files = files
        exchange = BlockExchange(
            "evidence", (0..<EvidenceStore.blocks).map { _ in EvidenceBlock() }
        ) { block in
            files.value.withLock { $0.take(block) }
            block.removeAll()
        }
    }

    /// Looks at the folder, on the queue: before the first block, and with the rights of that time.
    package func open() {
        exchange.inOrder { [files] in files.value.withLock { $0.open() } }
    }

    /// Who chooses packets on the detector's thread.
    package func keeper(ipv6Prefix: Int, seed: UInt64) -> EvidenceKeeper {
        EvidenceKeeper(
            first: settings.first, last: settings.last, memory: settings.memory,
            ipv6Prefix: ipv6Prefix, seed: seed, hand: { [exchange] in exchange.hand($0) },
            lose: { [self] count in crowded.wrappingAdd(count, ordering: .relaxed) },
            wait: { [exchange] in exchange.drain(for: .seconds(5)) })
    }

    /// Waits until everything is written, at most for the time given.
    package func drain(for limit: Duration = .seconds(5)) { exchange.drain(for: limit) }

    package var status: StatusReport.Evidence {
        files.value.withLock { files in
            var report = StatusReport.Evidence(path: settings.path)
            report.files = files.count
            report.bytes = files.bytes
            report.limit = settings.size
            report.packets = files.packets
            report.lost = files.lost + UInt64(crowded.load(ordering: .relaxed))
            report.failing = files.failing
            return report
        }
    }
}
