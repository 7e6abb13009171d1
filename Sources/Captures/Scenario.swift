// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// A story of packets and what is to be said of them, as text that people write and read.
///
/// The notation is in docs/scenarios.md.
package struct Scenario: Sendable {
    /// A line that begins with `=>`: what a detector is to say.
    package struct Expectation: Hashable, Sendable {
        /// Nil when the line does not begin with a time.
        package var time: Timestamp?
        /// What follows the time, as it was written.
        package var text: String
        /// Counts from 1.
        package var line: Int
    }

    /// The first line's words after the `#`.
    package private(set) var title = ""
    /// In the order of their lines; a line of several packets gives them one after the other.
    package private(set) var events: [PacketEvent] = []
    package private(set) var expectations: [Expectation] = []
    /// What the events' origins index.
    package private(set) var origins = OriginTable()

    /// A story without packets.
    init() {}

    /// Bound: a scenario makes at most so many packets.
    private static let packetLimit = 1_000_000

    /// - Parameter origins: those that are known already; the events' identifiers go on from them.
    package init(_ text: String, origins: OriginTable = OriginTable()) throws(ScenarioError) {
        self.origins = origins
        var number = 0
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        for line in lines {
            number += 1
            let words = line.split { $0 == " " || $0 == "\t" }.map(String.init)
            guard let first = words.first else { continue }
            if first.hasPrefix("#") {
                if title.isEmpty { title = Scenario.title(words) }
                continue
            }
            if first == "=>" {
                expectations.append(Scenario.expectation(words, line: number))
                continue
            }
            do throws(ScenarioError.Reason) {
                let packet = try ScenarioPacket(words)
                guard events.count + packet.count <= Scenario.packetLimit else {
                    throw ScenarioError.Reason("more than \(Scenario.packetLimit) packets")
                }
                events += packet.events(&self.origins)
            } catch {
                throw ScenarioError(line: number, reason: error.text)
            }
        }
    }

    private static func title(_ words: [String]) -> String {
        let text = words.joined(separator: " ").drop { $0 == "#" }
        return String(text.drop { $0 == " " })
    }

    private static func expectation(_ words: [String], line: Int) -> Expectation {
        let rest = words.dropFirst()
        let time = rest.first.flatMap { ScenarioPacket.seconds($0) }
        return Expectation(
            time: time.map { Timestamp(nanoseconds: $0) },
            text: (time == nil ? rest : rest.dropFirst()).joined(separator: " "), line: line)
    }
}

/// A line of a scenario that does not follow the notation.
package struct ScenarioError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Counts from 1.
    package let line: Int
    package let reason: String

    /// Bound: what is quoted of the line is cut; the words before it are ours.
    init(line: Int, reason: String) {
        self.line = line
        self.reason =
            String(reason.printable.prefix(ScenarioError.limit))
            + (reason.count > ScenarioError.limit ? "…" : "")
    }

    private static let limit = 160

    package var description: String { "line \(line): \(reason)" }

    struct Reason: Error {
        let text: String
        init(_ text: String) { self.text = text }
    }
}
