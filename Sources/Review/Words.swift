// SPDX-License-Identifier: GPL-3.0-or-later

import Control
import Packets

/// Parts of sentences.
enum Words {
    /// An address alone where the network is one.
    static func name(_ network: Network) -> String {
        network.isHost ? network.address.description : network.description
    }

    /// `1,234 packets`, `1 packet`.
    static func count(_ number: Int, _ noun: String, about: Bool = false) -> String {
        let digits = grouped(number)
        let plural = noun.hasSuffix("y") ? noun.dropLast() + "ies" : noun + "s"
        return (about ? "about " : "") + digits + " " + (number == 1 ? noun : plural)
    }

    static func grouped(_ number: Int) -> String {
        let digits = "\(number.magnitude)"
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return number < 0 ? "-" + text : text
    }

    /// `a, b and c`.
    static func list(_ parts: [String]) -> String {
        guard let last = parts.last, parts.count > 1 else { return parts.first ?? "" }
        return parts.dropLast().joined(separator: ", ") + " and " + last
    }

    /// A word of a command for a shell, whatever it holds.
    static func shell(_ word: String) -> String {
        let plain = word.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
            case UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"),
                UInt8(ascii: ":"), UInt8(ascii: "+"), UInt8(ascii: ","):
                true
            default: false
            }
        }
        if plain, !word.isEmpty { return word }
        return "'"
            + word.split(separator: "'", omittingEmptySubsequences: false)
            .joined(separator: "'\\''") + "'"
    }

    /// What the detector has of a source.
    static func now(_ report: SourceReport) -> String {
        let rise =
            report.accepted > 0
            ? "; \(count(report.accepted, "accepted connection")) of it raised that from the settings'"
            : ""
        let sum =
            "\(count(Int(clamping: report.packets), "counted packet")) to "
            + "\(count(report.targets, "target")), weight \(weight(report.weight)) of the "
            + "\(report.threshold) that make a scan\(rise)"
        let since = report.first.map { " since \($0)" } ?? ""
        switch report.standing {
        case .unknown: return "Now the detector has nothing of it."
        case .probation:
            return "Now the detector knows one packet of it"
                + (report.first.map { ", of \($0)" } ?? "")
                + ": that makes no scan of anybody."
        case .watched: return "Now the detector watches it\(since): \(sum)."
        case .scanning:
            return "Now it is scanning\(since), level \(report.level): "
                + "\(count(Int(clamping: report.packets), "counted packet")) to "
                + "\(count(report.targets, "target"))."
        case .asleep:
            return "Now it is quiet; the detector remembers its targets: \(sum)."
        }
    }

    /// `4`, `4.25`.
    private static func weight(_ weight: Double) -> String {
        let quarters = Int((weight * 4).rounded())
        let rest = ["", ".25", ".5", ".75"][abs(quarters) % 4]
        return "\(quarters / 4)\(rest)"
    }

    /// Breaks a line at spaces; lines after the first have its indentation.
    static func wrapped(_ line: String, to width: Int) -> [String] {
        let indentation = line.prefix { $0 == " " }
        var lines: [String] = []
        var current = String(indentation)
        for word in line.split(separator: " ") {
            let isFirst = current.count == indentation.count
            if !isFirst, current.count + 1 + word.count > width {
                lines.append(current)
                current = String(indentation) + word
            } else {
                current += (isFirst ? "" : " ") + word
            }
        }
        return lines + [current]
    }
}
