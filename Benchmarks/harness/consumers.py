# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs that read an NFLOG group, one like the other: started, looked at, ended."""

import json
import os
import subprocess

import processes
from network import GROUP, Network


class Consumer:
    """One program on the target's group; `name` is how the figures call it."""

    name = ""
    #: Threads whose CPU time counts; None: all.
    counted = None

    def __init__(self, tools, network, folder):
        self.tools, self.network, self.folder = tools, network, folder
        os.makedirs(folder, exist_ok=True)
        self.process = None

    def words(self):
        raise NotImplementedError

    def events(self):
        """How many packets it has seen."""
        raise NotImplementedError

    def start(self):
        self.process = self.network.start(
            self.network.target, *self.words(), stdout=subprocess.PIPE,
            stderr=open(f"{self.folder}/errors", "w", encoding="utf-8"))
        processes.wait_for(f"{self.name} has the group", self.has_group)
        return self

    def has_group(self):
        if self.process.poll() is not None:
            with open(f"{self.folder}/errors", encoding="utf-8") as file:
                raise RuntimeError(f"{self.name} ended: {file.read()[-500:]}")
        text = Network.inside(self.network.target, "cat", "/proc/net/netfilter/nfnetlink_log")
        return any(line.split()[0] == str(GROUP) for line in text.splitlines())

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
        output = self.process.communicate(timeout=60)[0]
        return output

    def losses(self):
        """What it says itself that it has lost, by place."""
        return {}


class Drain(Consumer):
    """The floor: counts messages and looks at nothing in them."""

    name = "count only (C)"

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.result = None

    def words(self):
        return [self.tools["drain"], str(GROUP)]

    def end(self):
        self.result = json.loads(super().end().splitlines()[-1])

    def events(self):
        return self.result["messages"]


class Picket(Consumer):
    """`picket run` with its own defaults, files in a folder of the run."""

    name = "Picket"
    counted = ("reader", "detector")

    def __init__(self, tools, network, folder, more=(), detection=()):
        super().__init__(tools, network, folder)
        self.settings = f"{folder}/picket.yaml"
        lines = ["detection:", f"  table: {folder}/table",
                 "  home-networks: [192.0.2.0/24, \"2001:db8:1::/48\"]",
                 *(f"  {line}" for line in detection),
                 "control:", f"  socket: {folder}/control.sock",
                 "journal:", f"  path: {folder}/picket.db",
                 "evidence:", f"  path: {folder}/evidence",
                 "log:", "  decisions:", f"    path: {folder}/decisions.json", *more]
        with open(self.settings, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        self.last = None

    def words(self):
        return [self.tools["picket"], "run", "--config", self.settings]

    def start(self):
        self.process = self.network.start(
            self.network.target, *self.words(), stdout=subprocess.DEVNULL,
            stderr=open(f"{self.folder}/errors", "w", encoding="utf-8"))
        processes.wait_for("Picket is ready", self.is_ready)
        return self

    def is_ready(self):
        self.has_group()
        with open(f"{self.folder}/errors", encoding="utf-8") as file:
            return "watching NFLOG groups" in file.read()

    def status(self):
        text = subprocess.run(
            [self.tools["picket"], "status", "--json", "--config", self.settings],
            check=True, stdout=subprocess.PIPE).stdout
        return json.loads(text)

    def end(self):
        self.last = self.status()
        super().end()

    def events(self):
        return sum(self.last["events"].values())

    def losses(self):
        losses = self.last["losses"]
        return {"gap": losses["gap"], "drop": losses["drop"], "refused": losses["refused"]}


class Ulogd(Consumer):
    """ulogd2 of Debian, with Picket's buffers and batches, writing to a file."""

    stack = plugin = section = ""
    sync = 0

    def words(self):
        configuration = f"{self.folder}/ulogd.conf"
        plugins = "/usr/lib/x86_64-linux-gnu/ulogd" if not self.tools.get("ulogd_plugins") else \
            self.tools["ulogd_plugins"]
        names = ["inppkt_NFLOG", "filter_IFINDEX", "filter_IP2STR", "filter_PRINTPKT",
                 "raw2packet_BASE", f"output_{self.plugin}"]
        lines = ["[global]", f'logfile="{self.folder}/ulogd.log"', "loglevel=5"]
        lines += [f'plugin="{plugins}/ulogd_{name}.so"' for name in names]
        lines += [f"stack={self.stack}", "[log1]", f"group={GROUP}", "unbind=0", "bind=0",
                  "bufsize=262144", f"netlink_socket_buffer_size={64 << 20}",
                  f"netlink_socket_buffer_maxsize={64 << 20}", "netlink_qthreshold=512",
                  "netlink_qtimeout=0", f"[{self.section}]", f'file="{self.output}"',
                  f"sync={self.sync}"]
        with open(configuration, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        return ["/usr/sbin/ulogd", "-c", configuration]

    @property
    def output(self):
        return f"{self.folder}/output"

    def events(self):
        """A line for each packet."""
        count = 0
        with open(self.output, "rb") as file:
            while block := file.read(1 << 20):
                count += block.count(b"\n")
        os.remove(self.output)
        return count


class UlogdEmu(Ulogd):
    name = "ulogd2 LOGEMU"
    stack = "log1:NFLOG,base1:BASE,ifi1:IFINDEX,ip2str1:IP2STR,print1:PRINTPKT,out1:LOGEMU"
    plugin, section = "LOGEMU", "out1"


class UlogdJSON(Ulogd):
    name = "ulogd2 JSON"
    stack = "log1:NFLOG,base1:BASE,ifi1:IFINDEX,ip2str1:IP2STR,out1:JSON"
    plugin, section = "JSON", "out1"
