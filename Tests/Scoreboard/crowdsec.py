# SPDX-License-Identifier: GPL-3.0-or-later
"""CrowdSec, from Debian's package, unpacked: its iptables parser and scenario over kernel log text.

The package ships the hub; of it, these are switched on: crowdsecurity/syslog-logs, iptables-logs,
dateparse-enrich, iptables-scan-multi_ports. The file is read by `crowdsec -dsn` with the times of
its lines, with a local API in a network namespace without a way out; the alerts are read from its
database. It tells the source and nothing of kind, technique, tool or level."""

import os
import shutil
import sqlite3
import subprocess

from expect import Answer, Finding

HUB = {"parsers/s00-raw": "syslog-logs", "parsers/s01-parse": "iptables-logs",
       "parsers/s02-enrich": "dateparse-enrich", "scenarios": "iptables-scan-multi_ports"}
CONFIG = """\
common: {{daemonize: false, log_media: file, log_level: warning, log_dir: {0}}}
config_paths:
  config_dir: {0}/
  data_dir: {0}/data/
  simulation_path: {0}/simulation.yaml
  hub_dir: {0}/hub/
  index_path: {0}/hub/.index.json
  notification_dir: {0}/notifications/
  plugin_dir: {0}/plugins/
crowdsec_service: {{acquisition_path: {0}/acquis.yaml, parser_routines: 1}}
cscli: {{output: json}}
db_config:
  log_level: warning
  type: sqlite
  db_path: {0}/data/crowdsec.db
  flush: {{max_items: 1000000}}
api:
  client: {{credentials_path: {0}/credentials.yaml}}
  server: {{log_level: warning, listen_uri: "127.0.0.1:8080", profiles_path: {0}/profiles.yaml}}
prometheus: {{enabled: false}}
"""


def prepare(root, folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(os.path.join(folder, "data"))
    for name in ("notifications", "plugins"):
        os.makedirs(os.path.join(folder, name))
    for place, name in HUB.items():
        os.makedirs(os.path.join(folder, place))
        shutil.copy(os.path.join(root, "usr/share/crowdsec/hub", place, "crowdsecurity",
                                 f"{name}.yaml"), os.path.join(folder, place))
    shutil.copytree(os.path.join(root, "etc/crowdsec/patterns"), os.path.join(folder, "patterns"))
    for name in ("profiles.yaml", "simulation.yaml", "acquis.yaml"):
        shutil.copy(os.path.join(root, "etc/crowdsec", name), folder)
    shutil.copytree(os.path.join(root, "usr/share/crowdsec/hub"), os.path.join(folder, "hub"))
    with open(os.path.join(folder, "config.yaml"), "w") as file:
        file.write(CONFIG.format(folder))


def ask(root, log, folder):
    prepare(root, folder)
    config = os.path.join(folder, "config.yaml")
    credentials = os.path.join(folder, "credentials.yaml")
    agent, client = (os.path.join(root, "usr/bin", name) for name in ("crowdsec", "cscli"))
    script = ('ip link set lo up && "$2" -c "$3" machines add board --password board -f "$5" -o raw'
              ' && exec "$1" -c "$3" -no-capi -warning -dsn "file://$4" -type syslog')
    with open(credentials, "w") as file:
        file.write("url: http://127.0.0.1:8080\nlogin: board\npassword: board\n")
    done = subprocess.run(["unshare", "--net", "sh", "-c", script, "sh", agent, client, config, log,
                           credentials], capture_output=True, text=True, check=False, cwd=folder,
                          env={**os.environ, "TZ": "UTC"})
    if done.returncode != 0 or "Loaded 1 scenarios" not in done.stderr:
        raise RuntimeError(f"crowdsec ended with {done.returncode}: {done.stderr[-600:]}")
    base = sqlite3.connect(os.path.join(folder, "data/crowdsec.db"))
    try:
        sources = [row[0] for row in base.execute("select source_value from alerts order by id")]
    finally:
        base.close()
    return Answer(findings=[Finding(source) for source in dict.fromkeys(sources)],
                  alerts=len(sources))
