# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays every case to Picket and its peers, judges, and writes the table. contrib/scoreboard runs it."""

import argparse
import concurrent.futures
import os
import sys
import tempfile

sys.dont_write_bytecode = True
import crowdsec
import frames
import logtext
import picket
import psad
import quiet
import scanlogd
import scans
import table
import tools
from expect import Answer, judge

CASES = (*tools.RECORDED, *scans.BUILT, *quiet.QUIET)
# psad keeps 8.8 KB a source and reads 4,500 lines a second: a million forged sources are not for it.
MOST_LINES = 100_000


def capture(case, folder):
    """The case as a pcap file, its packets, and its kernel log text."""
    packets = list(case.packets())
    path, log = (os.path.join(folder, f"{case.name}.{end}") for end in ("pcap", "log"))
    frames.write(path, packets)
    if len(packets) <= MOST_LINES:
        with open(log, "w") as file:
            file.writelines(logtext.line(when, frame) for when, frame in packets)
    return path, log, packets


def ask_picket(binary, case, path):
    """The worse of the runs, so that right means right in all of them."""
    answers = picket.ask(binary, case, path)
    verdicts = [judge(case, answer) for answer in answers]
    worst = min(range(len(answers)), key=lambda at: (verdicts[at].right, verdicts[at].fields))
    return answers[worst], verdicts[worst]


def ask_peers(root, folder, names, case, path, log, packets):
    """What each peer says, by its name."""
    found = {}
    for name in names:
        many = len(packets) > MOST_LINES
        if name == "scanlogd":
            reason = scanlogd.playable(packets)
            found[name] = (Answer(not_played=reason) if reason
                           else scanlogd.ask(root, path))
        elif many:
            found[name] = Answer(not_played=f"more than {MOST_LINES:,} packets")
        elif name.startswith("psad"):
            found[name] = psad.ask(root, log, os.path.join(folder, f"{case.name}.{name}"),
                                   acks=name == "psad-acks")
        else:
            found[name] = crowdsec.ask(root, log, os.path.join(folder, f"{case.name}.{name}"))
    return found


def progress(case, verdict, answer):
    mark = "ok   " if verdict.fields else "field" if verdict.right else "WRONG"
    at = ", ".join(str(finding.targets) for finding in answer.findings[:3] if finding.targets)
    print(f"{mark} {case.name}: {'; '.join(verdict.wrong) or case.title}"
          f"{f' (at target {at})' if at else ''}", flush=True)


def main():
    parser = argparse.ArgumentParser(
        prog="contrib/scoreboard",
        description="Every scenario: what is expected, what Picket finds, and what psad, CrowdSec"
        " and scanlogd find in the same packets. Writes docs/SCOREBOARD.md when all cases and all"
        " peers were asked. Exit code 1 when Picket is wrong about anything.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these cases")
    parser.add_argument("--quick", action="store_true",
                        help="Picket alone, without the cases of a million packets: some seconds")
    parser.add_argument("--alone", action="store_true", help="Picket alone, all cases")
    parser.add_argument("--list", action="store_true", help="name the cases and end")
    parser.add_argument("--keep", metavar="FOLDER", help="leave captures and logs in this folder")
    parser.add_argument("--binary", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--peers", help=argparse.SUPPRESS)
    parser.add_argument("--output", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.list:
        for case in CASES:
            print(f"{case.name:22} {case.title}")
        return 0
    unknown = [name for name in options.names if name not in {case.name for case in CASES}]
    if unknown:
        parser.exit(64, f"contrib/scoreboard: no such case: {' '.join(unknown)}."
                        " `contrib/scoreboard --list` names them.\n")
    chosen = [case for case in CASES if not options.names or case.name in options.names]
    if options.quick and not options.names:
        chosen = [case for case in chosen if not case.large]
    peers = [] if options.quick or options.alone else ["psad", "psad-acks", "crowdsec", "scanlogd"]
    with tempfile.TemporaryDirectory(prefix="scoreboard-") as scratch:
        folder = options.keep or scratch
        os.makedirs(folder, exist_ok=True)
        rows = run(options.binary, options.peers, os.path.abspath(folder), peers, chosen)
    wrong = [case.name for case, answers in rows if not answers["picket"][1].fields]
    if peers and not options.names:
        table.write(options.output, rows, peers, options.binary, options.peers,
                    MOST_LINES)
        print(f"written: {options.output}")
    elif peers:
        print("\n".join(table.details(rows, ["picket", *peers])))
    print(f"{len(rows)} cases, Picket wrong about {len(wrong)}"
          f"{': ' + ' '.join(wrong) if wrong else ''}")
    return 1 if wrong else 0


def run(binary, root, folder, peers, cases):
    """[(case, {program: (answer, verdict)})]; the peers in the background, since scanlogd listens
    in real time."""
    rows, waiting = [], []
    # scanlogd sleeps most of the time, so its plays may overlap; the others compute.
    with (concurrent.futures.ThreadPoolExecutor(2) as computing,
          concurrent.futures.ThreadPoolExecutor(12) as listening):
        for case in cases:
            path, log, packets = capture(case, folder)
            answer, verdict = ask_picket(binary, case, path)
            progress(case, verdict, answer)
            answers = {"picket": (answer, verdict)}
            rows.append((case, answers))
            if not peers:
                os.remove(path)
                if os.path.exists(log):
                    os.remove(log)
            for name in peers:
                pool = listening if name == "scanlogd" else computing
                waiting.append((case, answers, name, pool.submit(
                    ask_peers, root, folder, [name], case, path, log, packets)))
        done = 0
        for case, answers, name, future in waiting:
            found = future.result()[name]
            answers[name] = (found, None if found.not_played else judge(case, found))
            done += 1
            if done % 20 == 0:
                print(f"-- peers: {done} of {len(waiting)}", flush=True)
    return rows


if __name__ == "__main__":
    sys.exit(main())
