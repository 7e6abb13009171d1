// SPDX-License-Identifier: GPL-3.0-or-later

import Firewalls

/// The kernel's switches that decide beside the rules what a firewall's log can show.
///
/// Source: Documentation/networking/ip-sysctl.rst and nf_conntrack-sysctl.rst.
struct KernelCheck {
    /// Reads a file below /proc/sys/net; nil when it is not there.
    private let number: (String) -> Int?
    private let interface: String?

    init(
        interface: String? = Uplink.find(), number: @escaping (String) -> Int? = Uplink.number
    ) {
        self.interface = interface
        self.number = number
    }

    func results() -> [CheckResult] { [tracking, reversePath] }

    private var tracking: CheckResult {
        guard let most = number("netfilter/nf_conntrack_max"), most > 0 else {
            return .ok(
                "conntrack",
                "not loaded; without a rule that asks for states, answers to this host's own "
                    + "connections and scans can only be told apart by their ports")
        }
        let count = number("netfilter/nf_conntrack_count") ?? 0
        if count >= most - most / 10 {
            return .warning(
                "conntrack",
                "\(count) of \(most) connections are taken; when it is full the kernel drops new "
                    + "ones before the rules' end, and those are not seen",
                mend: "Raise net.netfilter.nf_conntrack_max")
        }
        var words = "on, \(count) of \(most) connections; FIN, NULL and XMAS packets are INVALID"
        if number("netfilter/nf_conntrack_tcp_loose") == 0 { words += ", and so are ACKs" }
        if number("netfilter/nf_conntrack_tcp_be_liberal") == 1 {
            words +=
                "; nf_conntrack_tcp_be_liberal is on: packets outside the window of a "
                + "connection are let by, which no scan needs"
        }
        return .ok("conntrack", words)
    }

    private var reversePath: CheckResult {
        let all = number("ipv4/conf/all/rp_filter") ?? 0
        let own = interface.flatMap { number("ipv4/conf/\($0)/rp_filter") } ?? 0
        let martians =
            (number("ipv4/conf/all/log_martians") ?? 0)
            | (interface.flatMap { number("ipv4/conf/\($0)/log_martians") } ?? 0)
        let place = interface.map { " on \($0)" } ?? ""
        switch max(all, own) {
        case 0:
            return .ok(
                "rp_filter", "off\(place): packets with forged sources come as far as the rules")
        case 1:
            return .ok(
                "rp_filter",
                "strict\(place): a packet whose source is reached by another interface is dropped "
                    + "after PREROUTING; only a rule in raw PREROUTING sees it"
                    + (martians == 0 ? "" : ", and the kernel's log (log_martians is on)"))
        default:
            return .ok(
                "rp_filter",
                "loose\(place): only packets whose source nobody can have are dropped after "
                    + "PREROUTING" + (martians == 0 ? "" : "; log_martians is on"))
        }
    }
}
