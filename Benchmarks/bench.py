#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures the parts that are asked for, prints them, and writes Benchmarks/RESULTS.md.

contrib/bench builds what this needs and starts it; see there.
"""

import argparse
import importlib
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, f"{ROOT}/Benchmarks/harness")

import report  # noqa: E402

PARTS = ("stages", "flood", "latency", "idle", "psad")


class Bench:
    """What all parts share: where things are, and how long it may take."""

    root = ROOT

    def __init__(self, tools, peers, quick):
        self.quick = quick
        self.tools = {name: f"{tools}/{name}" for name in ("flood", "drain", "picket", "stages")}
        self.tools["allocations"] = f"{tools}/allocations.so"
        self.tools["psad"] = peers
        self.folder = tempfile.mkdtemp(prefix="picket-bench-")
        # The daemon may become another user, who must get to its files.
        os.chmod(self.folder, 0o755)

    def command(self, part):
        return f"contrib/bench {'--quick ' if self.quick else ''}{part}"

    @staticmethod
    def say(text):
        print(f"  {text}", file=sys.stderr, flush=True)

    @staticmethod
    def run(*words):
        return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tools", required=True)
    parser.add_argument("--peers", required=True)
    parser.add_argument("--results", required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("parts", nargs="+", choices=PARTS)
    given = parser.parse_args()
    bench = Bench(given.tools, given.peers, given.quick)
    machine = report.machine()
    sections, failed = [], []
    try:
        for part in given.parts:
            bench.say(f"== {part}")
            section = importlib.import_module(part).run(bench)
            sections.append(section)
            print(section.text(machine), flush=True)
            failed += [f"{part}: {bar[0]}: {bar[1]}, wanted {bar[2]}" for bar in section.bars
                       if bar[3] == "**no**"]
            report.write(given.results, PARTS, [section], machine)
    finally:
        shutil.rmtree(bench.folder, ignore_errors=True)
    for line in failed:
        print(f"does not hold: {line}", file=sys.stderr)
    held = sum(1 for section in sections for bar in section.bars if bar[3] == "yes")
    print(f"{held} bars hold, {len(failed)} do not; written to {given.results}", file=sys.stderr)


main()
