// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import Firewalls

@Suite("Traps in the rules of nftables")
struct ListedTrapTests {
    /// One table `inet t` with a chain at input, and a chain `more`; statements as nft lists them.
    private func rules(
        _ input: [String], more: [String] = [], policy: String = "drop",
        maps: [ListedRules.NamedMap: [Any]] = [:]
    ) throws -> RuleSet {
        func rule(_ chain: String, _ number: Int, _ text: String) -> String {
            """
            {"rule": {"family": "inet", "table": "t", "chain": "\(chain)", "handle": \(number),
            "expr": [\(text)]}}
            """
        }
        let own = input.enumerated().map { rule("i", 10 + $0.offset, $0.element) }
        let other = more.enumerated().map { rule("more", 50 + $0.offset, $0.element) }
        let objects =
            [
                #"{"metainfo": {"json_schema_version": 1}}"#,
                #"{"table": {"family": "inet", "name": "t", "handle": 1}}"#,
                #"{"chain": {"family": "inet", "table": "t", "name": "more", "handle": 2}}"#,
                #"{"chain": {"family": "inet", "table": "t", "name": "i", "handle": 3, "type": "filter", "hook": "input", "prio": 0, "policy": "\#(policy)"}}"#,
            ] + own + other
        let text = "{\"nftables\": [\(objects.joined(separator: ",\n"))]}"
        return RuleSet(tables: try #require(ListedRules(text, maps: maps)).tables)
    }

    private let state =
        #"{"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": ["established", "related"]}}, {"accept": null}"#
    private let feed = #"{"log": {"prefix": "x ", "group": 5}}"#
    private let drop = #"{"drop": null}"#
    private let syn =
        #"{"match": {"op": "==", "left": {"&": [{"payload": {"protocol": "tcp", "field": "flags"}}, ["fin", "syn", "rst", "ack"]]}, "right": "syn"}}"#

    @Test("A copy before the policy, or in the rule that drops, is all it takes")
    func good() throws {
        #expect(Listing.traps(try rules([state, feed])) == [])
        #expect(Listing.traps(try rules([state, "\(feed), \(drop)"], policy: "accept")) == [])
        #expect(
            Listing.traps(try rules([state, #"{"jump": {"target": "more"}}"#], more: [feed])) == [])
    }

    @Test("A rate limit is found; one over which is dropped is none")
    func limit() throws {
        let limit = #"{"limit": {"rate": 3, "burst": 5, "per": "minute"}}"#
        let found = Listing.traps(try rules([state, "\(limit), \(feed)"]))
        #expect(found.map(\.kind) == [.limit])
        #expect(found.first?.finding.contains("inet t i, handle 11") == true)
        #expect(
            Listing.traps(try rules([state, #"{"limit": "named"}, "# + feed])).map(\.kind) == [
                .limit
            ])
        let over = #"{"limit": {"rate": 3, "burst": 5, "per": "minute", "inv": true}}"#
        #expect(
            Listing.traps(try rules([state, "\(over), \(feed), \(drop)", feed])) == [])
        let caller = Listing.traps(
            try rules([state, #"\#(limit), {"jump": {"target": "more"}}"#], more: [feed]))
        #expect(caller.map(\.kind) == [.limit])
        #expect(caller.first?.finding.contains("which leads to inet t more") == true)
    }

    @Test("A verdict map that drops is followed, key by key")
    func verdictMap() throws {
        let map =
            #"{"vmap": {"key": {"ct": {"key": "state"}}, "data": {"set": [["invalid", {"drop": null}], ["established", {"accept": null}]]}}}"#
        let found = Listing.traps(try rules([map, feed]))
        #expect(found.map(\.kind) == [.unseenDrop])
        #expect(found.first?.scans.prefix(4) == ["-sF", "-sN", "-sX", "-sM"])
        let invalid =
            #"{"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": "invalid"}}, "#
        #expect(Listing.traps(try rules([invalid + feed, map, feed])) == [])
    }

    @Test("A verdict map with a name is asked for, and followed")
    func namedMap() throws {
        let map =
            #"{"vmap": {"key": {"payload": {"protocol": "tcp", "field": "dport"}}, "data": "@m"}}"#
        let name = ListedRules.NamedMap(family: "inet", table: "t", name: "m")
        let elements: [Any] = [[445, ["drop": true]], [22, ["accept": true]]]
        let found = Listing.traps(try rules([map, feed], maps: [name: elements]))
        #expect(found.map(\.kind) == [.unseenDrop])
        #expect(found.first?.scans == ["445/tcp", "IPv6 445/tcp"])
        let text = """
            {"nftables": [{"metainfo": {}}, {"map": {"family": "inet", "name": "m", "table": "t",
            "type": "inet_service", "map": "verdict", "elem": [[22, {"accept": null}]]}}]}
            """
        #expect(ListedRules.elements(ofMap: text)?.count == 1)
    }

    @Test("Flags, protocols and negations are understood")
    func matches() throws {
        // Whatever is no SYN is dropped without a copy: the ACK scan and those that are INVALID.
        let other = syn.replacingOccurrences(of: #""op": "==""#, with: #""op": "!=""#)
        let found = Listing.traps(try rules([state, "\(other), \(drop)", feed]))
        #expect(found.map(\.kind) == [.unseenDrop])
        #expect(found.first?.scans.prefix(5) == ["-sF", "-sN", "-sX", "-sA", "-sM"])
        let notTCP =
            #"{"match": {"op": "!=", "left": {"meta": {"key": "l4proto"}}, "right": {"set": ["tcp", "udp"]}}}"#
        let missed = Listing.traps(try rules([state, "\(notTCP), \(drop)", feed]))
        #expect(missed.first?.scans == ["-sO", "-sY", "IPv6 -sO", "IPv6 -sY"])
    }

    @Test("Rules of one family in a table of both miss the other")
    func family() throws {
        let v4 =
            #"{"match": {"op": "==", "left": {"meta": {"key": "nfproto"}}, "right": "ipv4"}}, "#
        let found = Listing.traps(try rules([state, v4 + feed]))
        #expect(found.map(\.kind) == [.missingFamily])
        let address =
            #"{"match": {"op": "!=", "left": {"payload": {"protocol": "ip6", "field": "saddr"}}, "right": {"prefix": {"addr": "fe80::", "len": 10}}}}, "#
        #expect(
            Listing.traps(try rules([state, address + feed])).first?.finding.contains("IPv4")
                == true)
    }

    @Test("A statement that JSON does not show makes its rule one that nobody meets")
    func anonymous() throws {
        #expect(Listing.traps(try rules([state, #""jump {\n\t\t\tdrop\n\t\t}""#, feed])) == [])
    }

    @Test("Rules that iptables-nft made are told by name where iptables-save is missing")
    func extensions() throws {
        let found = Listing.traps(
            try rules([
                state, #"{"xt": {"type": "match", "name": "hashlimit"}}, "# + feed,
                #"{"xt": {"type": "match", "name": "recent"}}, {"xt": {"type": "target", "name": "REJECT"}}"#,
            ]))
        #expect(found.contains { $0.kind == .limit })
    }

    @Test(
        "What is no listing of nft is refused, and odd parts are left out",
        arguments: ["", "{}", "[]", "{\"nftables\": 3}", "nonsense", "{\"nftables\": [[]]}"])
    func broken(text: String) {
        #expect(ListedRules(text) == nil)
    }

    @Test("Odd objects are left out and never trap")
    func odd() throws {
        let text = """
            {"nftables": [{"rule": {}}, {"chain": {"table": 3}}, {"table": {"family": "moon"}},
            {"rule": {"family": "inet", "table": "t", "chain": "i", "expr": [{}, 3, {"vmap": 3},
            {"vmap": {"data": {"set": [[1], 2]}}}, {"match": {"left": {"payload": {"protocol": "tcp",
            "field": "dport"}}, "right": {"range": [9, 3]}}}, {"jump": {"target": "nowhere"}},
            {"log": {"group": 99999}}]}}]}
            """
        let rules = RuleSet(tables: try #require(ListedRules(text)).tables)
        #expect(Listing.traps(rules).map(\.kind) == [.unfed])
    }

    @Test("A chain that jumps to itself ends the walk, not the program")
    func loop() throws {
        let jump = #"{"jump": {"target": "more"}}"#
        _ = Listing.traps(try rules([feed, jump], more: [jump, jump, drop]))
    }

    @Test("A rule's text is found by its handle")
    func texts() {
        let text = """
            table inet t { # handle 1
            \tset s { # handle 4
            \t\ttype ipv4_addr
            \t}
            \tchain i { # handle 2
            \t\ttype filter hook input priority filter; policy drop;
            \t\tlog prefix "a # handle 9" group 5 # handle 3
            \t}
            }
            """
        #expect(
            RuleTexts.read(text)
                == [ListedRules.key("inet", "t", 3): "log prefix \"a # handle 9\" group 5"])
    }
}
