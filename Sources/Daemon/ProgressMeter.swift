// SPDX-License-Identifier: GPL-3.0-or-later

import Captures

/// One line on the terminal that says how far a replay is.
struct ProgressMeter {
    let enabled: Bool

    func show(file: String, _ progress: CaptureProgress) {
        guard enabled else { return }
        var text = "\(file): \(progress.packets) packets"
        if let total = progress.totalBytes, total > 0 {
            text += ", \(min(100, progress.bytesRead * 100 / total)) %"
        }
        System.writeError("\r\u{1b}[K" + text)
    }

    func clear() {
        if enabled { System.writeError("\r\u{1b}[K") }
    }
}
