# SPDX-License-Identifier: GPL-3.0-or-later
"""psad and `picket replay` on the same log text."""

import importlib.util
import os
import resource
import sys

from report import Section, median, number
from stages import load, processor_time


def run(bench):
    lines, rounds = (3_000, 1) if bench.quick else (20_000, 3)
    section = Section("psad", "psad and `picket replay` on the same log text",
                      bench.command("psad"))
    path = load(bench, "log", lines)
    peer = scoreboard(bench)
    own, its = [], []
    for turn in range(rounds):
        bench.say(f"psad: round {turn + 1} of {rounds}")
        own.append(lines / processor_time([bench.tools["picket"], "replay", path]))
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        peer.ask(bench.tools["psad"], path, f"{bench.folder}/psad", False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        its.append(lines / (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))
    section.bar("lines a CPU second", number(median(own)), "≥ 1,000,000 (see stages)", None, "",
                f"psad {number(median(its))}")
    section.bar("times as many as psad 2.4.6", number(median(own) / median(its)), "told", None)
    section.words(
        f"Medians of {rounds} rounds over {number(lines)} lines of the kernel's LOG text (contrib/test.d/make-load.py); "
        "CPU time from start to end, so that with so few lines Picket's start weighs; a longer text is in "
        "the part *stages*. psad is Debian's, unpacked, `psad --Analyze` without mail, whois or name look-ups.")
    os.remove(path)
    return section


def scoreboard(bench):
    """The scoreboard knows how to run psad without it leaving a trace."""
    folder = f"{bench.root}/Tests/Scoreboard"
    sys.path.append(folder)
    spec = importlib.util.spec_from_file_location("scoreboard_psad", f"{folder}/psad.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
