# SPDX-License-Identifier: GPL-3.0-or-later
"""Two network namespaces with a cable between them, and a rule in one that logs what comes in."""

import atexit
import contextlib
import json
import os
import subprocess

GROUP = 5
PREFIX = "Shorewall:net-fw:DROP:"

# What is counted, logged and dropped before the route of a made-up source is looked up, and before
# anybody tracks connections: the load is the logging's, not the router's.
RULES = f"""
table inet bench {{
    counter logged {{ }}
    chain before {{
        type filter hook prerouting priority raw; policy accept;
        ip daddr 192.0.2.0/24 counter name logged log group {GROUP} prefix "{PREFIX}" drop
        ip6 daddr 2001:db8:1::/64 counter name logged log group {GROUP} prefix "{PREFIX}" drop
    }}
}}
"""


def run(*words, **options):
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True, **options).stdout


class Network:
    """The namespaces; removed at the end of the `with`, whatever happens in it."""

    def __init__(self):
        name = f"picket-bench-{os.getpid()}"
        self.target, self.outside = f"{name}-t", f"{name}-s"

    def __enter__(self):
        atexit.register(self.remove)
        for name in (self.target, self.outside):
            run("ip", "netns", "add", name)
        run("ip", "link", "add", "net0", "netns", self.target, "type", "veth",
            "peer", "name", "net0", "netns", self.outside)
        for name in (self.target, self.outside):
            # Nobody asks for neighbours or routers while we count.
            self.inside(name, "sysctl", "-qw", "net.ipv6.conf.net0.accept_dad=0",
                        "net.ipv6.conf.net0.router_solicitations=0",
                        "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.default.rp_filter=0")
            run("ip", "-n", name, "link", "set", "lo", "up")
            run("ip", "-n", name, "link", "set", "net0", "addrgenmode", "none")
            run("ip", "-n", name, "link", "set", "net0", "up")
        run("ip", "-n", self.target, "address", "add", "192.0.2.1/24", "dev", "net0")
        run("ip", "-n", self.outside, "address", "add", "198.51.100.7/32", "dev", "net0")
        run("ip", "-n", self.outside, "route", "add", "192.0.2.0/24", "dev", "net0")
        self.inside(self.target, "nft", "-f", "-", input=RULES)
        link = json.loads(run("ip", "-n", self.target, "-j", "link", "show", "net0"))
        self.mac = link[0]["address"]
        run("ip", "-n", self.outside, "neigh", "replace", "192.0.2.1", "lladdr", self.mac,
            "dev", "net0")
        return self

    def __exit__(self, *_):
        self.remove()

    def remove(self):
        atexit.unregister(self.remove)
        for name in (self.target, self.outside):
            subprocess.run(["ip", "netns", "delete", name], check=False,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    @staticmethod
    def inside(name, *words, **options):
        return run("ip", "netns", "exec", name, *words, **options)

    def start(self, name, *words, **options):
        """A program in a namespace, in the background."""
        return subprocess.Popen(["ip", "netns", "exec", name, *words], **options)

    def received(self):
        """Packets that came in at the target's interface, by its own counter."""
        link = json.loads(run("ip", "-n", self.target, "-s", "-j", "link", "show", "net0"))
        return link[0]["stats64"]["rx"]["packets"]

    def logged(self):
        """Packets that the rule handed to NFLOG."""
        text = self.inside(self.target, "nft", "-j", "list", "counter", "inet", "bench", "logged")
        return next(entry["counter"]["packets"] for entry in json.loads(text)["nftables"]
                    if "counter" in entry)


@contextlib.contextmanager
def ended(process, seconds=30):
    """Ends a program that we started, and waits for it."""
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
