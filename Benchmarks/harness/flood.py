# SPDX-License-Identifier: GPL-3.0-or-later
"""The same flood for each consumer in turn, some rounds; what each saw, lost and used."""

import json
import shutil

import processes
from consumers import Drain, Picket, UlogdEmu, UlogdJSON
from network import Network
from report import Section, median, number

# The floods: name, what Picket and the floor get, and how it is called.
LOADS = [
    ("65,536 sources, one port", ("--sources", "65536")),
    ("1,000,000 sources, one port", ("--sources", "1000000")),
    ("65,536 sources, random ports: every one a scanner",
     ("--sources", "65536", "--ports", "65535", "--hosts", "16")),
    ("250,000 sources, UDP to random ports", ("--sources", "250000", "--udp", "--ports", "4")),
]
# What ulogd2 can follow; faster, it only loses more.
PEER_PACE = 100_000


def send(tools, network, *options, seed):
    """Runs the generator to its end."""
    text = network.inside(network.outside, tools["flood"], "net0", network.mac,
                          "--seed", str(seed), *map(str, options))
    return json.loads(text)


def measure(kind, tools, network, folder, options, seed):
    """One consumer under one flood."""
    shutil.rmtree(folder, ignore_errors=True)
    consumer = kind(tools, network, folder).start()
    try:
        received, logged = network.received(), network.logged()
        before = processes.threads(consumer.process.pid)
        sent = send(tools, network, *options, seed=seed)
        processes.settle(consumer.process.pid)
        after = processes.threads(consumer.process.pid)
        received, logged = network.received() - received, network.logged() - logged
    finally:
        consumer.end()
    events = consumer.events()
    result = {
        "sent": sent["sent"], "received": received, "logged": logged, "events": events,
        "lost": logged - events, "rate": received / sent["seconds"],
        "cpu": processes.used(before, after, kind.counted) / max(events, 1),
        "all": processes.used(before, after) / max(events, 1), **consumer.losses()}
    for name in kind.counted or ():
        result[name] = processes.used(before, after, (name,)) / max(events, 1)
    return result


def run(bench):
    section = Section("flood", "the same flood for each who reads the group",
                      bench.command("flood"))
    count, peers, rounds = (1_000_000, 200_000, 1) if bench.quick else (5_000_000, 1_000_000, 3)
    loads = LOADS[:1] if bench.quick else LOADS
    with Network() as network:
        for place, (name, options) in enumerate(loads):
            kinds = [Drain, Picket] + ([UlogdEmu, UlogdJSON] if place == 0 else [])
            results = {kind: [] for kind in kinds}
            for turn in range(rounds):
                for kind in kinds:
                    bench.say(f"flood: {name}: round {turn + 1} of {rounds}: {kind.name}")
                    more = ("--count", count)
                    if kind not in (Drain, Picket):
                        more = ("--count", peers, "--pace", PEER_PACE)
                    results[kind].append(measure(
                        kind, bench.tools, network, f"{bench.folder}/flood",
                        (*options, *more), turn + 1))
            if place == 0:
                bars(section, results, count)
            section.words(f"**{name}**, {number(count)} packets as fast as they can be sent"
                          + (f"; ulogd2: {number(peers)} packets, {number(PEER_PACE)} a second, "
                             "since it loses more of a faster load" if len(kinds) > 2 else ""))
            section.table(
                ("reader", "packets a second", "received", "events", "gap", "ring",
                 "CPU ns an event", "of it reader", "detector", "whole process"),
                *[row(kind, results[kind]) for kind in kinds])
    section.words(
        "Medians of "
        f"{rounds} rounds in which the readers took turns; events and losses are sums. *Packets a second* and *received* "
        "are the receiving interface's own counters, *gap* what the netlink socket lost (sequence numbers; for "
        "the others packets logged less packets seen), *ring* what Picket's own ring could not take. A tenth "
        "of the sources speaks IPv6. The rule logs and drops in prerouting. The floor has Picket's "
        "socket settings; ulogd2 is Debian's, with the same buffers and batches, and writes a file.")
    return section


def bars(section, results, count):
    def middle(kind, key):
        return median([result[key] for result in results[kind]])

    floor, own = middle(Drain, "cpu"), middle(Picket, "cpu")
    emu, lines = middle(UlogdEmu, "cpu"), middle(UlogdJSON, "cpu")
    lost = sum(result["lost"] for result in results[Picket])
    rate = min(result["rate"] for result in results[Picket])
    section.bar(f"lost of {number(count)} packets, each round", number(lost), "0", lost == 0,
                number(sum(result["lost"] for result in results[Drain])),
                f"LOGEMU {number(sum(result['lost'] for result in results[UlogdEmu]))}")
    section.bar("slowest round, packets a second", number(rate), "≥ 800,000", rate >= 800_000,
                number(min(result["rate"] for result in results[Drain])))
    section.bar("reader + detector, CPU an event", f"{number(own)} ns",
                f"≤ {number(3 * floor)} ns (3 × floor)", own <= 3 * floor, f"{number(floor)} ns",
                f"LOGEMU {number(emu)} ns, JSON {number(lines)} ns")
    section.bar("times less CPU than ulogd2 LOGEMU", number(emu / own), "≥ 30", emu / own >= 30,
                number(emu / floor), f"JSON {number(lines / own)} times")


def row(kind, results):
    def middle(key):
        return median([result[key] for result in results])

    def total(key):
        return sum(result.get(key, 0) for result in results)

    lost = total("gap") if kind is Picket else total("lost")
    ring = number(total("drop")) if kind is Picket else ""
    threads = [number(middle(name)) for name in kind.counted] if kind.counted else ["", ""]
    return (kind.name, number(middle("rate")), number(total("received")), number(total("events")),
            number(lost), ring, number(middle("cpu")), *threads, number(middle("all")))
