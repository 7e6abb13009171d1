# SPDX-License-Identifier: GPL-3.0-or-later
"""psad, from Debian's package, unpacked: `psad --Analyze` over kernel log text.

Its settings are the package's but for paths and for mail, whois and other programs, which do
nothing: nothing leaves the machine. Every alert mail that it writes is an alert; what it says of a
source is taken from all of that source's mails. Before the case it is shown one more packet, of
somebody else, with TCP options: only then does it know that they are logged, and so Masscan.

It counts a source's packets over the whole file: offline a scan never times out, so it finds slow
ones that it would have forgotten when live."""

import calendar
import os
import re
import shutil
import subprocess
import time

import frames
import logtext
from expect import Answer, Finding

FLAGS = {"SYN": "SYN", "FIN": "FIN", "NULL": "NULL", "URG PSH FIN": "XMAS", "ACK": "ACK",
         "ACK FIN": "maimon"}
UNUSED = ("sendmailCmd whoisCmd wgetCmd ifconfigCmd killallCmd netstatCmd fwcheck_psadCmd"
          " psadwatchdCmd kmsgsdCmd psadCmd").split()


def settings(root, folder, acks):
    """psad.conf with the paths of a folder of its own."""
    with open(os.path.join(root, "etc/psad/psad.conf")) as file:
        text = file.read()
    values = {"HOSTNAME": "gate", "PSAD_DIR": f"{folder}/log", "PSAD_RUN_DIR": f"{folder}/run",
              "PSAD_FIFO_DIR": f"{folder}/fifo", "PSAD_CONF_DIR": f"{root}/etc/psad",
              "IGNORE_CONNTRACK_BUG_PKTS": "N" if acks else "Y"}
    values |= {name: "/bin/true" for name in UNUSED}
    mail = values["mailCmd"] = os.path.join(folder, "mail")
    with open(mail, "w") as file:
        file.write("#!/bin/sh\nexec cat >/dev/null\n")
    os.chmod(mail, 0o755)
    for name, value in values.items():
        text = re.sub(rf"(?m)^{name}\s.*$", f"{name} {value};", text)
    path = os.path.join(folder, "psad.conf")
    with open(path, "w") as file:
        file.write(text)
    return path


def mails(folder):
    """(source, text) of every alert mail."""
    top = os.path.join(folder, "log/ipt_analysis")
    for source in sorted(os.listdir(top)) if os.path.isdir(top) else ():
        inside = os.path.join(top, source)
        if os.path.isdir(inside) and source != "errs":
            for name in sorted(os.listdir(inside)):
                if name.endswith("_email_alert"):
                    with open(os.path.join(inside, name), errors="replace") as file:
                        yield source, file.read()


def understood(said):
    """One finding for each source."""
    answer, by_source, by_technique = Answer(), {}, {}
    for source, text in said:
        answer.alerts += 1
        finding = by_source.setdefault(
            source, Finding(source, coarse=True, knows=("masscan", "mirai")))
        level = re.search(r"Danger level: \[(\d)\]", text)
        finding.level = max(finding.level or 0, int(level[1])) if level else finding.level
        counts = by_technique.setdefault(source, {})
        for flags, packets in re.findall(r"\[([A-Z ]+): (\d+) packets", text):
            name = FLAGS.get(flags, "other")
            counts[name] = counts.get(name, 0) + int(packets)
        for name, pattern in (("UDP", r"Scanned UDP ports: \[[^:]+: (\d+) packets"),
                              ("IP-protocol", r"IP Protocol scan: \[(\d+) unique")):
            for packets in re.findall(pattern, text):
                counts[name] = counts.get(name, 0) + int(packets)
        # As in Picket: what made less than a tenth does not count. ICMP it does not name.
        many = sum(counts.values())
        finding.techniques = frozenset(
            name for name, packets in counts.items() if packets * 10 >= many) or None
        for mark, tool in (("Masscan", "masscan"), ("Mirai", "mirai")):
            if mark in text:
                finding.tool = tool
    answer.findings = list(by_source.values())
    return answer


def ask(root, log, folder, acks):
    """Reads the log text of a case, in a folder of its own."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("log", "run", "fifo"):
        os.makedirs(os.path.join(folder, name))
    path, whole = settings(root, folder, acks), os.path.join(folder, "kern.log")
    with open(log) as case, open(whole, "w") as file:
        text = case.read()
        seconds = calendar.timegm(time.strptime("2026 " + text[:15], "%Y %b %d %H:%M:%S"))
        file.write(logtext.line(seconds, frames.tcp(
            "203.0.113.254", 50000, "192.0.2.254", 60001, options=frames.LINUX)) + text)
    library = os.path.join(root, "usr/lib/x86_64-linux-gnu/perl5")
    modules = [os.path.join(root, "usr/share/perl5")]
    for top, names, _ in os.walk(os.path.join(root, "usr/lib")):
        if os.path.basename(os.path.dirname(top)) == "perl5":
            modules.append(top)
    environment = {**os.environ, "PERL5LIB": ":".join([*modules, library]), "TZ": "UTC"}
    done = subprocess.run(
        ["unshare", "--net", "/usr/bin/perl", os.path.join(root, "usr/sbin/psad"), "--Analyze",
         "-m", whole, "-c", path, "--analysis-write-data", "--email-analysis"],
        capture_output=True, text=True, env=environment, check=False)
    if "Finished --Analyze cycle" not in done.stdout:
        raise RuntimeError(f"psad ended early: {(done.stdout + done.stderr)[-400:]}")
    return understood(mails(folder))
