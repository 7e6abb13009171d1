// SPDX-License-Identifier: GPL-3.0-or-later

/// How numbers with units are written in the settings.
package enum Quantity {
    /// Largest first, so that the first that divides a value is the one to write it in.
    private static let durations: [(unit: String, nanoseconds: Int64)] = [
        ("w", 604_800_000_000_000), ("d", 86_400_000_000_000), ("h", 3_600_000_000_000),
        ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000),
    ]

    private static let sizes: [(unit: String, bytes: Int)] = [
        ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("", 1),
    ]

    /// Reads `500ms`, `30s`, `10m`, `4h`, `7d`, `1w`.
    package static func duration(_ text: String) -> Duration? {
        guard let (number, unit) = split(text) else { return nil }
        for (name, nanoseconds) in durations where name == unit {
            let (product, overflow) = number.multipliedReportingOverflow(by: Int(nanoseconds))
            return overflow ? nil : .nanoseconds(product)
        }
        return nil
    }

    package static func text(_ duration: Duration) -> String {
        let parts = duration.components
        let (seconds, overflow) = parts.seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let nanoseconds = overflow ? Int64.max : seconds + parts.attoseconds / 1_000_000_000
        for (unit, size) in durations where nanoseconds >= size && nanoseconds % size == 0 {
            return "\(nanoseconds / size)\(unit)"
        }
        return "\(nanoseconds / 1_000_000)ms"
    }

    /// Reads `64MiB`, `64KiB`, `1GiB` and a bare number of bytes.
    static func size(_ text: String) -> Int? {
        guard let (number, unit) = split(text) else { return nil }
        for (name, bytes) in sizes where name == unit {
            let (product, overflow) = number.multipliedReportingOverflow(by: bytes)
            return overflow ? nil : product
        }
        return nil
    }

    static func text(size bytes: Int) -> String {
        for (unit, size) in sizes where bytes >= size && bytes % size == 0 {
            return "\(bytes / size)\(unit)"
        }
        return "\(bytes)"
    }

    /// Reads a decimal number without sign; YAML's other bases are not what anybody means here.
    static func number(_ text: some StringProtocol) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }

    private static func split(_ text: String) -> (Int, Substring)? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = number(digits) else { return nil }
        return (number, text[digits.endIndex...].drop { $0 == " " })
    }
}
