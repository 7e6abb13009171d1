// SPDX-License-Identifier: GPL-3.0-or-later

/// Which known key somebody may have meant.
enum NearestKey {
    /// The nearest of the known keys, or nil when none is near.
    ///
    /// A whole key in the wrong section counts as near, so that `targets` finds `detection.targets`.
    /// Bound: keys beyond 64 characters have no neighbour.
    static func to(_ key: String, among known: [String]) -> String? {
        guard key.utf8.count <= 64 else { return nil }
        let last = lastPart(key)
        var best: (name: String, distance: Int)?
        for name in known {
            var distance = editDistance(key, name)
            if lastPart(name) == last { distance = min(distance, 1) }
            let allowed = max(2, last.count / 3)
            if distance <= allowed, distance < best?.distance ?? Int.max { best = (name, distance) }
        }
        return best?.name
    }

    private static func lastPart(_ key: String) -> Substring {
        key.split(separator: ".").last ?? ""
    }

    /// How many letters must be put in, left out, changed or swapped with their neighbour.
    static func editDistance(_ a: String, _ b: String) -> Int {
        let (a, b) = (Array(a.lowercased().utf8), Array(b.lowercased().utf8))
        var before: [Int] = []
        var previous = Array(0...b.count)
        for i in a.indices {
            var current = [i + 1]
            for j in b.indices {
                var best = min(
                    previous[j] + (a[i] == b[j] ? 0 : 1), previous[j + 1] + 1, current[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    best = min(best, before[j - 1] + 1)
                }
                current.append(best)
            }
            (before, previous) = (previous, current)
        }
        return previous[b.count]
    }
}
