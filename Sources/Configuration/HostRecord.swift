// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import HostFacts
import Packets

/// What the host said of itself from one moment on: one line of a facts file.
///
/// Shape: a JSON object with `time` and some of `own_addresses`, `home_networks`, `gateways`,
/// `served_ports` and `ephemeral_ports`, their values as those of the settings. What a line leaves
/// out is empty, as on a host that has none of it. Empty lines and `#` comments are passed over.
package struct HostRecord: Hashable, Sendable {
    package var time: Timestamp
    package var reading: HostReading

    package init(time: Timestamp, reading: HostReading) {
        self.time = time
        self.reading = reading
    }

    /// The lines of a facts file, in its order.
    ///
    /// Throws: ``ConfigurationError`` at the first line that cannot be understood.
    package static func records(
        in text: String, path: String
    ) throws(ConfigurationError) -> [HostRecord] {
        var records: [HostRecord] = []
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let content = line.drop { $0 == " " || $0 == "\t" || $0 == "\r" }
            if content.isEmpty || content.first == "#" { continue }
            do throws(ConfigurationError) {
                // JSON is YAML: so an error has its column, and the nearest known key.
                guard let node = try YAMLText.compose(String(line), path: path) else { continue }
                records.append(try record(node, path: path, isFirst: records.isEmpty))
            } catch {
                throw error.moved(downBy: index)
            }
        }
        return records
    }

    private static func record(
        _ node: SettingNode, path: String, isFirst: Bool
    ) throws(ConfigurationError) -> HostRecord {
        do throws(WrongValue) {
            let section = try SectionReader(
                node, shape: "an object with time and own_addresses, home_networks, …",
                names: [
                    "time", "own_addresses", "home_networks", "gateways", "served_ports",
                    "ephemeral_ports",
                ])
            var reading = HostReading(
                ownAddresses: try section.optional(
                    "own_addresses", .list(of: "addresses", .address)) ?? [],
                homeNetworks: try section.optional(
                    "home_networks", .list(of: "networks", .network)) ?? [],
                gateways: try section.optional(
                    "gateways", .list(of: "addresses", .address)) ?? [],
                servedPorts: try section.optional("served_ports", .servedPorts) ?? [])
            if let range = try section.optional("ephemeral_ports", .ports) {
                reading.ephemeralPorts = range
            }
            // Facts of one moment hold for everything, so the first line needs no time.
            let time =
                isFirst
                ? try section.optional("time", .moment)
                : try section.required("time", .moment)
            return HostRecord(
                time: time ?? Timestamp(nanoseconds: .min), reading: reading)
        } catch {
            throw ConfigurationError(path: path, position: error.position, cause: error.cause)
        }
    }

    /// `tcp/22` and `udp/27000-27015`, as the settings and the facts file write them.
    package static func words(_ ports: Set<ServedPort>) -> [String] {
        let byProtocol = Dictionary(grouping: ports, by: \.ipProtocol)
        return byProtocol.sorted { $0.key.rawValue < $1.key.rawValue }.flatMap { pair in
            PortRuns.of(Set(pair.value.map(\.port))).map { "\(pair.key)/\(words($0))" }
        }
    }

    /// `32768-60999`.
    package static func words(_ ports: ClosedRange<UInt16>) -> String {
        SettingForm<ClosedRange<UInt16>>.ports.write(ports)
    }
}

extension ConfigurationError {
    /// The same error, so many lines further down.
    fileprivate func moved(downBy lines: Int) -> ConfigurationError {
        var error = self
        for index in error.problems.indices {
            let column = error.problems[index].position?.column ?? 1
            error.problems[index].position = FilePosition(line: lines + 1, column: column)
        }
        return error
    }
}

extension SettingForm where Value == Timestamp {
    /// RFC 3339 in UTC with up to nine digits of a second.
    static var moment: SettingForm<Timestamp> {
        SettingForm("a moment such as 2010-10-25T13:16:38.341511Z") { text in
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count <= 2, text.hasSuffix("Z"),
                let date = try? Date(
                    parts.count == 2 ? parts[0] + "Z" : text, strategy: .iso8601)
            else { return nil }
            let fraction = parts.count == 2 ? parts[1].dropLast() : "0"
            guard (1...9).contains(fraction.count), let digits = Quantity.number(fraction) else {
                return nil
            }
            let scale = (fraction.count..<9).reduce(1) { scale, _ in scale * 10 }
            return Timestamp(
                seconds: Int64(date.timeIntervalSince1970), nanoseconds: Int64(digits * scale))
        } write: {
            $0.rfc3339Nanoseconds
        }
    }
}

extension Timestamp {
    /// RFC 3339 in UTC with nanoseconds: `2010-10-25T13:16:38.341511000Z`.
    package var rfc3339Nanoseconds: String {
        var seconds = nanoseconds / 1_000_000_000
        var fraction = nanoseconds % 1_000_000_000
        if fraction < 0 { (seconds, fraction) = (seconds - 1, fraction + 1_000_000_000) }
        let whole = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601).dropLast()
        let digits = String(fraction)
        return whole + "." + String(repeating: "0", count: 9 - digits.count) + digits + "Z"
    }
}
