# SPDX-License-Identifier: GPL-3.0-or-later
"""Records the real tools: a scanner's namespace, a cable, and a namespace with a firewall.

What is kept is what the firewall dropped: a rule of the NFLOG target stands before the drop, and
tcpdump reads its group. Needs root, and nmap, masscan, zmap, hping3, tcpdump, iproute2, iptables.
"""

import contextlib
import os
import shlex
import signal
import struct
import subprocess
import sys
import tempfile
import time

import frames

SCANNER, TARGET = "scoreboard-scanner", "scoreboard-target"
BEGIN = 1_767_614_400  # 2026-01-05 12:00:00 UTC: every recording begins there
GROUP = 5

# name: (command, what the firewall lets in). The target has 192.0.2.0/24 and 2001:db8::/64.
TOOLS = {
    "nmap-syn": ("nmap -n -T4 -Pn -sS -p1-200 192.0.2.10", ""),
    "nmap-connect": ("nmap -n -Pn -sT -p1-100 192.0.2.10", ""),
    "nmap-fin": ("nmap -n -Pn -sF -p1-200 192.0.2.10", ""),
    "nmap-null": ("nmap -n -Pn -sN -p1-100 192.0.2.10", ""),
    "nmap-xmas": ("nmap -n -Pn -sX -p1-100 192.0.2.10", ""),
    "nmap-ack": ("nmap -n -Pn -sA -p1-200 192.0.2.10", ""),
    "nmap-window": ("nmap -n -Pn -sW -p1-100 192.0.2.10", ""),
    "nmap-maimon": ("nmap -n -Pn -sM -p1-200 192.0.2.10", ""),
    "nmap-udp": ("nmap -n -Pn -sU -p1-120 192.0.2.10", ""),
    "nmap-protocols": ("nmap -n -Pn -sO -p0-255 192.0.2.10", ""),
    "nmap-sctp": ("nmap -n -Pn -sY -p1-60 192.0.2.10", ""),
    "nmap-hosts": ("nmap -n -sn 192.0.2.32/27", ""),
    "nmap-echo": ("nmap -n -sn -PE 192.0.2.32/27", ""),
    "nmap-timestamp": ("nmap -n -sn -PP 192.0.2.32/27", ""),
    "nmap-system": ("nmap -n -Pn -sS -O --osscan-guess -p20-119 192.0.2.10", "80"),
    "nmap-fragments": ("nmap -n -Pn -sS -f -p1-100 192.0.2.10", ""),
    "nmap-from-80": ("nmap -n -Pn -sS -g 80 -p1-100 192.0.2.10", ""),
    "nmap-udp-from-53": ("nmap -n -Pn -sU -g 53 -p1-60 192.0.2.10", ""),
    "nmap-long": ("nmap -n -Pn -sS --data-length 40 -p1-100 192.0.2.10", ""),
    "nmap-ttl": ("nmap -n -Pn -sS --ttl 128 -p1-100 192.0.2.10", ""),
    "nmap-decoys": ("nmap -n -Pn -sS -D 198.51.100.20,203.0.113.30,203.0.113.99,ME,198.51.100.77"
                    " -p1-60 192.0.2.10", ""),
    "nmap-ports-of-hosts": ("nmap -n -Pn -sS -p22,80,443 192.0.2.32/27", ""),
    "nmap-block": ("nmap -n -Pn -sS -p21-25,80,110,143,443,3389 192.0.2.32/28", ""),
    "nmap-one-port": ("nmap -n -Pn -sS -p445 192.0.2.32/27", ""),
    "nmap6-syn": ("nmap -6 -n -Pn -sS -p1-100 2001:db8::10", ""),
    "nmap6-connect": ("nmap -6 -n -Pn -sT -p1-60 2001:db8::10", ""),
    "nmap6-udp": ("nmap -6 -n -Pn -sU -p1-60 2001:db8::10", ""),
    "nmap6-echo": ("nmap -6 -n -sn -PE 2001:db8::20/123", ""),
    "masscan": ("timeout 10 masscan -p80 192.0.2.0/24 --rate 1000 --wait 1 --adapter-ip 198.51.100.7"
                " --router-mac 02-00-5e-00-00-02 -e {device}", ""),
    "masscan-ports": ("timeout 10 masscan -p1-160 192.0.2.10 --rate 500 --wait 1 --adapter-ip 198.51.100.7"
                      " --router-mac 02-00-5e-00-00-02 -e {device}", ""),
    "zmap": ("zmap -p 443 -r 500 -c 1 -i {device} -G 02:00:5e:00:00:02 -S 198.51.100.7"
             " -b {empty} -o {empty} -q 192.0.2.0/24", ""),
    "hping": ("hping3 -q -S -p ++100 -c 100 -i u20000 192.0.2.10", ""),
    "hping-udp": ("hping3 -q -2 -p ++100 -c 60 -i u20000 192.0.2.10", ""),
}
# Played slower: the packets are those of the tool, the pauses are stretched.
SLOW = {
    "nmap-paranoid": ("nmap -n -Pn -sS --max-retries 0 --scan-delay 1s -p22,23,25,53,80,110,443,3389"
                      " 192.0.2.10", 300),
    "nmap-hourly": ("nmap -n -Pn -sS --max-retries 0 --scan-delay 1s -p21-28 192.0.2.10", 3600),
}


def run(*words, **options):
    return subprocess.run(words, check=True, **options)


@contextlib.contextmanager
def network():
    """The two namespaces, with the cable between them; removed afterwards."""
    for name in (SCANNER, TARGET):
        subprocess.run(["ip", "netns", "delete", name], stderr=subprocess.DEVNULL)
    try:
        for name in (SCANNER, TARGET):
            run("ip", "netns", "add", name)
        run("ip", "-n", SCANNER, "link", "add", "wire", "address", "02:00:5e:00:00:01", "type",
            "veth", "peer", "name", "net0", "address", "02:00:5e:00:00:02", "netns", TARGET)
        for line in (
            f"-n {SCANNER} link set lo up", f"-n {TARGET} link set lo up",
            f"-n {SCANNER} address add 198.51.100.7/32 dev wire",
            f"-n {SCANNER} address add 2001:db8:7::7/128 dev wire nodad",
            f"-n {SCANNER} link set wire up", f"-n {TARGET} link set net0 up",
            f"-n {SCANNER} route add 203.0.113.1 dev wire",
            f"-n {SCANNER} neighbor add 203.0.113.1 lladdr 02:00:5e:00:00:02 dev wire",
            f"-n {SCANNER} route add default via 203.0.113.1 src 198.51.100.7",
            f"-n {SCANNER} neighbor add fe80::5e lladdr 02:00:5e:00:00:02 dev wire",
            f"-n {SCANNER} -6 route add default via fe80::5e dev wire src 2001:db8:7::7",
            f"-n {TARGET} route add local 192.0.2.0/24 dev lo",
            f"-n {TARGET} -6 route add local 2001:db8::/64 dev lo",
            f"-n {TARGET} route add default dev net0",
        ):
            run("ip", *line.split())
        yield
    finally:
        for name in (SCANNER, TARGET):
            subprocess.run(["ip", "netns", "delete", name], stderr=subprocess.DEVNULL)


def firewall(open_port):
    """Drops what nobody asked for, and logs it first."""
    inside = ["ip", "netns", "exec", TARGET]
    for program in ("iptables", "ip6tables"):
        rules = ["-F INPUT", "-A INPUT -i lo -j ACCEPT",
                 "-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT"]
        if program == "ip6tables":
            rules.append("-A INPUT -p icmpv6 --icmpv6-type neighbour-solicitation -j ACCEPT")
            rules.append("-A INPUT -p icmpv6 --icmpv6-type neighbour-advertisement -j ACCEPT")
        if open_port:
            rules.append(f"-A INPUT -p tcp --dport {open_port} -m conntrack --ctstate NEW --syn"
                         " -j ACCEPT")
        rules += [f"-A INPUT -j NFLOG --nflog-group {GROUP}", "-A INPUT -j DROP"]
        for rule in rules:
            run(*inside, program, "-w", *rule.split())


def unwrap(record):
    """When the kernel saw the packet of a record of link type NFLOG, and the packet in a frame.

    Source: LINKTYPE_NFLOG of tcpdump.org: four bytes, then attributes of length, type, value."""
    at, when = 4, None
    while at + 4 <= len(record):
        length, kind = struct.unpack_from("<HH", record, at)
        if length < 4:
            break
        if kind == 3:  # NFULA_TIMESTAMP
            seconds, micros = struct.unpack_from("!QQ", record, at + 4)
            when = seconds + micros / 1_000_000
        if kind == 9 and when is not None:  # NFULA_PAYLOAD
            packet = record[at + 4:at + length]
            return when, frames.HOST + frames.ROUTER + (
                b"\x86\xdd" if packet[0] >> 4 == 6 else b"\x08\x00") + packet
        at += length + 3 & ~3
    raise ValueError("a record without a packet or its time")


def record(name, command, open_port, pause, path):
    """Runs one tool and keeps what was dropped. `pause` puts that many seconds between packets."""
    firewall(open_port)
    with tempfile.TemporaryDirectory() as folder:
        caught = os.path.join(folder, "caught.pcap")
        empty = os.path.join(folder, "empty")
        open(empty, "w").close()
        watch = subprocess.Popen(
            ["ip", "netns", "exec", TARGET, "tcpdump", "-q", "-U", "-n", "-Z", "root",
             "-i", f"nflog:{GROUP}", "-w", caught], stderr=subprocess.PIPE)
        # While somebody captures at the interface, the kernel notes when each packet came.
        clock = subprocess.Popen(["ip", "netns", "exec", TARGET, "tcpdump", "-q", "-n", "-i", "net0",
                                  "-w", "/dev/null"], stderr=subprocess.PIPE)
        for one in (watch, clock):
            one.stderr.readline()  # "listening on": from here on it sees packets
        try:
            words = shlex.split(command.format(device="wire", empty=empty))
            done = subprocess.run(["ip", "netns", "exec", SCANNER, *words], capture_output=True,
                                  timeout=300, text=True)
            time.sleep(1.5)  # the kernel hands its records over after a second at most
        finally:
            for one in (watch, clock):
                one.send_signal(signal.SIGINT)
                one.wait()
        packets = [unwrap(data) for _, data in frames.read(caught, link=239)]
    if not packets:
        sys.exit(f"{name}: nothing was caught.\n{command}\n{done.stdout}{done.stderr}")
    start = packets[0][0]
    packets = [(BEGIN + (index * pause if pause else when - start), frame)
               for index, (when, frame) in enumerate(packets)]
    frames.write(path, packets)
    print(f"{name}: {len(packets)} packets, {packets[-1][0] - BEGIN:.1f} s", flush=True)


def main(folder, names):
    os.makedirs(folder, exist_ok=True)
    every = {name: (command, port, None) for name, (command, port) in TOOLS.items()}
    every |= {name: (command, "", pause) for name, (command, pause) in SLOW.items()}
    unknown = [name for name in names if name not in every]
    if unknown:
        sys.exit(f"not a recording: {' '.join(unknown)}. There are: {' '.join(every)}")
    with network():
        for name in names or every:
            record(name, *every[name], os.path.join(folder, f"{name}.pcap"))


if __name__ == "__main__":
    main(os.path.join(os.path.dirname(os.path.abspath(__file__)), "recorded"), sys.argv[1:])
