// SPDX-License-Identifier: GPL-3.0-or-later

/// Which changes the kernel tells of at all: a classic BPF program that it runs itself.
///
/// A router with the whole Internet's routes changes many of them each second; none of those that
/// matter here is among them, and each would wake us.
enum ChangeFilter {
    /// One instruction: struct sock_filter, linux/filter.h.
    struct Instruction: Hashable {
        var code: UInt16
        var ifTrue: UInt8 = 0
        var ifFalse: UInt8 = 0
        var value: UInt32
    }

    /// Routes pass when they lead everywhere, or are the kernel's or a router announcement's own;
    /// links pass when a flag changed, such as up; all else passes.
    static let program: [Instruction] = [
        load(byte: typeOffset),
        jump(equal: UInt32(MessageType.route), ifTrue: 4),
        jump(equal: UInt32(MessageType.removedRoute), ifTrue: 3),
        jump(equal: UInt32(MessageType.link), ifFalse: 8),
        // struct ifinfomsg: the mask of changed flags.
        load(word: 16 + 12),
        jump(equal: 0, ifTrue: 5, ifFalse: 6),
        // struct rtmsg: the destination's width, then who made the route.
        load(byte: 16 + 1),
        jump(equal: 0, ifTrue: 4),
        load(byte: 16 + 5),
        jump(equal: UInt32(Route.advertised), ifTrue: 2),
        jump(equal: UInt32(Route.kernel), ifTrue: 1),
        drop,
        pass,
    ]

    /// The low byte of the message's type, which is below 256.
    private static let typeOffset: UInt32 = UInt16(1).littleEndian == 1 ? 4 : 5

    /// BPF_LD | BPF_B | BPF_ABS; beyond the end of a message it drops it.
    private static func load(byte offset: UInt32) -> Instruction {
        Instruction(code: 0x30, value: offset)
    }

    /// BPF_LD | BPF_W | BPF_ABS.
    private static func load(word offset: UInt32) -> Instruction {
        Instruction(code: 0x20, value: offset)
    }

    /// BPF_JMP | BPF_JEQ | BPF_K: how many instructions are skipped when it is so, and when not.
    private static func jump(
        equal value: UInt32, ifTrue: UInt8 = 0, ifFalse: UInt8 = 0
    ) -> Instruction {
        Instruction(code: 0x15, ifTrue: ifTrue, ifFalse: ifFalse, value: value)
    }

    /// BPF_RET | BPF_K with how many bytes to keep.
    private static let pass = Instruction(code: 0x06, value: .max)
    private static let drop = Instruction(code: 0x06, value: 0)
}
