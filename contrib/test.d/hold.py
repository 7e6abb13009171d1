#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds one thread of a process, as a debugger does, until standard input ends: ptrace(2).

Usage: hold.py THREAD       Prints `held` when the thread stands.
"""

import ctypes
import os
import sys

PTRACE_ATTACH, PTRACE_DETACH, WALL = 16, 17, 0x40000000  # linux/ptrace.h, linux/wait.h
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long
thread = int(sys.argv[1])
if libc.ptrace(PTRACE_ATTACH, thread, None, None) != 0:
    sys.exit(f"hold: cannot hold thread {thread}: {os.strerror(ctypes.get_errno())}")
os.waitpid(thread, WALL)
print("held", flush=True)
sys.stdin.read()
libc.ptrace(PTRACE_DETACH, thread, None, None)
