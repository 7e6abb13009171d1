// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// The lab's own scanner, used when nmap is absent: one SYN to each port, from one source port.
///
/// It runs inside the lab's scanner namespace as `picket lab-send`.
package struct LabSender {
    package var source: Address
    package var target: Address
    package var ports: ClosedRange<UInt16>
    /// Unit: packets a second. Range: 1...10000.
    package var rate: Int

    /// Takes the words after `lab-send`: `--from A --to B --ports 1-100 --rate 200`.
    package static func run(arguments: [String]) throws(LabError) {
        try LabSender(arguments: arguments).send()
    }

    package init(arguments: [String]) throws(LabError) {
        var values = ["--ports": "1-100", "--rate": "200"]
        var index = 0
        while index < arguments.count {
            let name = arguments[index]
            guard ["--from", "--to", "--ports", "--rate"].contains(name) else {
                throw .usage("lab-send: unknown option '\(name)'")
            }
            guard index + 1 < arguments.count else {
                throw .usage("lab-send: \(name) needs a value")
            }
            values[name] = arguments[index + 1]
            index += 2
        }
        guard let source = values["--from"].flatMap({ Address($0) }),
            let target = values["--to"].flatMap({ Address($0) }), source.isV4 == target.isV4
        else { throw .usage("lab-send: --from and --to need two addresses of one family") }
        let ends = (values["--ports"] ?? "").split(separator: "-").map { UInt16($0) }
        guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2,
            first > 0, first <= last
        else { throw .usage("lab-send: --ports needs a port or a range such as 1-100") }
        guard let rate = values["--rate"].flatMap({ Int($0) }), (1...10_000).contains(rate) else {
            throw .usage("lab-send: --rate needs a number from 1 to 10000")
        }
        self.source = source
        self.target = target
        self.ports = first...last
        self.rate = rate
    }

    func send() throws(LabError) {
        let socket = try RawSocket.open(source: source)
        let start = LabSystem.now()
        for (count, port) in ports.enumerated() {
            // Each packet has its own time, so that a late one does not delay those after it.
            while LabSystem.now() - start < Double(count) / Double(rate) {
                LabSystem.pause(milliseconds: 1)
            }
            let segment = SynSegment(
                source: source, target: target, sourcePort: 40_000, targetPort: port,
                sequence: 0x5069_636b)
            try socket.send(segment.bytes, to: target)
        }
    }
}
