// SPDX-License-Identifier: GPL-3.0-or-later

/// The service manager that started us, if one did.
///
/// Source: sd_notify(3); `NOTIFY_SOCKET` is read once, at the start.
struct ServiceManager: Sendable {
    let socket: String?

    init(environment: [String: String]) {
        let path = environment["NOTIFY_SOCKET"]
        socket = path.flatMap { $0.isEmpty ? nil : $0 }
    }

    func ready(_ status: String) { send("READY=1\nSTATUS=\(status)") }
    func reloading() { send("RELOADING=1") }
    func stopping() { send("STOPPING=1") }

    private func send(_ state: String) {
        if let socket { System.notify(state, socket: socket) }
    }
}
