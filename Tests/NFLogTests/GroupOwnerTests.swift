// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import NFLog

@Suite("Who has a group")
struct GroupOwnerTests {
    @Test("The kernel's list of groups is read line by line")
    func groups() {
        let text =
            "    5  12081     3 2   192      0  1\n65535 4294963200     0 1 65531    100  2\n"
        let groups = NFLogGroup.parse(text)
        #expect(
            groups == [
                NFLogGroup(
                    group: 5, portID: 12081, queued: 3, copyMode: 2, copyRange: 192,
                    flushCentiseconds: 0, owner: nil),
                NFLogGroup(
                    group: 65535, portID: 4_294_963_200, queued: 0, copyMode: 1,
                    copyRange: 65531, flushCentiseconds: 100, owner: nil),
            ])
    }

    @Test("Lines that are not the list's are passed over", arguments: ["", "5 6", "a b c d e f"])
    func oddLines(text: String) { #expect(NFLogGroup.parse(text).isEmpty) }

    @Test("Only netfilter's sockets are taken from the list of netlink sockets")
    func sockets() {
        let text = """
            sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode
            0000000003216dda 0   12081      00000000 0        0        0     2        0        70699
            0000000045855053 12  12081      00000000 0        0        0     2        0        70724
            00000000a7061aa5 12  0          00000000 0        0        0     2        0        70706
            """
        #expect(
            GroupOwner.parse(text) == [
                GroupOwner.Socket(portID: 12081, inode: 70724),
                GroupOwner.Socket(portID: 0, inode: 70706),
            ])
    }

    @Test("The right to administer the network is read from a process's status")
    func capabilities() {
        #expect(Capabilities.hasNetAdmin(status: "Name:\tx\nCapEff:\t0000000000001000\n"))
        #expect(!Capabilities.hasNetAdmin(status: "CapPrm:\t0000000000001000\nCapEff:\t0000\n"))
        #expect(!Capabilities.hasNetAdmin(status: "CapEff:\tnonsense\n"))
        #expect(!Capabilities.hasNetAdmin(status: ""))
    }
}
