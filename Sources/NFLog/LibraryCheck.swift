// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc

/// Whether the libnetfilter_log that is loaded has what we call.
///
/// The library tells its version nowhere, and its so-name stayed the same; the functions below
/// came with 1.0.2. Without this check a program built against 1.0.2 would end at the first call.
package enum LibraryCheck {
    static let needed = [
        "nflog_nlmsg_put_header", "nflog_attr_put_cfg_cmd", "nflog_attr_put_cfg_mode",
    ]

    package static func run() throws(NFLogError) {
        let missing = firstMissing { name in unsafe dlsym(nil, name) != nil }
        if let missing { throw NFLogError(.loadLibrary, cause: .libraryTooOld(missing: missing)) }
    }

    /// The first needed function that is not there.
    static func firstMissing(isThere: (String) -> Bool) -> String? {
        needed.first { !isThere($0) }
    }
}
