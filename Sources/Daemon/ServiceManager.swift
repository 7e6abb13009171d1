// SPDX-License-Identifier: GPL-3.0-or-later

/// The service manager that started us, if one did.
///
/// Source: sd_notify(3), sd_watchdog_enabled(3); the environment is read once, at the start.
struct ServiceManager: Sendable {
    let socket: String?
    /// How long it waits for a sign of life before it starts us anew; nil when it waits for none.
    let watchdogLimit: Duration?

    init(environment: [String: String]) {
        let path = environment["NOTIFY_SOCKET"]
        socket = path.flatMap { $0.isEmpty ? nil : $0 }
        // Whoever is not meant has inherited the words from its parent.
        let isMeant = environment["WATCHDOG_PID"].map { $0 == "\(System.processID)" } ?? true
        let limit = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
        watchdogLimit = socket != nil && isMeant && limit > 0 ? .microseconds(limit) : nil
    }

    func ready(_ status: String) { send("READY=1\nSTATUS=\(status)") }
    func reloading() { send("RELOADING=1") }
    func alive() { send("WATCHDOG=1") }
    func stopping() { send("STOPPING=1") }

    private func send(_ state: String) {
        if let socket { System.notify(state, socket: socket) }
    }
}
