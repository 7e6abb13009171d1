# SPDX-License-Identifier: GPL-3.0-or-later
"""What a peer said before about the same capture: its version, its runner and the packets must be
the same to the byte, so that it would say the same again."""

import dataclasses
import glob
import hashlib
import json
import os

from expect import Answer, Finding


class Memory:
    def __init__(self, root):
        self.folder = os.path.join(os.path.dirname(root), "answers")
        os.makedirs(self.folder, exist_ok=True)
        own = os.path.dirname(os.path.abspath(__file__))
        parts = sorted(os.path.basename(path) for path in glob.glob(os.path.join(root, "*.deb")))
        for name in ("psad.py", "crowdsec.py", "scanlogd.py", "logtext.py", "expect.py"):
            with open(os.path.join(own, name)) as file:
                parts.append(file.read())
        self.program = "\n".join(parts).encode()

    def path(self, name, capture):
        with open(capture, "rb") as file:
            mark = hashlib.sha256(name.encode() + b"\0" + self.program + file.read())
        return os.path.join(self.folder, mark.hexdigest())

    def recall(self, name, capture):
        try:
            with open(self.path(name, capture)) as file:
                found = json.load(file)
        except (OSError, ValueError):
            return None
        for finding in found["findings"]:
            for key in ("techniques", "knows", "members"):
                if finding[key] is not None:
                    finding[key] = (frozenset if key == "techniques" else tuple)(finding[key])
        findings = [Finding(**finding) for finding in found.pop("findings")]
        return Answer(findings=findings, **found)

    def keep(self, name, capture, answer):
        path = self.path(name, capture)
        with open(path + ".new", "w") as file:
            json.dump(dataclasses.asdict(answer), file, default=sorted)
        os.replace(path + ".new", path)
