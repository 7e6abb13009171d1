# SPDX-License-Identifier: GPL-3.0-or-later
"""Each stage by itself: CPU time, instructions and allocations an event."""

import json
import os
import re
import resource
import subprocess
import sys

from report import Section, median, number

# Stage, what it is called, its options, the bar in nanoseconds.
STAGES = [
    ("walk", "netlink walk", (), None),
    ("parse", "parse", (), None),
    ("walk-parse", "walk + parse", (), 100),
    ("read", "all of the reader (walk, origin, parse, push)", (), None),
    ("ring", "ring push + pop", (), 10),
    ("ring-threads", "ring, two threads, both", (), None),
    ("detect", "detect, 1,000 sources", ("--sources", "1000"), None),
    ("detect", "detect, 65,536 sources", ("--sources", "65536"), 100),
    ("detect", "detect, 250,000 sources", ("--sources", "250000"), None),
    ("detect", "detect, 1,000,000 sources", ("--sources", "1000000"), 150),
    ("detect-mix", "detect, mixed drops, 65,536 scanners", ("--sources", "65536"), None),
    ("decide", "decide (a decision)", (), None),
    ("line", "write a decision as JSON", (), None),
]
# Stages whose event is a decision: fewer of them, and they may allocate.
SELDOM = ("decide", "line")
# Stages whose events may find something, which allocates: counted with thresholds that nothing reaches.
FINDING = ("detect", "detect-mix")


def run(bench):
    section = Section("stages", "what an event costs at each stage", bench.command("stages"))
    events, rounds = (200_000, 2) if bench.quick else (4_000_000, 5)
    sizes = (100_000, 200_000) if bench.quick else (1_000_000, 2_000_000)
    times = {name: [] for _, name, _, _ in STAGES}
    for turn in range(rounds):
        for stage, name, options, _ in STAGES:
            bench.say(f"stages: round {turn + 1} of {rounds}: {name}")
            count = events // 400 if stage in SELDOM else events
            result = json.loads(bench.run(bench.tools["stages"], stage, "--events", str(count),
                                          *options))
            times[name].append(result["ns"])
    rows = []
    for stage, name, options, bar in STAGES:
        bench.say(f"stages: instructions and allocations: {name}")
        value = median(times[name])
        if bar:
            section.bar(name, f"{number(value)} ns", f"≤ {bar} ns", value <= bar)
        # Filling a table takes callgrind longer than a short run may.
        skipped = bench.quick and options and options[-1] != "1000"
        work = "not in a short run" if skipped else number(instructions(bench, stage, options))
        rows.append((name, number(value), f"{number(min(times[name]))} to "
                     f"{number(max(times[name]))}", work,
                     allocations(bench, stage, options, sizes)))
    leaks = [row for row, stage in zip(rows, STAGES)
             if stage[0] not in SELDOM and row[4] != "0"]
    section.bar("allocations an event, every stage but the last two",
                "0" if not leaks else "; ".join(f"{row[0]}: {row[4]}" for row in leaks), "0",
                not leaks)
    replay(bench, section, rounds)
    section.table(("stage", "ns an event", "over the rounds", "instructions", "allocations"),
                  *rows)
    section.words(
        f"Medians of {rounds} rounds of {number(events)} events; every stage has its turn in each. "
        "Traffic of walk, parse, ring and detect: SYNs with one option to one of four ports of one "
        "host, a tenth over IPv6, from the sources in random order; the table has room for all, and "
        "holds them before the clock starts. *Mixed drops* are SYNs to random ports of 250 hosts (three in "
        "five), UDP, pings, FIN+ACK from port 443, and SYN+ACK. Instructions: callgrind at two "
        "sizes, subtracted. Allocations an event: counted by an interposed malloc at "
        f"{number(sizes[0])} and {number(sizes[1])} events, subtracted (the last two: at 1,000 and 2,000 decisions); of the detector's stages with thresholds "
        "that nothing reaches, since a finding allocates its lists.")
    return section


def instructions(bench, stage, options):
    """Instructions an event: two sizes, so that the start does not count."""
    small, large = (5_000, 15_000) if bench.quick else (50_000, 150_000)
    if stage in SELDOM:
        small, large = (50, 150)
    counts = []
    for events in (small, large):
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
             bench.tools["stages"], stage, "--events", str(events), *options],
            check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        result = json.loads(done.stdout)
        counts.append((result["events"],
                       int(re.search(r"Collected : (\d+)", done.stderr).group(1))))
    (first, less), (second, more) = counts
    return (more - less) / (second - first)


def allocations(bench, stage, options, sizes):
    """Allocations an event, as text; 0 when there are none at all between the two sizes."""
    if stage in SELDOM:
        sizes = (1_000, 2_000)
    if stage in FINDING:
        options = (*options, "--silent")
    counts = []
    for events in sizes:
        done = subprocess.run(
            [bench.tools["stages"], stage, "--events", str(events), *options], check=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "LD_PRELOAD": bench.tools["allocations"]})
        counts.append(int(re.search(r"allocations (\d+)", done.stderr).group(1)))
    more = counts[1] - counts[0]
    each = more / (sizes[1] - sizes[0])
    # A longer number in what is printed at the end is one allocation, or two.
    return "0" if abs(more) <= 3 else f"{each:.6f}" if each < 0.01 else f"{each:.1f}"


def processor_time(words):
    """Seconds of CPU that a program uses, from its start to its end."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def load(bench, kind, count):
    """A file for replay, made once a run."""
    path = f"{bench.folder}/load-{count}.{kind}"
    if not os.path.exists(path):
        with open(path, "wb") as file:
            subprocess.run([sys.executable, f"{bench.root}/contrib/test.d/make-load.py", kind,
                            str(count)], check=True, stdout=file)
    return path


def replay(bench, section, rounds):
    """Packets and lines that replay reads in a second of CPU; the floor only reads them."""
    sizes = (100_000, 50_000) if bench.quick else (2_000_000, 600_000)
    for kind, count, what, bar, floor in (
            ("pcap", sizes[0], "replay of a pcap, packets", 3e6, ["tcpdump", "-nr", "FILE", "ip[0] = 0"]),
            ("log", sizes[1], "replay of log text, lines", 1e6, ["wc", "-l", "FILE"])):
        bench.say(f"stages: {what}")
        path = load(bench, kind, count)
        own, least = [], []
        for _ in range(rounds):
            own.append(count / processor_time([bench.tools["picket"], "replay", path]))
            words = [path if word == "FILE" else word for word in floor]
            least.append(count / max(processor_time(words), 0.001))
        section.bar(f"{what} a CPU second", number(median(own)), f"≥ {number(bar)}",
                    median(own) >= bar,
                    f"{number(median(least))} ({' '.join(floor[:2])})")
        os.remove(path)
