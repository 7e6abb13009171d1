// SPDX-License-Identifier: GPL-3.0-or-later

import Captures
import Control
import Dispatch
import Logging
import Packets
import Ring
import Synchronization

/// The file that gets each packet as a line of the kernel's log.
///
/// Thread: any; blocks are written on a queue of its own.
final class PacketLog: Sendable {
    private let exchange: BlockExchange<PacketBlock>
    private let file: Guarded
    private let path: String
    private let crowded = Atomic(0)

    /// Blocks beside the one that is being filled: 4 MiB, some 30,000 packets.
    private static let blocks = 8
    private static let blockBytes = 512 << 10

    private final class Guarded: Sendable {
        let value: Mutex<PacketLogFile>
        let lines = Mutex<(lines: UInt64, lost: UInt64, failing: String?)>((0, 0, nil))

        init(_ file: consuming sending PacketLogFile) { value = Mutex(file) }
    }

    init(path: String, registry: OriginRegistry, log: Logger) throws(DecisionLogError) {
        self.path = path
        let output = try DecisionLog.open(path: path, of: .packets) { trouble in
            switch trouble {
            case .losing(let cause, let total):
                log.error("cannot write to \(path): \(cause). Packets lost there: \(total)")
            case .recovered(let lost):
                log.notice("writing to \(path) again after \(lost) lost packets")
            }
        }
        let file = Guarded(PacketLogFile(output, registry: registry))
        self.file = file
        exchange = BlockExchange(
            "packets",
            (0..<PacketLog.blocks).map { _ in PacketBlock(capacity: PacketLog.blockBytes) }
        ) { block in
            let numbers = file.value.withLock { file in
                file.write(block)
                return file.numbers
            }
            file.lines.withLock { $0 = numbers }
            block.removeAll()
        }
    }

    /// The reader's end.
    func tap() -> PacketTap {
        PacketTap(
            block: PacketBlock(capacity: PacketLog.blockBytes),
            hand: { [exchange] in exchange.hand($0) },
            lose: { [self] in crowded.wrappingAdd($0, ordering: .relaxed) })
    }

    /// After logrotate(8) has renamed the file; packets that came before are in the old one.
    func reopen(_ done: @escaping @Sendable (DecisionLogError?) -> Void) {
        exchange.inOrder { [file] in
            let error: DecisionLogError? = file.value.withLock { $0.reopen() }
            done(error)
        }
    }

    func drain() { exchange.drain(for: .seconds(2)) }

    var state: StatusReport.PacketLog {
        let numbers = file.lines.withLock { $0 }
        var report = StatusReport.PacketLog(path: path)
        report.lines = numbers.lines
        report.lost = numbers.lost + UInt64(crowded.load(ordering: .relaxed))
        report.failing = numbers.failing
        return report
    }
}

/// Makes lines of packets and appends them.
///
/// Thread: one at a time.
struct PacketLogFile: ~Copyable {
    private var output: DecisionLog
    private let registry: OriginRegistry
    private var origins = OriginTable()
    private var header = KernelLogHeader(host: System.hostName, boot: System.bootTime)

    /// Lines are written together up to so many bytes.
    private static let chunk = 16 << 10

    init(_ output: consuming DecisionLog, registry: OriginRegistry) {
        self.output = output
        self.registry = registry
    }

    var numbers: (lines: UInt64, lost: UInt64, failing: String?) {
        (output.lines, output.lost, output.failing)
    }

    mutating func write(_ block: PacketBlock) {
        var bytes: [UInt8] = []
        var lines = 0
        block.read { record, content in
            let link = Int(record.extra)
            let linkHeader = content.extracting(0..<min(link, content.byteCount))
            let packet = content.extracting(min(link, content.byteCount)..<content.byteCount)
            if Int(record.origin) >= origins.origins.count { origins = registry.snapshot }
            header.write(Timestamp(nanoseconds: record.time), to: &bytes)
            KernelLogLine.write(
                packet, of: origins[OriginID(rawValue: record.origin)], linkHeader: linkHeader,
                mark: record.number, to: &bytes)
            bytes.append(0x0a)
            lines += 1
            if bytes.count >= PacketLogFile.chunk {
                output.append(block: bytes, lines: lines)
                bytes.removeAll(keepingCapacity: true)
                lines = 0
            }
        }
        if lines > 0 { output.append(block: bytes, lines: lines) }
    }

    mutating func reopen() -> DecisionLogError? {
        do throws(DecisionLogError) {
            try output.reopen()
            return nil
        } catch {
            return error
        }
    }
}
