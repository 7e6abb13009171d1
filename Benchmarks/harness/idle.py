# SPDX-License-Identifier: GPL-3.0-or-later
"""The daemon with nothing to do: wake-ups, memory, and how long it takes to be ready."""

import os
import shutil
import socket
import subprocess
import time

import processes
from consumers import Picket
from flood import send
from network import Network
from report import Section, median, number

# From the last event until it counts as idle. Unit: seconds.
REST = 12


def run(bench):
    section = Section("idle", "wake-ups, memory, start", bench.command("idle"))
    seconds, starts = (5, 5) if bench.quick else (30, 15)
    with Network() as network:
        times = []
        for turn in range(starts):
            bench.say(f"idle: start {turn + 1} of {starts}")
            times.append(start_time(bench, network))
        folder = f"{bench.folder}/idle"
        shutil.rmtree(folder, ignore_errors=True)
        picket = Picket(bench.tools, network, folder).start()
        try:
            pid = picket.process.pid
            processes.settle(pid)
            # Threads of the Swift runtime's pool end when they had nothing to do for 5 s.
            time.sleep(REST)
            fresh = processes.anonymous(pid)
            bench.say(f"idle: no live source, {seconds} s")
            quiet = wakes(pid, seconds)
            # Live sources: each sends one packet and is remembered for an hour.
            send(bench.tools, network, "--count", 1000, "--sources", 1000, "--pace", 10000, seed=1)
            processes.settle(pid)
            time.sleep(REST)
            bench.say(f"idle: live sources, {seconds} s")
            live = wakes(pid, seconds)
            bench.say("idle: after a flood")
            send(bench.tools, network, "--count", 500_000 if bench.quick else 2_000_000,
                 "--sources", 1_000_000, seed=2)
            processes.settle(pid)
            full, tables = processes.anonymous(pid), picket.status()["detector_bytes"]
        finally:
            picket.end()
        bench.say("idle: with the smallest tables")
        small = least(bench, network)
    beside = full - tables
    section.bar(f"wake-ups in {seconds} s, no live source", sum(quiet.values()), "0",
                sum(quiet.values()) == 0)
    section.bar("wake-ups a second, live sources", f"{sum(live.values()) / seconds:.2f}", "≤ 1",
                sum(live.values()) <= seconds)
    section.bar("anonymous memory, fresh, with tables of 1 MiB", f"{number(small / 1e6)} MB",
                "≤ 10 MB beside the tables", small <= 10e6 + (1 << 20))
    section.bar("after a flood of 1,000,000 sources, less the tables",
                f"{number(beside / 1e6)} MB", "≤ 10 MB", beside <= 10e6)
    section.bar(f"start to ready, median of {starts}", f"{number(median(times))} ms", "≤ 100 ms",
                median(times) <= 100)
    section.table(("state", "RssAnon MB", "of it tables MB"),
                  ("fresh, tables of 1 MiB", number(small / 1e6), "1.0"),
                  ("fresh", number(fresh / 1e6), "reserved; the index and the watch over many sources touched"),
                  ("after the flood", number(full / 1e6), number(tables / 1e6)))
    if quiet or live:
        section.words("Threads that woke: " + ", ".join(
            f"{name} {count}" for name, count in sorted({**quiet, **live}.items())))
    section.words("Wake-ups are voluntary context switches of all threads, from /proc. Ready is "
                  "READY=1 on the service manager's socket (sd_notify). They are counted from "
                  f"{REST} s after the last event. The tables are "
                  "`detector_bytes` of `picket status`, the setting `detection.memory` at its default.")
    return section


def least(bench, network):
    """Anonymous memory with the smallest tables that the settings allow: what is beside them."""
    folder = f"{bench.folder}/least"
    shutil.rmtree(folder, ignore_errors=True)
    picket = Picket(bench.tools, network, folder, detection=("memory: 1MiB",)).start()
    try:
        processes.settle(picket.process.pid)
        return processes.anonymous(picket.process.pid)
    finally:
        picket.end()


def wakes(pid, seconds):
    """{thread: how often it woke}, of those that did."""
    before = processes.threads(pid)
    time.sleep(seconds)
    after = processes.threads(pid)
    found = {}
    for thread, (_, count) in after.items():
        woken = count - before.get(thread, (0, 0))[1]
        if woken:
            found[thread[1]] = found.get(thread[1], 0) + woken
    return found


def start_time(bench, network):
    """Milliseconds from exec to READY=1."""
    folder = f"{bench.folder}/start"
    shutil.rmtree(folder, ignore_errors=True)
    picket = Picket(bench.tools, network, folder)
    path = f"{folder}/notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(path)
        os.chmod(path, 0o666)
        listener.settimeout(30)
        # In the namespace beforehand, so that entering it does not count.
        words = ["ip", "netns", "exec", network.target, "env", f"NOTIFY_SOCKET={path}",
                 *picket.words()]
        begun = time.monotonic()
        with subprocess.Popen(words, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            try:
                while b"READY=1" not in listener.recv(4096):
                    pass
                return (time.monotonic() - begun) * 1000
            finally:
                process.terminate()
                process.wait(30)
