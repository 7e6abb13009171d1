# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures with their bars, as tables on the screen and in Benchmarks/RESULTS.md."""

import datetime
import os
import platform
import re
import statistics
import subprocess

median = statistics.median


class Section:
    """What one part has measured."""

    def __init__(self, part, title, command):
        self.part, self.title, self.command = part, title, command
        self.bars, self.blocks = [], []
        self.rounds = None

    def bar(self, what, value, wanted, holds, floor="", peer=""):
        """A figure with what was promised of it; `holds` is None where nothing was."""
        verdict = "" if holds is None else "yes" if holds else "**no**"
        self.bars.append((what, value, wanted, verdict, floor, peer))

    def table(self, heading, *rows):
        self.blocks.append(lines_of(heading, rows))

    def words(self, text):
        self.blocks.append(text)

    def text(self, machine):
        parts = [f"## {self.part}: {self.title}",
                 f"`{self.command}`, {now()}; {machine}"]
        if self.bars:
            parts.append(lines_of(("figure", "measured", "bar", "holds", "floor", "peer"),
                                  self.bars))
        return "\n\n".join(parts + self.blocks) + "\n"


def lines_of(heading, rows):
    """A Markdown table that can also be read as it is."""
    rows = [tuple(map(str, row)) for row in (heading, *rows)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heading))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |"
             for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")


def machine():
    """The machine, the kernel, the compiler, and how busy it was."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = re.search(r"model name\s*: (.*)", file.read())
    with open("/proc/meminfo", encoding="ascii") as file:
        memory = round(int(file.readline().split()[1]) / 2**20)
    swift = subprocess.run(["swift", "--version"], check=False, stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL, text=True).stdout
    version = re.search(r"Swift version (\S+)", swift)
    commit = subprocess.run(["git", "-c", "safe.directory=*", "describe", "--always", "--dirty"], check=False,
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                            text=True).stdout.strip()
    return (f"{os.cpu_count()} × {model.group(1).strip() if model else platform.machine()}, "
            f"{memory} GiB, Linux {platform.release().split('-')[0]}, "
            f"Swift {version.group(1) if version else 'unknown'}, commit {commit or 'unknown'}, "
            f"load {os.getloadavg()[0]:.1f} at the start")


HEAD = """# Results

Written by `contrib/bench`, never by hand: each part replaces its own section. Times of a stage are CPU time;
medians of rounds in which all took turns. *Floor* is the least that the same machine needs for it in
the same run, *peer* the program that people use today. What each part does: [README.md](README.md);
where the time goes: [docs/PERFORMANCE.md](../docs/PERFORMANCE.md).
"""


def write(path, order, sections, host):
    """Replaces the sections that were measured, and keeps the others."""
    known = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            for piece in re.split(r"(?m)^(?=## )", file.read())[1:]:
                known[piece[3:].split(":")[0]] = piece.rstrip() + "\n"
    for section in sections:
        known[section.part] = section.text(host)
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join([HEAD] + [known[part] for part in order if part in known]))


def number(value, digits=1):
    """With thousands apart; no more digits than say something."""
    if isinstance(value, int) or value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.{digits}f}"
