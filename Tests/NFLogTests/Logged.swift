// SPDX-License-Identifier: GPL-3.0-or-later

@testable import NFLog

/// A log message copied out of its datagram, so that a test can keep it.
struct Logged: Equatable, Sendable {
    let family: UInt8
    let group: UInt16
    let hook: UInt8
    let hardwareProtocol: UInt16
    let prefix: [UInt8]
    let payload: [UInt8]
    let hasPayload: Bool
    let payloadStartsWithLinkHeader: Bool
    let mark: UInt32?
    let interfaceIn: UInt32
    let interfaceOut: UInt32
    let physicalIn: UInt32
    let physicalOut: UInt32
    let hardwareAddress: HardwareAddress?
    let linkHeader: [UInt8]
    let linkType: UInt16?
    let vlanTCI: UInt16?
    let vlanProtocol: UInt16?
    let l2Header: [UInt8]
    let seconds: Int64?
    let nanoseconds: Int64?
    let uid: UInt32?
    let gid: UInt32?
    let sequence: UInt32?
    let conntrackInfo: UInt32?
    let conntrack: [UInt8]

    init(_ message: borrowing LogMessage) {
        func bytes(_ span: RawSpan) -> [UInt8] { (0..<span.byteCount).map { span.byte(at: $0) } }
        family = message.family
        group = message.group
        hook = message.hook
        hardwareProtocol = message.hardwareProtocol
        prefix = bytes(message.prefix)
        payload = bytes(message.payload)
        hasPayload = message.hasPayload
        payloadStartsWithLinkHeader = message.payloadStartsWithLinkHeader
        mark = message.mark
        interfaceIn = message.interfaceIn
        interfaceOut = message.interfaceOut
        physicalIn = message.physicalIn
        physicalOut = message.physicalOut
        hardwareAddress = message.hardwareAddress
        linkHeader = bytes(message.linkHeader)
        linkType = message.linkType
        vlanTCI = message.vlanTCI
        vlanProtocol = message.vlanProtocol
        l2Header = bytes(message.l2Header)
        seconds = message.timestamp?.seconds
        nanoseconds = message.timestamp?.nanoseconds
        uid = message.uid
        gid = message.gid
        sequence = message.sequence
        conntrackInfo = message.conntrackInfo
        conntrack = bytes(message.conntrack)
    }

    var prefixText: String { String(decoding: prefix, as: UTF8.self) }
}
