# SPDX-License-Identifier: GPL-3.0-or-later
"""The same flood for each consumer in turn, some rounds; what each saw, lost and used."""

import json
import shutil

import processes
from consumers import Drain, Picket, UlogdEmu, UlogdJSON


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
