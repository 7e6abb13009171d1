# SPDX-License-Identifier: GPL-3.0-or-later
"""From the packet that makes a scan to the line that `picket watch --json` prints.

usage: latency.py OUTSIDE-NAMESPACE PICKET SETTINGS

One hundred packets a second, each fifth of which completes a scan of its own source. Prints one
JSON object: the number of scans and the latencies in milliseconds.
"""

import json
import random
import subprocess
import sys
import threading
import time

from wire import SYN, inside, raw4, tcp4

TARGET = "192.0.2.1"
SOURCES = 100
INTERVAL = 10_000_000  # ns: 100 packets a second
# Each source asks for five of these in an order of its own: the same order from many is a scan with
# decoys, and forty ports of one host are a distributed one.
DICE = random.Random(1)
PORTS = [DICE.sample(range(1000, 1038), 5) for _ in range(SOURCES)]


def now():
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC)


def watchers(picket, settings):
    status = subprocess.run([picket, "status", "--json", "--config", settings],
                            stdout=subprocess.PIPE, check=True)
    return json.loads(status.stdout)["watchers"]


def read(stream, arrivals, all_there):
    for line in iter(stream.readline, b""):
        arrived = now()
        decision = json.loads(line)
        # A set of sources has none of its own.
        if decision["event"]["action"] == "scan-detected" and "source" in decision:
            arrivals[decision["source"]["ip"]] = arrived
        if len(arrivals) == SOURCES:
            all_there.set()


def rank(values, percent):
    """The smallest value that so many in a hundred do not exceed."""
    return values[-(-percent * len(values) // 100) - 1]


def main(outside, picket, settings):
    watch = subprocess.Popen([picket, "watch", "--json", "--config", settings],
                             stdout=subprocess.PIPE, bufsize=0)
    try:
        while watchers(picket, settings) == 0:
            pass
        arrivals, all_there = {}, threading.Event()
        threading.Thread(
            target=read, args=(watch.stdout, arrivals, all_there), daemon=True).start()
        with inside(outside):
            sender = raw4()
        sent = {}
        due = now()
        for number in range(SOURCES):
            source = f"198.51.100.{100 + number}"
            for count, port in enumerate(PORTS[number]):
                packet = tcp4(source, TARGET, 40000 + count, port, SYN, number)
                due += INTERVAL
                time.sleep(max(0, due - now()) / 1e9)
                sent[source] = now()
                sender.sendto(packet, (TARGET, 0))
        all_there.wait(10)
    finally:
        watch.kill()
        watch.wait()
    delays = sorted((arrivals[source] - sent[source]) / 1e6 for source in arrivals)
    print(json.dumps({"scans": len(delays), "p50": rank(delays, 50), "p99": rank(delays, 99),
                      "max": delays[-1]}))


if __name__ == "__main__":
    main(*sys.argv[1:])
