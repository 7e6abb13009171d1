// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// What syslog and the kernel write before a packet: `Oct 25 13:16:38 gw kernel: [ 4711.341511] `.
///
/// The kernel's stamp counts from the whole second in which the host booted, so that a line's second
/// and the stamp's fraction together are the packet's time, to the microsecond.
struct KernelLogHeader {
    private let host: String
    private let boot: Int64
    /// The second that was written last, and its text.
    private var second = Int64.min
    private var text: [UInt8] = []

    /// - Parameter boot: when the host booted.
    init(host: String, boot: Timestamp) {
        // A blank would end the host's name.
        self.host = String(host.printable.map { $0 == " " ? "_" : $0 })
        self.boot = boot.nanoseconds / 1_000_000_000
    }

    mutating func write(_ time: Timestamp, to bytes: inout [UInt8]) {
        let nanoseconds = max(0, time.nanoseconds)
        let now = nanoseconds / 1_000_000_000
        if now != second {
            second = now
            text = Array(KernelLogHeader.date(time).utf8) + Array(" \(host) kernel: [".utf8)
        }
        bytes += text
        let stamp = String(max(0, now - boot))
        for _ in stamp.utf8.count..<max(5, stamp.utf8.count) { bytes.append(0x20) }
        bytes += Array(stamp.utf8)
        bytes.append(UInt8(ascii: "."))
        let micro = String(nanoseconds / 1000 % 1_000_000 + 1_000_000)
        bytes += Array(micro.utf8.dropFirst())
        bytes += Array("] ".utf8)
    }

    /// RFC 3164: the month's name, the day in two places, the local time.
    static func date(_ time: Timestamp) -> String {
        let offset = Int64(System.localOffset(at: time)) * 1_000_000_000
        // `2010-10-25T13:16:38.341511Z` of the local time.
        let text = Array(time.advanced(byNanoseconds: offset).inUTC.utf8)
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        let month = Int(text[5] &- 0x30) * 10 + Int(text[6] &- 0x30)
        let day =
            (text[8] == 0x30 ? " " : String(UnicodeScalar(text[8])))
            + String(UnicodeScalar(text[9]))
        let clock = String(decoding: text[11..<19], as: UTF8.self)
        return "\(months[max(1, min(month, 12)) - 1]) \(day) \(clock)"
    }
}
