# SPDX-License-Identifier: GPL-3.0-or-later
"""From the packet that makes a scan to the line of `picket watch --json`, among a flood."""

import json
import shutil
import subprocess
import sys

from consumers import Picket
from network import Network, ended
from report import Section, median, number

RATES = (100, 10_000, 100_000, 300_000)
# How long Tests/Traffic/latency.py sends, with room for its start. Unit: seconds.
LENGTH = 8


def run(bench):
    section = Section("latency", "from the packet to the line of `picket watch --json`",
                      bench.command("latency"))
    rounds = 1 if bench.quick else 3
    results = {rate: [] for rate in RATES}
    with Network() as network:
        for turn in range(rounds):
            for rate in RATES:
                bench.say(f"latency: round {turn + 1} of {rounds}: {number(rate)} a second")
                results[rate].append(measure(bench, network, rate, turn + 1))
    rows = []
    for rate in RATES:
        p50, p99, longest = (median([result[key] for result in results[rate]])
                             for key in ("p50", "p99", "max"))
        lost = sum(result["lost"] for result in results[rate])
        told = sum(result["scans"] for result in results[rate])
        section.bar(f"p99 at {number(rate)} packets a second", f"{p99:.1f} ms", "≤ 10 ms",
                    p99 <= 10 and told == 100 * rounds)
        rows.append((number(rate), f"{p50:.1f}", f"{p99:.1f}", f"{longest:.1f}", told, lost))
    section.table(("packets a second", "p50 ms", "p99 ms", "longest ms", "scans told", "lost"),
                  *rows)
    section.words(
        f"Medians of {rounds} rounds of 100 scans each. The scanner sends 100 packets a second; the rest are SYNs "
        "of 65,536 random sources to one port. Each fifth packet of the scanner completes a scan; "
        "the time runs from just before it is sent until the watching program has read the line. "
        "The kernel keeps a batch until it is full or its next tick comes, up to 4 ms where HZ is 250.")
    return section


def measure(bench, network, rate, seed):
    """One daemon, one watcher, one hundred scans."""
    folder = f"{bench.folder}/latency"
    shutil.rmtree(folder, ignore_errors=True)
    picket = Picket(bench.tools, network, folder).start()
    try:
        if rate > 100:
            pace = rate - 100
            background = network.start(
                network.outside, bench.tools["flood"], "net0", network.mac, "--seed", str(seed),
                "--pace", str(pace), "--count", str(pace * LENGTH), stdout=subprocess.DEVNULL)
        else:
            background = subprocess.Popen(["true"])
        with ended(background):
            text = subprocess.run(
                [sys.executable, f"{bench.root}/Tests/Traffic/latency.py", network.outside,
                 bench.tools["picket"], picket.settings],
                check=True, stdout=subprocess.PIPE, timeout=120).stdout
    finally:
        picket.end()
    losses = picket.losses()
    return {**json.loads(text), "lost": losses["gap"] + losses["drop"]}
