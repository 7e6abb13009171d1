#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service manager's end of sd_notify(3): prints what arrives, a line each.

Usage: listen.py SOCKET       Ends with its first SIGTERM.
"""

import os
import socket
import sys

listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o777)
while True:
    for line in listener.recv(4096).decode().split("\n"):
        print(line, flush=True)
