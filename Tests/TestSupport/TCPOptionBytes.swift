// SPDX-License-Identifier: GPL-3.0-or-later

/// A TCP option to put into a header.
package enum TCPOptionBytes: Sendable {
    case endOfList
    case noOperation
    case maximumSegmentSize(UInt16)
    case windowScale(UInt8)
    case sackPermitted
    case timestamps(UInt32, echo: UInt32)
    /// Any bytes, right or wrong.
    case raw([UInt8])

    package var bytes: [UInt8] {
        switch self {
        case .endOfList: [0]
        case .noOperation: [1]
        case .maximumSegmentSize(let size): [2, 4] + size.wireBytes
        case .windowScale(let shift): [3, 3, shift]
        case .sackPermitted: [4, 2]
        case .timestamps(let value, let echo): [8, 10] + value.wireBytes + echo.wireBytes
        case .raw(let bytes): bytes
        }
    }
}

extension Array where Element == TCPOptionBytes {
    /// What a Linux client puts into its SYN.
    package static let linux: [TCPOptionBytes] = [
        .maximumSegmentSize(1460), .sackPermitted, .timestamps(0x1000, echo: 0), .noOperation,
        .windowScale(7),
    ]
    /// What Nmap's raw SYN scan carries.
    package static let nmap: [TCPOptionBytes] = [.maximumSegmentSize(1460)]
}
