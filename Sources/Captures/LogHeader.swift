// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// What stands in a line before the firewall's own text: time, host, program, the kernel's stamp.
struct LogHeader {
    var stamp = LogStamp()
    /// Where the rule's prefix begins; never past the end that was given.
    var end: Int
    /// Whether it is a date and time at the line's beginning, then a program's name.
    private(set) var isRegular = false
    /// Where the bracket of the kernel's stamp stands.
    private(set) var uptimeStart: Int?
    private var isTagged = false

    /// Reads the header of a line whose firewall text ends at `limit` at the latest.
    ///
    /// Forms: syslog (RFC 3164 and RFC 5424), journald's short ones, dmesg with and without -T, -x and
    /// --time-format iso, /dev/kmsg, OpenWrt's logread; each also behind the file name of grep's
    /// output; and none at all.
    init(_ line: Span<UInt8>, limit: Int) {
        end = 0
        while end < limit, line[end] == 0 || line[end] == 0x20 { end += 1 }
        let start = end
        if read(line, limit) {
            isRegular = start == 0 && isTagged && stamp.wall != .none
            return
        }
        // A name in grep's output ends with a colon (or a dash, for a line of context).
        var colon = start
        var tries = 0
        while colon < limit, tries < 16 {
            let byte = line[colon]
            if byte == 0x3a || byte == UInt8(ascii: "-") {
                tries += 1
                end = colon + 1
                if read(line, limit) { return }
            }
            colon += 1
        }
        stamp = LogStamp()
        end = start
        skipTag(line, limit, host: false)
    }

    /// The header that a line has whose bytes are those of another's but for the kernel's stamp.
    init(like other: LogHeader, uptime: Int64?) {
        self = other
        stamp.uptime = uptime
    }

    /// Reads a header at `end`; false, with nothing moved, when there is none.
    private mutating func read(_ line: Span<UInt8>, _ limit: Int) -> Bool {
        var index = end
        let isNumbered = skipPriority(line, &index)
        if let wall = line.wallTime(&index), index <= limit {
            stamp.wall = wall
            // Only dmesg writes a comma, and it names no host.
            let isDmesg = hasComma(line, from: end, to: index)
            end = index
            line.skipSpaces(&end)
            if isDmesg {
                skipUptime(line, limit)
            } else {
                skipTag(line, limit, host: true, isNumbered: isNumbered)
            }
            return true
        }
        index = end
        _ = skipPriority(line, &index)
        if readKmsg(line, &index) || readBracketed(line, &index) {
            end = min(index, limit)
            line.skipSpaces(&end)
            end = min(end, limit)
            skipTag(line, limit, host: true, isStrict: true)
            return true
        }
        return false
    }

    /// `<4>` before a raw line, and the version that RFC 5424 puts behind it.
    private func skipPriority(_ line: Span<UInt8>, _ index: inout Int) -> Bool {
        var next = index
        guard line.byte(at: next) == UInt8(ascii: "<") else { return skipLevel(line, &index) }
        next += 1
        guard line.digits(&next) != nil, line.byte(at: next) == UInt8(ascii: ">") else {
            return false
        }
        index = next + 1
        if line.byte(at: index) == UInt8(ascii: "1"), line.byte(at: index + 1) == 0x20 {
            index += 2
            return true
        }
        return false
    }

    /// `kern  :warn  : ` of dmesg -x.
    private func skipLevel(_ line: Span<UInt8>, _ index: inout Int) -> Bool {
        guard line.holds("kern ", at: index) else { return false }
        var next = index
        for _ in 0..<2 {
            while let byte = line.byte(at: next), byte != 0x3a, next < index + 20 { next += 1 }
            guard line.byte(at: next) == 0x3a else { return false }
            next += 1
        }
        line.skipSpaces(&next)
        index = next
        return false
    }

    private func hasComma(_ line: Span<UInt8>, from start: Int, to end: Int) -> Bool {
        for index in start..<end where line[index] == UInt8(ascii: ",") {
            return !(index > 0 && line.byte(at: index + 1) == 0x20)
        }
        return false
    }

    /// `4,123,456789,-;`: level, sequence, microseconds since boot, flags.
    private mutating func readKmsg(_ line: Span<UInt8>, _ index: inout Int) -> Bool {
        var next = index
        guard line.digits(&next) != nil, line.byte(at: next) == UInt8(ascii: ",") else {
            return false
        }
        next += 1
        guard line.digits(&next) != nil, line.byte(at: next) == UInt8(ascii: ",") else {
            return false
        }
        next += 1
        let start = next
        guard let microseconds = line.digits(&next), next - start <= 15,
            line.byte(at: next) == UInt8(ascii: ",")
        else { return false }
        while let byte = line.byte(at: next), byte != UInt8(ascii: ";") {
            guard next - start < 64 else { return false }
            next += 1
        }
        guard next < line.count else { return false }
        stamp.uptime = microseconds * 1000
        index = next + 1
        return true
    }

    /// `[  123.456789] `, or dmesg -T's `[Sat Mar  7 05:09:30 2015] `.
    private mutating func readBracketed(_ line: Span<UInt8>, _ index: inout Int) -> Bool {
        if let uptime = LogHeader.uptime(line, &index) {
            stamp.uptime = uptime
            LogHeader.skipCaller(line, &index)
            return true
        }
        guard line.byte(at: index) == UInt8(ascii: "[") else { return false }
        var next = index + 1
        guard let wall = line.wallTime(&next), line.byte(at: next) == UInt8(ascii: "]") else {
            return false
        }
        stamp.wall = wall
        index = next + 1
        return true
    }

    private mutating func skipUptime(_ line: Span<UInt8>, _ limit: Int) {
        var index = end
        if let uptime = LogHeader.uptime(line, &index), index <= limit {
            stamp.uptime = uptime
            uptimeStart = end
            LogHeader.skipCaller(line, &index)
            end = min(index, limit)
        }
        while end < limit, line[end] == 0x20 { end += 1 }
    }

    /// Reads `[  449.059606]`; blanks stand before the digits only.
    static func uptime(_ line: Span<UInt8>, _ index: inout Int) -> Int64? {
        guard line.byte(at: index) == UInt8(ascii: "[") else { return nil }
        var next = index + 1
        line.skipSpaces(&next)
        let start = next
        guard let seconds = line.digits(&next), next - start <= 9,
            line.byte(at: next) == UInt8(ascii: ".")
        else { return nil }
        next += 1
        let nanoseconds = line.fraction(&next)
        // dmesg -d adds the distance from the line before: `[  12.5 <    0.1>]`.
        line.skipSpaces(&next)
        if line.byte(at: next) == UInt8(ascii: "<") {
            while let byte = line.byte(at: next), byte != UInt8(ascii: "]"), next - start < 48 {
                next += 1
            }
        }
        guard line.byte(at: next) == UInt8(ascii: "]") else { return nil }
        index = next + 1
        return seconds * 1_000_000_000 + nanoseconds
    }

    /// `[  T123]` or `[    C1]`, the thread or CPU of CONFIG_PRINTK_CALLER.
    private static func skipCaller(_ line: Span<UInt8>, _ index: inout Int) {
        var next = index
        guard line.byte(at: next) == UInt8(ascii: "[") else { return }
        next += 1
        line.skipSpaces(&next)
        guard let kind = line.byte(at: next), kind == UInt8(ascii: "T") || kind == UInt8(ascii: "C")
        else { return }
        next += 1
        guard line.digits(&next) != nil, line.byte(at: next) == UInt8(ascii: "]") else { return }
        index = next + 1
    }

    /// Moves over host and program: `linux kernel: `, `kernel: `, `host ulogd[12]: `.
    ///
    /// A rule's prefix may end with a colon too (`DROP: `), so a word is a program only when it is
    /// the kernel or carries a process number. When `isStrict`, a host must be followed by one.
    private mutating func skipTag(
        _ line: Span<UInt8>, _ limit: Int, host: Bool, isNumbered: Bool = false,
        isStrict: Bool = false
    ) {
        let start = end
        if let behind = LogHeader.behindTag(line, start, limit) {
            end = behind
            isTagged = true
        } else if host, line.byte(at: start) != UInt8(ascii: "["),
            let word = LogHeader.behindWord(line, start, limit)
        {
            if let behind = LogHeader.behindTag(line, word, limit) {
                end = behind
                isTagged = true
            } else if isNumbered {
                // RFC 5424: program, process, message identifier, structured data.
                end = word
                for _ in 0..<4 { end = LogHeader.behindWord(line, end, limit) ?? end }
            } else if !isStrict {
                end = word
            }
        }
        if stamp.uptime == nil { skipUptime(line, limit) }
        while end < limit, line[end] == 0x20 { end += 1 }
    }

    private static func behindWord(_ line: Span<UInt8>, _ start: Int, _ limit: Int) -> Int? {
        var index = start
        while index < limit, line[index] != 0x20 { index += 1 }
        guard index < limit, index > start else { return nil }
        while index < limit, line[index] == 0x20 { index += 1 }
        return index
    }

    private static func behindTag(_ line: Span<UInt8>, _ start: Int, _ limit: Int) -> Int? {
        guard let behind = behindWord(line, start, limit) else {
            // `kernel:` may be all that stands before the firewall's text.
            return nil
        }
        var last = behind - 1
        while last > start, line[last] == 0x20 { last -= 1 }
        guard line[last] == 0x3a else { return nil }
        if line.holds("kernel:", at: start) { return behind }
        guard last > start + 2, line[last - 1] == UInt8(ascii: "]"), line.isDigit(at: last - 2)
        else { return nil }
        return behind
    }
}
