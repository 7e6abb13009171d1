# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kernel says of a running program: CPU time and waits of its threads, memory."""

import os
import time


def threads(pid):
    """{(number, name): (CPU nanoseconds, voluntary switches)} of the threads that run now."""
    found = {}
    for number in os.listdir(f"/proc/{pid}/task"):
        folder = f"/proc/{pid}/task/{number}"
        try:
            with open(f"{folder}/comm", encoding="utf-8") as file:
                name = file.read().strip()
            with open(f"{folder}/schedstat", encoding="ascii") as file:
                used = int(file.read().split()[0])
            with open(f"{folder}/status", encoding="utf-8") as file:
                waits = next(int(line.split()[1]) for line in file
                             if line.startswith("voluntary_ctxt_switches"))
        except FileNotFoundError:  # it has ended meanwhile
            continue
        found[number, name] = (used, waits)
    return found


def used(before, after, names=None):
    """CPU nanoseconds between two looks, of the threads with these names; of all without."""
    total = 0
    for (number, name), (cpu, _) in after.items():
        if names is None or name in names:
            total += cpu - before.get((number, name), (0, 0))[0]
    return total


def waits(before, after):
    """Voluntary context switches between two looks: how often it slept and woke."""
    return sum(count - before.get(thread, (0, 0))[1] for thread, (_, count) in after.items())


def settle(pid, seconds=0.3, limit=120):
    """Returns when the program has used (nearly) no CPU for a while."""
    last, since, start = None, time.monotonic(), time.monotonic()
    while time.monotonic() - start < limit:
        time.sleep(0.05)
        total = sum(cpu for cpu, _ in threads(pid).values())
        if last is None or total - last > 2_000_000:
            last, since = total, time.monotonic()
        elif time.monotonic() - since >= seconds:
            return
    raise RuntimeError(f"process {pid} is still busy after {limit} s")


def anonymous(pid):
    """Unit: bytes."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("RssAnon")) * 1024


def wait_for(what, condition, seconds=30):
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > limit:
            raise RuntimeError(f"{what}: not within {seconds} s")
        time.sleep(0.01)
