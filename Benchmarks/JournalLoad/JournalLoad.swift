// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc

/// Puts the journal under load; `contrib/bench-journal` runs it.
///
///     JournalLoad ratio FOLDER ROUNDS      detection at 10,000 decisions a second, with and without
///     JournalLoad fill FILE DECISIONS      a journal as many months would leave it
@main
enum JournalLoad {
    static func main() {
        let words = CommandLine.arguments.dropFirst()
        guard words.count == 3, let count = Int(words[3]), count > 0 else {
            print("usage: JournalLoad ratio FOLDER ROUNDS | fill FILE DECISIONS")
            exit(64)
        }
        switch words[1] {
        case "ratio": Ratio(folder: words[2], rounds: count).run()
        case "fill": Fill(path: words[2], count: count).run()
        default:
            print("usage: JournalLoad ratio FOLDER ROUNDS | fill FILE DECISIONS")
            exit(64)
        }
    }
}
