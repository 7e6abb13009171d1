// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// What the daemon keeps of root's rights after set-up: CAP_NET_ADMIN under another user.
enum Privileges {
    /// Becomes the user; nothing happens where we are not root.
    ///
    /// - Parameter user: the login name from the settings; nil takes `picket` where the host has
    ///   such a user and stays root otherwise.
    /// - Parameter files: what was made as root and must be writable afterwards; folders first.
    /// Returns: one sentence for the log on what we are now.
    static func drop(to user: String?, keeping files: [String]) throws(StartError) -> String {
        guard System.isRoot else {
            let isOther = user.map { System.user(named: $0)?.uid != System.userID } ?? false
            return "running as user \(System.userID), which is not root: nothing to drop"
                + (isOther ? "; only root can become \(user ?? "") as daemon.user says" : "")
        }
        guard let (uid, gid) = System.user(named: user ?? "picket") else {
            if let user {
                throw StartError(
                    .configuration, "daemon.user: there is no user \(user) on this host")
            }
            return "running as root: there is no user picket to become"
        }
        guard uid != 0 else { return "running as root, as daemon.user says" }
        for path in files {
            if let folder = common(path) {
                throw StartError(
                    .configuration,
                    "cannot give \(folder) to user \(user ?? "picket"): it is the whole system's. "
                        + "Choose a folder of its own, such as \(folder)/picket, for the control "
                        + "socket, the table and the log")
            }
            let cause = System.give(path, uid: uid, gid: gid)
            if cause != 0 {
                throw StartError(
                    .system, "cannot give \(path) to user \(uid): \(System.message(of: cause))")
            }
        }
        if let failure = System.become(uid: uid, gid: gid) {
            throw StartError(.system, "cannot become \(user ?? "picket"): \(failure)")
        }
        return "running as \(user ?? "picket") with CAP_NET_ADMIN alone"
    }

    /// The path where it is a folder that others use too; whoever owns it could replace their files.
    private static func common(_ path: String) -> String? {
        let folder = URL(filePath: path).resolvingSymlinksInPath().path
        let names = folder.split(separator: "/")
        guard names.count > 1 else { return folder.hasPrefix("/") ? folder : nil }
        let isBelowVar = names.count == 2 && names[0] == "var"
        return isBelowVar || folder == "/dev/shm" || folder.hasPrefix("/etc/") ? folder : nil
    }
}
