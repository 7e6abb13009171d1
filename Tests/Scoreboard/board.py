# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays every case to Picket and its peers, judges, writes the table; for contrib/scoreboard."""

import argparse
import concurrent.futures
import os
import shutil
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
from memory import Memory

CASES = (*tools.RECORDED, *scans.BUILT, *quiet.HIDDEN, *quiet.QUIET)
# psad keeps 8.8 KB a source and reads 4,500 lines a second: not for a million forged sources.
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


def ask_peer(root, folder, name, path, log, memory):
    """What a peer says of a capture, or said before of the same one."""
    answer = memory.recall(name, path)
    if answer is None:
        answer = ask_anew(root, folder, name, path, log)
        memory.keep(name, path, answer)
    return answer


def ask_anew(root, folder, name, path, log):
    own = os.path.join(folder, f"{os.path.basename(path)}.{name}")
    if name == "scanlogd":
        return scanlogd.ask(root, path)
    if not os.path.exists(log):
        return Answer(not_played=f"more than {MOST_LINES:,} packets")
    if name == "crowdsec":
        return crowdsec.ask(root, log, own)
    return psad.ask(root, log, own, acks=name == "psad-acks")


def progress(case, verdict, answer):
    mark = "ok   " if verdict.fields else "field" if verdict.right else "WRONG"
    at = ", ".join(str(finding.targets) for finding in answer.findings[:3] if finding.targets)
    print(f"{mark} {case.name}: {'; '.join(verdict.wrong) or case.title}"
          f"{f' (at target {at})' if at else ''}", flush=True)


class Words(argparse.ArgumentParser):
    """Wrong words end with EX_USAGE, as everywhere in Picket."""

    def error(self, message):
        self.print_usage(sys.stderr)
        self.exit(64, f"{self.prog}: {message}\n")


def main():
    parser = Words(
        prog="contrib/scoreboard",
        description="Every scenario: what is expected, what Picket finds, and what psad, CrowdSec"
        " and scanlogd find in the same packets. Writes docs/SCOREBOARD.md when all cases and all"
        " peers were asked. Exit code 1 when Picket is wrong about anything.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these cases")
    parser.add_argument("--quick", action="store_true",
                        help="Picket alone, without the cases of a million packets: some seconds")
    parser.add_argument("--alone", action="store_true", help="Picket alone, all cases")
    parser.add_argument("--list", action="store_true", help="name the cases and end")
    parser.add_argument("--anew", action="store_true",
                        help="ask the peers again, also where their answer to the same packets is known")
    parser.add_argument("--keep", metavar="FOLDER", help="leave captures and logs in this folder")
    parser.add_argument("--binary", help=argparse.SUPPRESS)
    parser.add_argument("--peers", help=argparse.SUPPRESS)
    parser.add_argument("--output", help=argparse.SUPPRESS)
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in {case.name for case in CASES}]
    if unknown:
        parser.error(f"no such case: {' '.join(unknown)}; --list names them")
    if options.list:
        for case in CASES:
            print(f"{case.name:22} {case.title}")
        return 0
    chosen = [case for case in CASES if not options.names or case.name in options.names]
    if options.quick and not options.names:
        chosen = [case for case in chosen if not case.large]
    peers = [] if options.quick or options.alone else ["psad", "psad-acks", "crowdsec", "scanlogd"]
    with tempfile.TemporaryDirectory(prefix="scoreboard-") as scratch:
        folder = options.keep or scratch
        os.makedirs(folder, exist_ok=True)
        if options.anew and peers:
            shutil.rmtree(os.path.join(os.path.dirname(options.peers), "answers"),
                          ignore_errors=True)
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
    memory = Memory(root) if peers else None
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
                reason = scanlogd.unplayable(packets) if name == "scanlogd" else None
                if reason:
                    answers[name] = (Answer(not_played=reason), None)
                    continue
                pool = listening if name == "scanlogd" else computing
                waiting.append((case, answers, name, pool.submit(
                    ask_peer, root, folder, name, path, log, memory)))
        done = 0
        for case, answers, name, future in waiting:
            try:
                found = future.result()
            except (RuntimeError, OSError) as error:
                print(f"{name} could not be asked about {case.name}: {error}", file=sys.stderr)
                found = Answer(not_played="failed")
            answers[name] = (found, None if found.not_played else judge(case, found))
            done += 1
            if done % 20 == 0:
                print(f"-- peers: {done} of {len(waiting)}", flush=True)
    return rows


if __name__ == "__main__":
    sys.exit(main())
