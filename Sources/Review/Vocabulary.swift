// SPDX-License-Identifier: GPL-3.0-or-later

/// Numbers for words that come again and again, so that a million scans do not hold them each.
///
/// Bound: `capacity` words; those that come after share the last number.
struct Vocabulary: Sendable {
    private(set) var words: [String] = []
    private var numbers: [String: UInt16] = [:]
    private let capacity: Int

    /// What stands for all words that found no place.
    static let others = "(others)"

    init(capacity: Int = 4096) { self.capacity = max(2, min(capacity, Int(UInt16.max))) }

    subscript(number: UInt16) -> String { words[Int(number)] }

    mutating func number(of word: String) -> UInt16 {
        if let known = numbers[word] { return known }
        if words.count >= capacity { return UInt16(capacity - 1) }
        let number = UInt16(words.count)
        words.append(words.count == capacity - 1 ? Vocabulary.others : word)
        numbers[word] = number
        return number
    }
}
