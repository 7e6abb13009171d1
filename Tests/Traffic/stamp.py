# SPDX-License-Identifier: GPL-3.0-or-later
"""Has the kernel stamp each packet on arrival, so that two NFLOG groups tell the same time of it.

Without anybody who asks for time stamps, each message has the time at which it was made.
"""

import signal
import socket

SO_TIMESTAMP = 29  # asm-generic/socket.h
asker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asker.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMP, 1)
print("stamping", flush=True)
signal.pause()
