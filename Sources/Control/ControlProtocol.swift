// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Foundation
import Packets

/// The words of the control socket: lines of JSON, one request or answer each.
///
/// Shape: every request and answer carries `"picket":1`, the protocol's version. After `watch` was
/// answered, lines of the asked format follow as they are; between them stand answers that
/// begin with `{"picket":`, which no format does.
enum ControlProtocol {
    static let version = 1
    /// Bound: a longer request is refused and its connection closed. Unit: bytes.
    static let maximumRequest = 4096
    /// Bound: a longer answer is no answer of ours. Unit: bytes.
    static let maximumAnswer = 1 << 20

    /// What an answer begins with, and no line of a decision.
    static let answerPrefix = "{\"picket\":"

    static func line(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        // Our own answers are finite numbers and valid strings, which always encode.
        guard let data = try? encoder.encode(value) else { return "null" }
        return String(decoding: data, as: UTF8.self)
    }

    static func decode<Value: Decodable>(_ type: Value.Type, from line: String) -> Value? {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try? decoder.decode(type, from: Data(line.utf8))
    }
}

/// A line from a client.
enum ControlRequest: Hashable, Sendable {
    case status
    case watch(DecisionFormat)
    /// What the detector has of the source that an address belongs to.
    case source(Address)

    private struct Message: Codable {
        var picket: Int?
        var request: String?
        var format: String?
        var address: String?
    }

    /// Reads a request; the refusal's words say what is wrong with it.
    static func read(_ line: String) -> Result<ControlRequest, Refusal> {
        guard let message = ControlProtocol.decode(Message.self, from: line) else {
            return .failure(Refusal("not a request: expected a line such as \(example)"))
        }
        guard let version = message.picket else {
            return .failure(Refusal("no protocol version: expected \"picket\":1"))
        }
        guard version == ControlProtocol.version else {
            let ours = ControlProtocol.version
            return .failure(Refusal("protocol \(version) is not supported; this is \(ours)"))
        }
        switch message.request {
        case "status": return .success(.status)
        case "watch":
            guard let format = DecisionFormat(rawValue: message.format ?? "text") else {
                let names = DecisionFormat.allCases.map(\.rawValue).joined(separator: ", ")
                return .failure(Refusal("unknown format: expected one of \(names)"))
            }
            return .success(.watch(format))
        case "source":
            guard let address = message.address.flatMap({ Address($0) }) else {
                return .failure(Refusal("no address: expected \"address\":\"203.0.113.7\""))
            }
            return .success(.source(address))
        default: return .failure(Refusal("unknown request: expected status, watch or source"))
        }
    }

    var line: String {
        switch self {
        case .status:
            ControlProtocol.line(
                Message(picket: ControlProtocol.version, request: "status", format: nil))
        case .watch(let format):
            ControlProtocol.line(
                Message(
                    picket: ControlProtocol.version, request: "watch", format: format.rawValue))
        case .source(let address):
            ControlProtocol.line(
                Message(
                    picket: ControlProtocol.version, request: "source",
                    address: address.description))
        }
    }

    private static let example = #"{"picket":1,"request":"status"}"#
}

/// Why a request was not followed.
struct Refusal: Error {
    let words: String
    init(_ words: String) { self.words = words }
}

/// A line from the daemon.
enum ControlAnswer: Hashable, Sendable {
    case status(StatusReport)
    case source(SourceReport)
    /// The format that is sent from now on.
    case watching(DecisionFormat)
    /// How many lines the client was too slow for, since the last line before this one.
    case dropped(UInt64)
    case error(String)

    /// The version comes first, which is what tells an answer from a decision's line.
    var line: String {
        let (key, value) =
            switch self {
            case .status(let report): ("status", ControlProtocol.line(report))
            case .source(let report): ("source", ControlProtocol.line(report))
            case .watching(let format): ("watching", ControlProtocol.line(format.rawValue))
            case .dropped(let count): ("dropped", String(count))
            case .error(let words): ("error", ControlProtocol.line(words))
            }
        return "\(ControlProtocol.answerPrefix)\(ControlProtocol.version),\"\(key)\":\(value)}"
    }

    private struct Message: Decodable {
        var picket: Int
        var status: StatusReport?
        var source: SourceReport?
        var watching: String?
        var dropped: UInt64?
        var error: String?
    }

    /// Reads an answer; nil when the line is none of this version.
    ///
    /// An error is understood from every version: it is how another one says what it speaks.
    init?(_ line: String) {
        guard let message = ControlProtocol.decode(Message.self, from: line) else { return nil }
        if let words = message.error {
            self = .error(words)
            return
        }
        guard message.picket == ControlProtocol.version else { return nil }
        if let report = message.status {
            self = .status(report)
        } else if let report = message.source {
            self = .source(report)
        } else if let format = message.watching.flatMap(DecisionFormat.init) {
            self = .watching(format)
        } else if let count = message.dropped {
            self = .dropped(count)
        } else {
            return nil
        }
    }
}
