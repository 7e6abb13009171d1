// SPDX-License-Identifier: GPL-3.0-or-later

import GRDB

/// The journal's tables. docs/review.md shows them to whoever asks with SQL of his own.
///
/// Moments are nanoseconds since 1970 in UTC; addresses are ``AddressKey``s; a network is its first
/// address and its width (0...32 or 0...128). What a decision says of itself stands in narrow
/// columns, so that a million of them are read in a second; the whole document is in a table of its
/// own, which only those rows are read of that are shown.
///
/// A migration that was in a release is never changed: add one.
enum Schema {
    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1: decisions, scans, losses, evidence") { db in
            try db.execute(sql: first)
        }
        return migrator
    }()

    private static let first = """
        -- A start of the daemon. A sequence number counts within its run.
        CREATE TABLE run (
          id INTEGER PRIMARY KEY,
          started INTEGER NOT NULL,
          host TEXT NOT NULL,
          version TEXT NOT NULL,
          pid INTEGER NOT NULL
        ) STRICT;

        -- What was decided, in the order in which it was committed.
        CREATE TABLE decision (
          id INTEGER PRIMARY KEY,
          run INTEGER NOT NULL,
          sequence INTEGER NOT NULL,
          time INTEGER NOT NULL,
          action TEXT NOT NULL,
          level INTEGER NOT NULL,
          -- picket.scan.kind; null for what is no scan.
          kind TEXT,
          -- The source: its network as the detector counts it, and the first address seen. Null
          -- where there is none: losses, floods, sets.
          network BLOB,
          width INTEGER,
          address BLOB,
          -- The only destination; null where there are several.
          destination BLOB,
          direction TEXT,
          transport TEXT,
          tool TEXT,
          techniques TEXT,
          packets INTEGER,
          targets INTEGER,
          hosts INTEGER,
          ports INTEGER,
          port_min INTEGER,
          port_max INTEGER,
          -- Up to ten ports, with commas.
          port_sample TEXT,
          prefix TEXT,
          interface TEXT,
          nflog_group INTEGER,
          -- The scan that it belongs to.
          scan INTEGER,
          reason TEXT NOT NULL
        ) STRICT;
        CREATE INDEX decision_time ON decision (time);
        CREATE INDEX decision_network ON decision (network, time) WHERE network IS NOT NULL;

        -- The decision's ECS document, byte for byte as it was logged.
        CREATE TABLE document (
          id INTEGER PRIMARY KEY,
          json TEXT NOT NULL
        ) STRICT;

        -- The sources of a set, as far as the decision lists them.
        CREATE TABLE member (
          source BLOB NOT NULL,
          decision INTEGER NOT NULL,
          PRIMARY KEY (source, decision)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX member_decision ON member (decision);

        -- One scan from its first packet to its end, with the numbers of its latest decision.
        CREATE TABLE scan (
          id INTEGER PRIMARY KEY,
          network BLOB NOT NULL,
          width INTEGER NOT NULL,
          -- The first and the latest counted packet.
          start INTEGER NOT NULL,
          last INTEGER NOT NULL,
          -- Whether several sources did it together; network is then that of the first.
          crowd INTEGER NOT NULL,
          address BLOB NOT NULL,
          kind TEXT NOT NULL,
          level INTEGER NOT NULL,
          direction TEXT NOT NULL,
          tool TEXT NOT NULL,
          packets INTEGER NOT NULL,
          targets INTEGER NOT NULL,
          hosts INTEGER NOT NULL,
          ports INTEGER NOT NULL,
          -- When it ended; null while it goes on, and when the daemon was ended before.
          ended INTEGER,
          first_decision INTEGER NOT NULL,
          last_decision INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX scan_network ON scan (network, width, start, crowd);
        CREATE INDEX scan_last ON scan (last);
        CREATE INDEX scan_level ON scan (level);

        -- What was lost until then since the start of the run, whenever that has changed; packets
        -- that were refused alone, at most once a minute.
        CREATE TABLE loss (
          id INTEGER PRIMARY KEY,
          run INTEGER NOT NULL,
          time INTEGER NOT NULL,
          gap INTEGER NOT NULL,
          dropped INTEGER NOT NULL,
          refused INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX loss_time ON loss (time);
        CREATE INDEX loss_run ON loss (run, time);

        -- What the host said of itself from then on: a line of the facts file.
        CREATE TABLE host_facts (
          id INTEGER PRIMARY KEY,
          time INTEGER NOT NULL,
          json TEXT NOT NULL
        ) STRICT;
        CREATE INDEX host_facts_time ON host_facts (time);

        -- A source that was blocked, was not, or is no more; by a decision or by hand.
        CREATE TABLE block (
          id INTEGER PRIMARY KEY,
          time INTEGER NOT NULL,
          network BLOB NOT NULL,
          width INTEGER NOT NULL,
          -- blocked, unblocked, refused
          state TEXT NOT NULL,
          -- When the kernel ends it; null: never.
          until INTEGER,
          backend TEXT,
          -- The decision that asked for it; null: somebody by hand.
          decision INTEGER,
          reason TEXT NOT NULL
        ) STRICT;
        CREATE INDEX block_network ON block (network, time);
        CREATE INDEX block_time ON block (time);

        -- A file of kept packets.
        CREATE TABLE evidence (
          id INTEGER PRIMARY KEY,
          path TEXT NOT NULL UNIQUE,
          -- Null for the packets of a set.
          network BLOB,
          width INTEGER,
          -- scan.start of the scan that they belong to.
          scan_start INTEGER NOT NULL,
          first INTEGER NOT NULL,
          last INTEGER NOT NULL,
          packets INTEGER NOT NULL,
          -- Packets of that scan that were not kept, by the bounds of evidence.first and .last.
          omitted INTEGER NOT NULL,
          bytes INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX evidence_network ON evidence (network, last);
        CREATE INDEX evidence_last ON evidence (last);
        """
}
