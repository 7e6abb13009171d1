// SPDX-License-Identifier: GPL-3.0-or-later

extension String {
    /// The text with everything that could break a line, or steer a terminal, replaced by `?`.
    ///
    /// Control characters, line and paragraph separators, and the marks that turn the direction of
    /// writing round. Prefixes and interface names come from the kernel as they are, and files may
    /// be anybody's.
    package var printable: String {
        // Nearly every text is plain, and then nothing is copied.
        if isPlainASCII { return self }
        var result = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar.value {
            case 0..<0x20, 0x7f...0x9f, 0x61c, 0x200e...0x200f, 0x2028...0x202e, 0x2066...0x2069:
                result.append("?")
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// Whether it holds nothing but letters, digits, signs and spaces of ASCII.
    private var isPlainASCII: Bool { utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f } }
}
