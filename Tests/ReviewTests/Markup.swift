// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

/// A page read strictly, as XML would be: each element closed, each attribute quoted, no sign that
/// could be another one's beginning.
struct Markup {
    private(set) var elements: Set<String> = []
    private(set) var attributes: Set<String> = []

    /// What the report is made of.
    static let ours: Set<String> = [
        "html", "head", "meta", "title", "style", "body", "main", "header", "h1", "h2", "p", "dl",
        "div", "dt", "dd", "small", "section", "svg", "desc", "g", "rect", "line", "text", "ul",
        "li", "i", "details", "summary", "table", "thead", "tbody", "tr", "th", "td", "bdi", "span",
        "strong", "footer",
    ]

    init(_ page: String) throws {
        var rest = page.unicodeScalars[...]
        var open: [String] = []
        #expect(page.hasPrefix("<!DOCTYPE html>\n"))
        rest = rest.dropFirst(16)
        while let scalar = rest.popFirst() {
            if scalar == "&" {
                let name = Markup.take(&rest) { $0 != ";" }
                #expect(["amp", "lt", "gt", "quot", "#39"].contains(name), "an entity: \(name)")
            } else if scalar == "<" {
                if rest.first == "/" {
                    rest.removeFirst()
                    let name = Markup.take(&rest) { $0 != ">" }
                    let last = open.popLast()
                    #expect(last == name)
                    rest = rest.dropFirst()
                } else if let name = try readTag(&rest) {
                    open.append(name)
                }
            } else {
                #expect(scalar != ">" || open.last == "style", "text has no sign of a tag")
            }
        }
        #expect(open.isEmpty)
    }

    /// Reads a tag after its `<`; nil when it closes itself.
    private mutating func readTag(_ rest: inout Substring.UnicodeScalarView) throws -> String? {
        let name = Markup.take(&rest) { $0.properties.isAlphabetic || ("0"..."9").contains($0) }
        #expect(!name.isEmpty)
        elements.insert(name)
        while true {
            _ = Markup.take(&rest) { $0 == " " || $0 == "\n" }
            let popped = rest.popFirst()
            let next = try #require(popped)
            if next == ">" { return name }
            if next == "/" {
                let end = rest.popFirst()
                #expect(end == ">")
                return nil
            }
            let attribute = String(next) + Markup.take(&rest) { $0 != "=" }
            #expect(attribute.unicodeScalars.allSatisfy { $0.isASCII && $0.value > 0x20 })
            attributes.insert(attribute)
            rest = rest.dropFirst()
            let quote = rest.popFirst()
            #expect(quote == "\"", "the value of \(attribute) is quoted")
            let value = Markup.take(&rest) { $0 != "\"" }
            #expect(!value.contains("<"))
            rest = rest.dropFirst()
        }
    }

    private static func take(
        _ rest: inout Substring.UnicodeScalarView, while holds: (Unicode.Scalar) -> Bool
    ) -> String {
        var taken = String.UnicodeScalarView()
        while let scalar = rest.first, holds(scalar) {
            taken.append(scalar)
            rest.removeFirst()
        }
        return String(taken)
    }
}
