// SPDX-License-Identifier: GPL-3.0-or-later

import CNetfilter
import Glibc

/// The message that takes a group and says how to batch it.
///
/// One message for all, so that the group never logs with half of its settings. The commands that
/// bind or unbind a protocol family are never sent: the kernel needs none of them, and unbinding
/// takes the family's logger away from everybody in the namespace.
enum GroupRequest {
    /// Source: NFULNL_MSG_CONFIG, linux/netfilter/nfnetlink_log.h.
    static func bind(
        _ group: UInt16, _ settings: NFLogSettings, over socket: borrowing NetlinkSocket
    ) throws(SystemFailure) {
        // 20 bytes of headers and six attributes of 8 to 12.
        let storage = UnsafeMutableRawPointer.allocate(byteCount: 256, alignment: 8)
        defer { unsafe storage.deallocate() }
        guard
            let header = unsafe nflog_nlmsg_put_header(
                storage, UInt8(NFULNL_MSG_CONFIG.rawValue), UInt8(AF_UNSPEC), group)
        else { throw SystemFailure(code: EINVAL) }
        unsafe header.pointee.nlmsg_flags |= UInt16(NLM_F_ACK)
        unsafe header.pointee.nlmsg_seq = sequence
        _ = unsafe nflog_attr_put_cfg_cmd(header, UInt8(NFULNL_CFG_CMD_BIND.rawValue))
        _ = unsafe nflog_attr_put_cfg_mode(
            header, UInt8(NFULNL_COPY_PACKET), UInt32(clamping: settings.copyRange))
        unsafe put(settings.bufferSizeBytes, NFULA_CFG_NLBUFSIZ, header)
        unsafe put(settings.flushCentiseconds, NFULA_CFG_TIMEOUT, header)
        unsafe put(settings.queueThreshold, NFULA_CFG_QTHRESH, header)
        unsafe mnl_attr_put_u16(
            header, UInt16(NFULA_CFG_FLAGS.rawValue), UInt16(NFULNL_CFG_F_SEQ).bigEndian)
        unsafe try socket.send(header)
        let code = try socket.acknowledgement(of: sequence)
        if code != 0 { throw SystemFailure(code: code) }
    }

    private static let sequence: UInt32 = 1

    private static func put(
        _ value: Int, _ attribute: nfulnl_attr_config, _ header: UnsafeMutablePointer<nlmsghdr>
    ) {
        unsafe mnl_attr_put_u32(
            header, UInt16(attribute.rawValue), UInt32(clamping: value).bigEndian)
    }
}
