# SPDX-License-Identifier: GPL-3.0-or-later
"""scanlogd, from Debian's package, unpacked: it listens while a capture is played to it.

It has no way to read a file, so a capture is sent at its own speed over a cable in a network
namespace, to addresses that are local there and have no firewall: behind one that drops, its raw
socket would see nothing. Captures of more than a minute or 100,000 packets are not played, because
faster would be another scan. Its syslog is read from a socket of our own. It tells the source and
the flags, of TCP over IPv4."""

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time

from expect import Answer, Finding

LONGEST, MOST = 60, 100_000
LINE = re.compile(r"(\d+\.\d+\.\d+\.\d+)(?::\d+)? to (\S+) (?:and others, )?ports? .*?,"
                  r" ([fF?][sS?][rR?][pP?][aA?][uU?][xX?][yY?])")
FLAGS = {"S": "SYN", "F": "FIN", "": "NULL", "FPU": "XMAS", "A": "ACK", "FA": "maimon"}


def unplayable(packets):
    """Why a capture is not played, if it is not."""
    if len(packets) > MOST:
        return f"more than {MOST:,} packets"
    if packets[-1][0] - packets[0][0] > LONGEST:
        return f"longer than {LONGEST} s"
    return None


def ask(root, capture):
    """Plays a capture in namespaces of its own; needs root."""
    done = subprocess.run(["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child",
                           sys.executable, "-B", os.path.abspath(__file__), root, capture],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"scanlogd could not be asked: {done.stderr[-600:]}")
    return understood(json.loads(done.stdout))


def understood(lines):
    answer, by_source = Answer(), {}
    for line in lines:
        found = LINE.search(line)
        if found:
            answer.alerts += 1
            finding = by_source.setdefault(found[1], Finding(found[1], coarse=True))
            # A capital: set in every packet; a small letter: in none; a question mark: in some.
            name = "other" if "?" in found[3][:6] else FLAGS.get(
                re.sub("[a-zXY?]", "", found[3]), "other")
            finding.techniques = (finding.techniques or frozenset()) | {name}
    answer.findings = list(by_source.values())
    return answer


def inside(root, capture):
    """In the namespaces: a cable, scanlogd, the capture, what it said."""
    import frames
    run = lambda *words: subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    packets = frames.read(capture)
    run("mount", "--make-rprivate", "/")
    with open("/etc/passwd") as file:
        users = file.read()
    os.makedirs("/run", exist_ok=True)
    run("mount", "-t", "tmpfs", "none", "/run")
    os.makedirs("/run/scanlogd/empty")
    with open("/run/passwd", "w") as file:
        file.write(users + "scanlogd:x:65533:65533::/nonexistent:/usr/sbin/nologin\n")
    run("mount", "--bind", "/run/passwd", "/etc/passwd")
    for line in ("link set lo up", "link add wire type veth peer name net0 address 02:00:5e:00:00:02",
                 "link set wire up", "link set net0 up", "route add local 192.0.2.0/24 dev lo",
                 "route add default dev net0"):
        run("ip", *line.split())
    for name in ("all", "net0"):
        with open(f"/proc/sys/net/ipv4/conf/{name}/rp_filter", "w") as file:
            file.write("0")
    run("mount", "-t", "tmpfs", "none", "/dev")
    os.mknod("/dev/null", 0o20666, os.makedev(1, 3))
    log, lines = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM), []
    log.bind("/dev/log")
    os.chmod("/dev/log", 0o666)

    def listen():
        while True:
            lines.append(log.recv(4096).decode(errors="replace"))

    threading.Thread(target=listen, daemon=True).start()
    run(os.path.join(root, "usr/sbin/scanlogd"))  # it goes into the background
    time.sleep(0.3)
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    wire.bind(("wire", 0))
    begin, first = time.monotonic(), packets[0][0]
    for when, frame in packets:
        wait = when - first - (time.monotonic() - begin)
        if wait > 0.0005:
            time.sleep(wait)
        wire.send(frame)
    time.sleep(1)
    json.dump(lines, sys.stdout)


if __name__ == "__main__":
    inside(*sys.argv[1:])
