# SPDX-License-Identifier: GPL-3.0-or-later
"""A crowd at the control socket: clients that say nothing, that say nonsense, and that ask for
everything and read none of it.

usage: crowd.py SOCKET COUNT

Prints a line when all are there, and holds them until it is told to end.
"""

import random
import signal
import socket
import sys

WATCH = b'{"picket":1,"request":"watch","format":"ecs"}\n'


def main(path, count):
    chance = random.Random(7)
    clients = []
    for number in range(int(count)):
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        client.connect(path)
        client.setblocking(False)
        try:
            if number % 3 == 0:
                client.send(WATCH)
            elif number % 3 == 1:
                client.send(chance.randbytes(chance.randrange(1, 20000)))
        except (BlockingIOError, BrokenPipeError, ConnectionResetError):
            pass  # one too many is closed before it has said its piece
        clients.append(client)
    print("all are there", flush=True)
    signal.sigwait({signal.SIGTERM})


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    main(*sys.argv[1:])
