// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Packets
import Testing

@testable import Captures

/// Everything that came out of reading one input.
struct Reading {
    var events: [PacketEvent] = []
    var bytes: [[UInt8]] = []
    var origins = OriginTable()
    var progress = CaptureProgress()
    var error: CaptureError?

    init(path: String, options: CaptureOptions = .test) {
        do throws(CaptureError) {
            var reader = try CaptureReader.open(path: path, options: options)
            defer {
                origins = reader.origins
                progress = reader.progress
            }
            var isMore = true
            while isMore {
                isMore = try reader.next { event, packet, _ in
                    events.append(event)
                    let span = Span<UInt8>(_bytes: packet)
                    bytes.append(span.indices.map { span[$0] })
                }
            }
        } catch {
            self.error = error
        }
    }

    /// Reads a file of these bytes.
    init(_ content: [UInt8], options: CaptureOptions = .test) throws {
        let path = try TemporaryFile(content)
        self.init(path: path.path, options: options)
    }

    init(text: String, options: CaptureOptions = .test) throws {
        try self.init(Array(text.utf8), options: options)
    }

    /// The only packet.
    var event: PacketEvent {
        get throws {
            #expect(error == nil)
            #expect(events.count == 1)
            return try #require(events.first)
        }
    }

    /// The only packet's origin.
    var origin: Origin { get throws { origins[try event.origin] } }
}

/// A file that is there as long as the value lives.
final class TemporaryFile {
    let path: String

    init(_ content: [UInt8]) throws {
        let url = FileManager.default.temporaryDirectory.appending(
            path: "captures-\(UUID().uuidString)")
        try Data(content).write(to: url)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

extension CaptureOptions {
    /// Nothing is later than the 1st of June 2024, noon.
    static let test = CaptureOptions(referenceTime: Timestamp(seconds: 1_717_243_200))
}

/// A moment, written as people do: `2024-03-15T20:55:15.788657`.
func moment(_ text: String) throws -> Timestamp {
    let parts = text.split(separator: ".")
    let date = try Date(String(parts[0]) + "Z", strategy: .iso8601)
    let digits = (parts.count > 1 ? String(parts[1]) : "").padding(
        toLength: 9, withPad: "0", startingAt: 0)
    return Timestamp(
        seconds: Int64(date.timeIntervalSince1970), nanoseconds: try #require(Int64(digits)))
}
