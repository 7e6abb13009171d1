# SPDX-License-Identifier: GPL-3.0-or-later
"""A TCP conversation, and one over UDP, whose messages can be told apart by their lengths.

banner.py serve PORT COUNT        answers COUNT conversations of either kind, then ends
banner.py talk ADDRESS PORT N     over TCP: N messages of 21, 22, ... bytes, each after an answer
banner.py tell ADDRESS PORT N     the same over UDP
"""

import select
import socket
import sys
import time


def kind(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def serve(port, count):
    streams = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)
    datagrams = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    datagrams.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    datagrams.bind(("::", port))
    last = time.monotonic() + 30
    while count > 0 and time.monotonic() < last:
        for ready in select.select([streams, datagrams], [], [], 1)[0]:
            if ready is datagrams:
                message, client = datagrams.recvfrom(2048)
                datagrams.sendto(b"ok", client)
                # The last message of a conversation says so.
                count -= message.endswith(b"!")
                continue
            connection, _ = streams.accept()
            connection.settimeout(10)
            while connection.recv(2048):
                connection.sendall(b"ok")
            connection.close()
            count -= 1


def messages(number):
    for index in range(1, number + 1):
        end = b"!" if index == number else b"."
        yield b"SSH-2.0-client-00-0" + b"-" * index + end


def talk(address, port, number):
    last = time.monotonic() + 10
    while True:
        try:
            connection = socket.create_connection((address, port), timeout=5)
            break
        except ConnectionRefusedError:
            # The server is not there yet.
            if time.monotonic() > last:
                raise
            time.sleep(0.02)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for message in messages(number):
        connection.sendall(message)
        connection.recv(2)
    connection.close()


def tell(address, port, number):
    client = socket.socket(kind(address), socket.SOCK_DGRAM)
    client.settimeout(5)
    client.connect((address, port))
    for message in messages(number):
        client.send(message)
        client.recv(2)


role, words = sys.argv[1], sys.argv[2:]
if role == "serve":
    serve(int(words[0]), int(words[1]))
else:
    {"talk": talk, "tell": tell}[role](words[0], int(words[1]), int(words[2]))
