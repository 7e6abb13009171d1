#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a command as a unit file says, without systemd: user, rights, read-only files, system calls.

What systemd does with the directives that matter here, each by the same kernel feature: User=,
CapabilityBoundingSet=, AmbientCapabilities=, NoNewPrivileges=, ProtectSystem=strict, ProtectHome=,
ProtectProc=invisible, ProtectKernelTunables=, PrivateTmp=, PrivateIPC=, UMask=, SystemCallFilter=,
RestrictAddressFamilies=, RestrictNamespaces= and MemoryDenyWriteExecute=. A directive that is in the
unit and not known here ends it, so that nobody believes in a test that has passed something over.
Usage: as-unit.py UNIT UID WRITABLE[:WRITABLE...] COMMAND...       As root; the network stays.
"""

import ctypes
import errno
import os
import subprocess
import sys

libc = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNS, CLONE_NEWIPC = 0x00020000, 0x08000000  # linux/sched.h
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18  # linux/mount.h
AT_FDCWD, AT_RECURSIVE, MOUNT_ATTR_RDONLY = -100, 0x8000, 1
SYS_MOUNT_SETATTR = 442
NAMESPACES = 0x7E020080  # all CLONE_NEW... flags
PROT_WRITE, PROT_EXEC = 2, 4

# Done by systemd around the process, or of no effect on what a process can do here.
PASSED = set("""Description Documentation After Wants Type ExecStart ExecReload Restart RestartSec
    RestartPreventExitStatus WatchdogSec Group Environment RuntimeDirectory StateDirectory LogsDirectory
    ConfigurationDirectory RuntimeDirectoryMode StateDirectoryMode LogsDirectoryMode WantedBy
    PrivateDevices PrivateMounts DevicePolicy IPAddressDeny ProtectClock ProtectControlGroups
    ProtectHostname ProtectKernelLogs ProtectKernelModules KeyringMode LockPersonality RemoveIPC
    RestrictRealtime RestrictSUIDSGID SystemCallArchitectures SystemCallErrorNumber""".split())
DONE = set("""User CapabilityBoundingSet AmbientCapabilities NoNewPrivileges ProtectSystem ProtectHome
    ProtectProc ProtectKernelTunables PrivateTmp PrivateIPC UMask SystemCallFilter
    RestrictAddressFamilies RestrictNamespaces MemoryDenyWriteExecute""".split())
FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10, "AF_NETLINK": 16}


def directives(path):
    found = {}
    with open(path) as file:
        for line in file:
            name, equals, value = line.strip().partition("=")
            if equals and not line.startswith("#"):
                found.setdefault(name, []).append(value)
    unknown = set(found) - PASSED - DONE
    if unknown:
        sys.exit(f"as-unit: cannot imitate {', '.join(sorted(unknown))}: not known here")
    return found


def check(result, what):
    if result != 0:
        code = ctypes.get_errno()
        sys.exit(f"as-unit: cannot {what}: {os.strerror(code)}")


def mount(source, target, kind=None, flags=0, data=None):
    words = [x.encode() if x else None for x in (source, target, kind)]
    check(libc.mount(*words, ctypes.c_ulong(flags), data.encode() if data else None), f"mount {target}")


def set_read_only(path, yes):
    attributes = (ctypes.c_uint64 * 4)(MOUNT_ATTR_RDONLY if yes else 0, 0 if yes else MOUNT_ATTR_RDONLY, 0, 0)
    check(libc.syscall(ctypes.c_long(SYS_MOUNT_SETATTR), ctypes.c_int(AT_FDCWD), path.encode(),
                       ctypes.c_uint(AT_RECURSIVE), attributes, ctypes.c_size_t(32)), f"change {path}")


def is_set(unit, name, value="yes"):
    return unit.get(name, [""])[-1] == value


def close_files(unit, writable):
    """The file system as the unit shows it."""
    check(libc.unshare(CLONE_NEWNS | (CLONE_NEWIPC if is_set(unit, "PrivateIPC") else 0)), "unshare")
    mount(None, "/", flags=MS_REC | MS_PRIVATE)
    if is_set(unit, "ProtectProc", "invisible"):
        mount("proc", "/proc", "proc", data="hidepid=invisible")
    for path in writable:
        mount(path, path, flags=MS_BIND)
    if is_set(unit, "ProtectSystem", "strict"):
        set_read_only("/", True)
        for path in writable:
            set_read_only(path, False)
    hidden = ["/root", "/home"] * is_set(unit, "ProtectHome")
    for path in hidden:
        mount("tmpfs", path, "tmpfs", data="mode=000")
    for path in ["/tmp", "/var/tmp"] * is_set(unit, "PrivateTmp"):
        mount("tmpfs", path, "tmpfs", data="mode=1777")


def expand(name, seen):
    """The system calls of a set, as this systemd has them."""
    if not name.startswith("@"):
        return {name}
    if name in seen:
        return set()
    seen.add(name)
    listing = subprocess.run(["systemd-analyze", "--no-pager", "syscall-filter", name],
                             check=True, capture_output=True, text=True).stdout
    calls = set()
    for line in listing.split("\n")[1:]:
        word = line.strip()
        if word and not word.startswith("#"):
            calls |= expand(word, seen)
    return calls


def allowed(unit):
    calls = expand("@default", set())
    for line in unit["SystemCallFilter"]:
        names = line.lstrip("~").split()
        named = set().union(*(expand(name, set()) for name in names))
        calls = calls - named if line.startswith("~") else calls | named
    return calls


def filter_calls(unit, calls):
    import seccomp
    from seccomp import Arg, EQ, MASKED_EQ, NE
    refuse = seccomp.ERRNO(errno.EPERM)
    rules = seccomp.SyscallFilter(refuse)
    families = [FAMILIES[x] for x in unit["RestrictAddressFamilies"][-1].split()]
    writes = is_set(unit, "MemoryDenyWriteExecute")
    special = {"socket"}
    for family in families:
        rules.add_rule(seccomp.ALLOW, "socket", Arg(0, EQ, family))
    if writes:
        special |= {"mmap", "mprotect", "pkey_mprotect", "shmat"}
        for bits in (0, PROT_WRITE, PROT_EXEC):
            rules.add_rule(seccomp.ALLOW, "mmap", Arg(2, MASKED_EQ, PROT_WRITE | PROT_EXEC, bits))
        rules.add_rule(seccomp.ALLOW, "mprotect", Arg(2, MASKED_EQ, PROT_EXEC, 0))
    if is_set(unit, "RestrictNamespaces"):
        special |= {"clone", "unshare", "setns", "clone3"}
        rules.add_rule(seccomp.ALLOW, "clone", Arg(0, MASKED_EQ, NAMESPACES, 0))
        # As systemd: its flags cannot be looked at, and the C library then takes clone.
        rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
    for call in sorted(calls - special):
        try:
            rules.add_rule(seccomp.ALLOW, call)
        except RuntimeError:
            pass  # a call of another architecture
    rules.load()


def main():
    if sys.argv[1] == "--inside":
        unit = directives(sys.argv[2])
        filter_calls(unit, set(sys.argv[3].split()))
        os.execv(sys.argv[4], sys.argv[4:])
    path, uid, writable, command = sys.argv[1], sys.argv[2], sys.argv[3].split(":"), sys.argv[4:]
    unit = directives(path)
    calls = allowed(unit)
    close_files(unit, writable)
    os.umask(int(unit["UMask"][-1], 8))
    def words(name):
        return ",".join("+" + x.removeprefix("CAP_").lower() for x in unit[name][-1].split())

    os.execvp("setpriv", [
        "setpriv", "--reuid", uid, "--regid", uid, "--clear-groups",
        "--bounding-set", "-all," + words("CapabilityBoundingSet"),
        "--inh-caps", "-all," + words("AmbientCapabilities"),
        "--ambient-caps", "-all," + words("AmbientCapabilities"),
        *["--no-new-privs"] * is_set(unit, "NoNewPrivileges"),
        "/usr/bin/python3", os.path.abspath(__file__), "--inside", path, " ".join(calls), *command])


if __name__ == "__main__":
    main()
