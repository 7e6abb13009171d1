// SPDX-License-Identifier: GPL-3.0-or-later

import CPcap
import Glibc
import Packets

/// An open input: its descriptor, and libpcap's handle once it is read as a capture.
///
/// The one place of this module that calls C. Safe because the descriptor and the handle are owned
/// here alone and closed once, and because a record's pointer is handed out only as a span that
/// cannot outlive the next call (libpcap keeps a record until then).
/// Source: pcap_next_ex(3PCAP), pcap-savefile(5).
@safe
struct CaptureFile: ~Copyable {
    let path: String
    /// Nil for anything but a regular file.
    let totalBytes: UInt64?
    /// Whether reading may have to wait for somebody who writes.
    let mayWait: Bool
    private let descriptor: CInt
    private var handle: OpaquePointer?
    private var stream: OpaquePointer?
    private var record: UnsafePointer<UInt8>?
    private var recordCount = 0
    /// The record's timestamp; links whose records carry a better one use that.
    private(set) var recordTime = Timestamp(nanoseconds: 0)
    /// Whether the capture kept less of the record than there was.
    private(set) var isRecordCut = false

    private init(path: String, descriptor: CInt, totalBytes: UInt64?, mayWait: Bool) {
        self.mayWait = mayWait
        self.path = path
        self.descriptor = descriptor
        self.totalBytes = totalBytes
        unsafe handle = nil
        unsafe stream = nil
        unsafe record = nil
    }

    deinit {
        if let handle = unsafe handle { unsafe pcap_close(handle) }
        _ = close(descriptor)
    }

    static func open(path: String) throws(CaptureError) -> CaptureFile {
        let descriptor =
            if path == "-" {
                fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
            } else {
                unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
            }
        guard descriptor >= 0 else {
            throw CaptureError(path: path, cause: .cannotOpen(errno: errno))
        }
        var status = stat()
        let isRegular =
            unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        let size = path != "-" && isRegular ? UInt64(max(0, status.st_size)) : nil
        return CaptureFile(
            path: path, descriptor: descriptor, totalBytes: size, mayWait: !isRegular)
    }

    /// Reads bytes into the buffer from the offset on; 0 at the end of the input.
    ///
    /// Throws: ``CaptureError``; EINTR is an error like others, since only somebody who wants to
    /// stop the reading causes it.
    func read(into buffer: inout [UInt8], from offset: Int) throws(CaptureError) -> Int {
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[offset...])
            return unsafe Glibc.read(descriptor, rest.baseAddress, rest.count)
        }
        let code = errno
        guard count >= 0 else {
            throw CaptureError(path: path, cause: .cannotRead(errno: code))
        }
        return count
    }

    /// Hands the input, with the bytes that were read of it already, to libpcap.
    ///
    /// Returns the link type, one of DLT_*.
    mutating func startCapture(head: Span<UInt8>) throws(CaptureError) -> CInt {
        var message = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
        let opened = unsafe head.withUnsafeBufferPointer { bytes in
            unsafe capture_open(descriptor, bytes.baseAddress, bytes.count, &stream, &message)
        }
        guard let opened = unsafe opened else {
            throw failure(CaptureFile.text(message), packet: 1)
        }
        unsafe handle = opened
        return unsafe pcap_datalink(opened)
    }

    /// The name that libpcap has for a link type; empty when it has none.
    static func linkName(_ type: CInt) -> String {
        unsafe pcap_datalink_val_to_name(type).map { unsafe String(cString: $0) } ?? ""
    }

    /// Moves to the next record; false at the end.
    mutating func nextRecord(_ number: UInt64) throws(CaptureError) -> Bool {
        guard let handle = unsafe handle else { return false }
        var header: UnsafeMutablePointer<pcap_pkthdr>?
        unsafe record = nil
        recordCount = 0
        let status = unsafe pcap_next_ex(handle, &header, &record)
        guard status == 1, let header = unsafe header else {
            if status == PCAP_ERROR_BREAK { return false }
            throw failure(unsafe String(cString: pcap_geterr(handle)), packet: number)
        }
        let found = unsafe header.pointee
        recordCount = Int(found.caplen)
        isRecordCut = found.caplen < found.len
        // The handle was opened for nanoseconds.
        recordTime = Timestamp(
            seconds: Int64(found.ts.tv_sec), nanoseconds: Int64(found.ts.tv_usec))
        return true
    }

    /// The record's bytes, until the next one is asked for.
    var recordBytes: RawSpan {
        @_lifetime(borrow self)
        get {
            guard let record = unsafe record else { return RawSpan() }
            let bytes = unsafe RawSpan(_unsafeStart: record, byteCount: recordCount)
            return unsafe _overrideLifetime(bytes, borrowing: self)
        }
    }

    /// What libpcap took from the input.
    var captureBytesRead: UInt64 {
        unsafe handle == nil ? 0 : unsafe capture_bytes_read(stream)
    }

    private static func text(_ message: [CChar]) -> String {
        String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private func failure(_ message: String, packet: UInt64) -> CaptureError {
        if unsafe handle != nil {
            let code = unsafe capture_read_error(stream)
            if code != 0 { return CaptureError(path: path, cause: .cannotRead(errno: code)) }
        }
        // libpcap tells a file that ends too early from a damaged one by its words alone.
        let isCut = message.hasPrefix("truncated")
        return CaptureError(
            path: path,
            cause: isCut ? .truncated(packet: packet) : .damaged(packet: packet, message))
    }
}

/// Where the newline stands in the range, by memchr(3), which looks at 32 bytes at once.
func newline(in buffer: [UInt8], _ range: Range<Int>) -> Int? {
    unsafe buffer.withUnsafeBytes { bytes in
        guard let base = bytes.baseAddress, !range.isEmpty,
            let found = unsafe memchr(base + range.lowerBound, 0x0a, range.count)
        else { return nil }
        return unsafe UnsafeRawPointer(found) - base
    }
}

extension Span<UInt8> {
    /// The eight bytes at the index as one number, the first byte lowest; bytes behind the end are
    /// zero.
    ///
    /// Safe because the load is checked against the bounds, and any eight bytes are a number.
    func word(at index: Int) -> UInt64 {
        let rest = count &- index
        if rest >= 8 {
            return unsafe UInt64(
                littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
        }
        guard rest > 0 else { return 0 }
        var word: UInt64 = 0
        for place in 0..<rest { word |= UInt64(self[index &+ place]) << UInt64(place &* 8) }
        return word
    }
}

extension Span<UInt8> {
    /// Some of the bytes. Safe because bytes are what any value is made of.
    @_lifetime(copy self)
    func bytes(from start: Int, to end: Int) -> RawSpan {
        unsafe bytes.extracting(start..<end)
    }
}

/// The system's words for an error number.
func systemMessage(_ code: CInt) -> String {
    unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
}

extension CaptureReader {
    /// When the file was last written, the best guess at its newest line's year; nil when it cannot
    /// be asked, and for standard input.
    package static func modificationTime(path: String) -> Timestamp? {
        var status = stat()
        guard path != "-", unsafe stat(path, &status) == 0 else { return nil }
        return Timestamp(
            seconds: Int64(status.st_mtim.tv_sec), nanoseconds: Int64(status.st_mtim.tv_nsec))
    }
}
