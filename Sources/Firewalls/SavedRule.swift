// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// Reads one line `-A CHAIN …` of `iptables-save`.
///
/// A match that is not known becomes an opaque condition, so that no packet is thought to meet it.
struct SavedRule {
    private let words: [String]
    /// What a rule can jump to.
    private let chains: Set<String>
    private var index = 2
    private var isNegated = false
    private var module = ""
    /// A module that has not been asked anything yet: `-m socket` alone is a condition too.
    private var isModulePending = false
    private var steps: [Step] = []

    init(words: [String], chains: Set<String>) {
        self.words = words
        self.chains = chains
    }

    mutating func read() -> [Step] {
        while index < words.count {
            let word = words[index]
            index += 1
            switch word {
            case "!": isNegated = true
            case "-m":
                closeModule()
                module = next() ?? ""
                isModulePending = !Self.quietModules.contains(module)
            case "-j", "-g":
                closeModule()
                target(next() ?? "", isGoto: word == "-g")
                return steps
            default: match(word)
            }
        }
        closeModule()
        return steps
    }

    /// Modules that ask nothing by themselves.
    private static let quietModules: Set<String> = [
        "tcp", "udp", "sctp", "dccp", "udplite", "icmp", "icmp6", "conntrack", "state", "comment",
        "multiport", "limit", "hashlimit", "addrtype", "set", "mark", "connmark", "recent",
    ]

    private mutating func closeModule() {
        // The reverse path of an ordinary packet is right.
        if isModulePending, module != "rpfilter" { add(.opaque("-m \(module)")) }
        isModulePending = false
    }

    private mutating func next() -> String? {
        guard index < words.count else { return nil }
        index += 1
        return words[index - 1]
    }

    /// What stands before the next option.
    private mutating func values() -> [String] {
        var values: [String] = []
        while index < words.count, words[index] != "!",
            !words[index].hasPrefix("-") || words[index].dropFirst().first?.isNumber == true
        {
            values.append(words[index])
            index += 1
        }
        return values
    }

    private mutating func add(_ test: Condition.Test) {
        steps.append(.condition(Condition(test, isNegated: isNegated)))
        isNegated = false
    }

    private mutating func match(_ option: String) {
        let values = values()
        let first = values.first ?? ""
        isModulePending = false
        switch option {
        case "-s", "--source": networks(first, { .source($0) })
        case "-d", "--destination": networks(first, { .destination($0) })
        case "-i", "--in-interface":
            add(.interfaces([first.hasSuffix("+") ? first.dropLast() + "*" : first]))
        case "-p", "--protocol":
            if first == "all" { return }
            guard let number = RuleWords.protocolNumber(first) else {
                return add(.opaque("protocol \(first)"))
            }
            add(.protocols([number...number]))
        case "--dport", "--dports": add(.ports(RuleWords.ports(first)))
        case "--sport", "--sports": add(.sourcePorts(RuleWords.ports(first)))
        case "--syn": add(.flags(mask: 0x17, value: 0x02))
        case "--tcp-flags":
            add(
                .flags(
                    mask: RuleWords.flags(first.split(separator: ",")),
                    value: RuleWords.flags((values.last ?? "").split(separator: ","))))
        case "--ctstate", "--state": add(.states(RuleWords.states(first.split(separator: ","))))
        case "--dst-type" where first.split(separator: ",").contains("LOCAL"): add(.local)
        case "--src-type" where first == "UNICAST": add(.always)
        case "--limit", "--hashlimit-upto", "--hashlimit":
            steps.append(.limit)
            isNegated = false
        case "--limit-burst", "--comment": break
        case _ where module == "hashlimit" && option != "--hashlimit-above": break
        case "--set" where module == "recent": isNegated = false  // it notes, and always holds
        case _ where module == "recent" && ["--name", "--mask"].contains(option): break
        default: add(.opaque(([module, option] + values).joined(separator: " ")))
        }
    }

    private mutating func networks(_ text: String, _ test: ([Network]) -> Condition.Test) {
        // A mask with holes is written out: 10.0.0.1/255.0.0.255.
        guard let network = Network(text) else { return add(.opaque("address \(text)")) }
        add(test([network]))
    }

    private mutating func target(_ name: String, isGoto: Bool) {
        if chains.contains(name) {
            return steps.append(.verdict(isGoto ? .goto(name) : .jump(name)))
        }
        switch name {
        case "ACCEPT", "DNAT", "SNAT", "MASQUERADE", "REDIRECT", "NETMAP":
            steps.append(.verdict(.accept))
        case "DROP": steps.append(.verdict(.drop))
        case "REJECT": steps.append(.verdict(.reject))
        case "RETURN": steps.append(.verdict(.return))
        case "QUEUE", "NFQUEUE", "TPROXY", "SYNPROXY", "TARPIT", "DELUDE", "CHAOS", "STEAL":
            steps.append(.verdict(.handedOver))
        case "NOTRACK": steps.append(.untrack)
        case "CT" where words[index...].contains("--notrack"): steps.append(.untrack)
        case "LOG": steps.append(.log(LogTarget(prefix: option("--log-prefix") ?? "")))
        case "NFLOG":
            steps.append(
                .log(
                    LogTarget(
                        group: option("--nflog-group").flatMap { UInt16($0) } ?? 0,
                        prefix: option("--nflog-prefix") ?? "",
                        size: option("--nflog-size").flatMap { Int($0) },
                        threshold: option("--nflog-threshold").flatMap { Int($0) })))
        default: break  // it marks, counts or changes the packet, which goes on
        }
    }

    private func option(_ name: String) -> String? {
        guard let place = words[index...].firstIndex(of: name), place + 1 < words.count else {
            return nil
        }
        return words[place + 1]
    }
}
