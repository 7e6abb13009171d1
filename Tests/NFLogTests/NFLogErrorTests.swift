// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc
import Testing

@testable import NFLog

@Suite("Errors name the cause and the mend")
struct NFLogErrorTests {
    private let taken = [
        NFLogGroup(
            group: 5, portID: 812, queued: 0, copyMode: 2, copyRange: 192, flushCentiseconds: 0,
            owner: nil)
    ]

    private func cause(
        _ code: CInt, _ listing: NFLogError.Listing, netAdmin: Bool = true
    ) -> NFLogError.Cause {
        NFLogError.bindingCause(group: 5, errno: code, listing: listing, hasNetAdmin: netAdmin)
    }

    @Test("EPERM for a listed group means that it is taken")
    func listed() { #expect(cause(EPERM, .groups(taken)) == .taken(by: nil)) }

    @Test("EPERM for a group that nobody has means a missing right")
    func notListed() { #expect(cause(EPERM, .groups([])) == .noRight) }

    @Test("Without CAP_NET_ADMIN that is the cause, whoever has the group")
    func noCapability() {
        #expect(cause(EPERM, .groups(taken), netAdmin: false) == .noRight)
        #expect(cause(EPERM, .unreadable, netAdmin: false) == .noRight)
    }

    @Test("With CAP_NET_ADMIN and an unreadable list, only an owner can have refused us")
    func unreadable() { #expect(cause(EPERM, .unreadable) == .taken(by: nil)) }

    @Test("A kernel without nfnetlink_log is recognised", arguments: [EOPNOTSUPP, ENODEV, EINVAL])
    func noKernelPart(code: CInt) { #expect(cause(code, .absent) == .noKernelPart(errno: code)) }

    @Test("EINVAL with nfnetlink_log there is just what the kernel says")
    func invalid() { #expect(cause(EINVAL, .groups([])) == .system(errno: EINVAL)) }

    @Test("A kernel without netlink for netfilter is recognised when the socket is opened")
    func noProtocol() {
        let error = NFLogError(.open, group: 5, errno: EPROTONOSUPPORT)
        #expect(error.cause == .noKernelPart(errno: EPROTONOSUPPORT))
        #expect(error.kind == .unavailable)
    }

    @Test("A taken group names its owner and says what to do")
    func takenText() {
        let owner = GroupOwner(processID: 1, command: "ulogd")
        let error = NFLogError(.bind, group: 5, cause: .taken(by: owner))
        #expect(
            error.description == "cannot bind to the group (NFLOG group 5): it is taken by ulogd "
                + "(process 1). Stop that process, or use another group here and in the "
                + "firewall's rules.")
        #expect(error.kind == .unavailable)
    }

    @Test("A group that this process has already is said to be so")
    func ownText() {
        let owner = GroupOwner(processID: getpid(), command: "picket")
        let error = NFLogError(.bind, group: 5, cause: .taken(by: owner))
        #expect(
            error.description == "cannot bind to the group (NFLOG group 5): this process has it "
                + "already. List each group once.")
    }

    @Test("An owner that cannot be read is still an owner")
    func unknownOwner() {
        #expect(
            NFLogError(.bind, group: 5, cause: .taken(by: nil)).description.contains(
                "it is taken by another process. "))
        #expect(GroupOwner(processID: 7, command: "").description == "process 7")
    }

    @Test("A missing right names the capability")
    func rightText() {
        let error = NFLogError(.bind, group: 5, errno: EPERM)
        #expect(
            error.description == "cannot bind to the group (NFLOG group 5): Operation not "
                + "permitted. Run as root or grant CAP_NET_ADMIN.")
        #expect(error.kind == .permission)
        #expect(error.kind.rawValue == 77)
        #expect(NFLogError(.listGroups, errno: EACCES).description.hasSuffix("Run as root."))
    }

    @Test("A missing kernel part names the module and the kernel's option")
    func kernelText() {
        let text = NFLogError(.listGroups, errno: ENOENT).description
        #expect(text.hasPrefix("cannot list the NFLOG groups in use: "))
        #expect(text.contains("`modprobe nfnetlink_log`"))
        #expect(text.contains("CONFIG_NETFILTER_NETLINK_LOG"))
    }

    @Test("A library that lacks a function is too old, and is asked before it is used")
    func library() {
        #expect(LibraryCheck.firstMissing { _ in true } == nil)
        let name = "nflog_attr_put_cfg_cmd"
        #expect(LibraryCheck.firstMissing { $0 != name } == name)
        let error = NFLogError(.loadLibrary, cause: .libraryTooOld(missing: name))
        #expect(
            error.description == "cannot use libnetfilter_log: it is older than 1.0.2 (no \(name))."
                + " Install libnetfilter_log 1.0.2 or later.")
        #expect(error.kind.rawValue == 69)
        #expect(throws: Never.self) { try LibraryCheck.run() }
    }

    @Test("Anything else is a failed system call")
    func system() {
        let error = NFLogError(.receive, group: 5, errno: ENOMEM)
        #expect(
            error.description
                == "cannot receive (NFLOG group 5): Cannot allocate memory.")
        #expect(error.kind.rawValue == 71)
    }

    @Test("An acknowledgement is that of its request, and holds the errno")
    func acknowledgement() {
        func found(_ sequence: UInt32, _ bytes: [UInt8]) -> CInt? {
            unsafe NetlinkSocket.acknowledgement(of: sequence, in: bytes.span.bytes)
        }
        let refusal = message(type: MessageType.error, sequence: 3, host(Int32(-EPERM)))
        #expect(found(3, refusal) == EPERM)
        #expect(found(4, refusal) == nil)
        #expect(found(3, commonMessage(0)) == nil)
        #expect(found(0, []) == nil)
    }
}
