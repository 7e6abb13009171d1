# SPDX-License-Identifier: GPL-3.0-or-later
"""Ordinary traffic between the two namespaces of a test, one story at a time.

usage: traffic.py STORY TARGET-NAMESPACE OUTSIDE-NAMESPACE

Both ends are in this process, so that each step follows the one before and nothing sleeps.
"""

import contextlib
import socket
import struct
import subprocess
import sys
import threading
import urllib.request

from wire import ACK, FIN, RST, SYN, inside, raw4, tcp4

TARGET = ("192.0.2.1", "2001:db8:1::1")
OUTSIDE = ("198.51.100.7", "2001:db8:2::7")
COUNT = 40  # far above every threshold, should one of them be counted


def in_namespace(name, *command):
    subprocess.run(["ip", "netns", "exec", name, *command], check=False,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)


def forget(target):
    """The target's firewall forgets all connections, as after a reboot of the router."""
    in_namespace(target, "conntrack", "-F")


def listener(address, port):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    server = socket.socket(family, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((address, port))
    server.listen(2 * COUNT)
    return server


def connection(address, server):
    """Both ends of a connection; made where this thread is."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    client = socket.socket(family, socket.SOCK_STREAM)
    client.settimeout(10)
    client.connect((address, server.getsockname()[1]))
    return client, server.accept()[0]


def served(target, outside):
    """ssh and http, to the end of each conversation."""
    from http.server import HTTPServer, SimpleHTTPRequestHandler

    class Page(SimpleHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "5")
            self.end_headers()
            self.wfile.write(b"page\n")

        def log_message(self, *_):
            pass

    class Six(HTTPServer):
        address_family = socket.AF_INET6

    with inside(target):
        webs = [HTTPServer((TARGET[0], 80), Page), Six((TARGET[1], 80), Page)]
        shells = [listener(address, 22) for address in TARGET]
    for web in webs:
        threading.Thread(target=web.serve_forever, daemon=True).start()
    with inside(outside):
        for _ in range(COUNT):
            for address in (TARGET[0], f"[{TARGET[1]}]"):
                assert urllib.request.urlopen(f"http://{address}/", timeout=10).read() == b"page\n"
            for address, shell in zip(TARGET, shells):
                client, server = connection(address, shell)
                server.sendall(b"SSH-2.0-Test\r\n")
                client.sendall(b"SSH-2.0-Test\r\n")
                assert client.recv(64) and server.recv(64)
                client.close()
                assert server.recv(64) == b""
                server.close()


def ping(_, outside):
    for address in TARGET:
        in_namespace(outside, "ping", "-q", "-n", "-c", "5", "-i", "0.01", "-W", "1", address)


def late_answers(target, outside):
    """Name servers and time servers that answer when the firewall has forgotten the question."""
    question = struct.pack("!6H", 7, 0x0100, 1, 0, 0, 0) + b"\4test\0" + struct.pack("!2H", 1, 1)
    answer = struct.pack("!6H", 7, 0x8180, 1, 0, 0, 0) + question[12:]
    time_question, time_answer = b"\x23" + bytes(47), b"\x24\x02" + bytes(46)
    for number, here in enumerate(OUTSIDE):
        family = socket.AF_INET6 if ":" in here else socket.AF_INET
        for port, ask, reply in ((53, question, answer), (123, time_question, time_answer)):
            with inside(outside):
                server = socket.socket(family, socket.SOCK_DGRAM)
                server.bind((here, port))
                server.settimeout(10)
            with inside(target):
                clients = [socket.socket(family, socket.SOCK_DGRAM) for _ in range(COUNT)]
            for client in clients:
                client.bind((TARGET[number], 0))
                client.sendto(ask, (here, port))
            askers = [server.recvfrom(512)[1] for _ in clients]
            forget(target)
            for asker in askers:
                server.sendto(reply, asker)
            for each in clients + [server]:
                each.close()


def late_ends_of_visits(target, outside):
    """Visitors of our servers close when the firewall has forgotten their connections."""
    for address in TARGET:
        with inside(target):
            servers = [listener(address, port) for port in (22, 80)]
        with inside(outside):
            pairs = [connection(address, server) for server in servers for _ in range(COUNT)]
        forget(target)
        close(pairs, servers, first=0)


def late_ends_of_errands(target, outside):
    """Servers that we have asked close when the firewall has forgotten it."""
    for address in OUTSIDE:
        with inside(outside):
            servers = [listener(address, port) for port in (443, 8080)]
        with inside(target):
            pairs = [connection(address, server) for server in servers for _ in range(COUNT)]
        forget(target)
        close(pairs, servers, first=1)


def close(pairs, servers, first):
    """Every second end closes with FIN, the others with RST."""
    for index, pair in enumerate(pairs):
        if index % 2:
            pair[first].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        pair[first].close()
    for pair in pairs:
        pair[1 - first].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        pair[1 - first].close()
    for server in servers:
        server.close()


def retransmitted_syn(_, outside):
    """Somebody who believes that there is a server, and asks again and again."""
    with inside(outside):
        sender = raw4()
    for _ in range(COUNT):
        sender.sendto(tcp4(OUTSIDE[0], TARGET[0], 40000, 8443, SYN, 7), (TARGET[0], 0))


def backscatter(_, outside):
    """Victims of somebody else's flood, which was forged to come from us, answer us."""
    with inside(outside):
        sender = raw4()
    for number in range(1, 251):
        for flags in (SYN | ACK, RST, RST | ACK):
            packet = tcp4(f"203.0.113.{number}", TARGET[0], 80, 40000 + number, flags, 9, 8)
            sender.sendto(packet, (TARGET[0], 0))


def neighbourhood(target, outside):
    """A printer and a telephone that say to everybody that they are there."""
    four = (("224.0.0.251", 5353), ("239.255.255.250", 1900), ("224.0.0.252", 5355),
            ("224.0.1.129", 319), ("239.1.2.3", 9999))
    six = (("ff02::fb", 5353), ("ff02::1:3", 5355), ("ff02::c", 1900))

    def sockets():
        net0 = socket.if_nametoindex("net0")
        yield socket.socket(socket.AF_INET, socket.SOCK_DGRAM), net0
        yield socket.socket(socket.AF_INET6, socket.SOCK_DGRAM), net0

    with inside(target):  # only a member of a group hears what it is told
        (member4, _), (member6, net0) = sockets()
        for group, _ in four:
            member4.setsockopt(
                socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                struct.pack("4s4si", socket.inet_aton(group), bytes(4), net0))
        for group, _ in six:
            member6.setsockopt(
                socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP,
                socket.inet_pton(socket.AF_INET6, group) + struct.pack("@I", net0))
    with inside(outside):
        (talker4, _), (talker6, net0) = sockets()
    talker4.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(OUTSIDE[0]))
    talker6.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, net0)
    for _ in range(COUNT):
        for group in four:
            talker4.sendto(b"here", group)
        for group in six:
            talker6.sendto(b"here", group)


def strangers(_, outside):
    """No ordinary traffic: twenty scanners at the same time, over ports and over hosts.

    No two ask for the same, else they would be one and its decoys.
    """
    with inside(outside):
        sender = raw4()
    for step in range(60):
        for number in range(101, 121):
            over_hosts = number % 2
            host = f"192.0.2.{32 + step % 32}" if over_hosts else TARGET[0]
            port = 4000 + number if over_hosts else 1000 + 60 * (number - 101) + step
            packet = tcp4(f"198.51.100.{number}", host, 40000 + step, port, SYN, number + step)
            sender.sendto(packet, (host, 0))


STORIES = {story.__name__.replace("_", "-"): story for story in (
    served, ping, late_answers, late_ends_of_visits, late_ends_of_errands, retransmitted_syn,
    backscatter, neighbourhood, strangers)}

if __name__ == "__main__":
    story, target, outside = sys.argv[1:]
    with contextlib.suppress(KeyboardInterrupt):
        STORIES[story](target, outside)
