"""Tables of city.db. Every body is plain JSON text, so that any SQLite tool can read a city for decades."""

import sqlite3
from typing import Final

from madang.errors import ConfigError

MIGRATIONS: Final[tuple[str, ...]] = (
    """
    CREATE TABLE tenant (
        name TEXT PRIMARY KEY
    ) WITHOUT ROWID;

    -- crc: CRC-32 of the body. SQLite has no page checksums; a flipped bit inside a value would go unseen without it.
    CREATE TABLE entity (
        tenant  TEXT NOT NULL,
        id      TEXT NOT NULL,
        version INTEGER NOT NULL,
        body    TEXT NOT NULL,
        crc     INTEGER NOT NULL,
        PRIMARY KEY (tenant, id)
    );

    CREATE TABLE document (
        collection TEXT NOT NULL,
        tenant     TEXT NOT NULL,
        key        TEXT NOT NULL,
        body       BLOB NOT NULL,
        PRIMARY KEY (collection, tenant, key)
    ) WITHOUT ROWID;

    -- Times in µs since 1970 UTC. value and unit carry a plain numeric Property; everything else is its instance as
    -- JSON; json = '' says that the attribute was deleted. seq only grows, also after the tail was emptied.
    CREATE TABLE tail (
        seq         INTEGER PRIMARY KEY AUTOINCREMENT,
        tenant      TEXT NOT NULL,
        type        TEXT NOT NULL,
        entity      TEXT NOT NULL,
        attribute   TEXT NOT NULL,
        dataset_id  TEXT,
        at          INTEGER NOT NULL,
        recorded_at INTEGER NOT NULL,
        observed    INTEGER NOT NULL,
        value       REAL,
        json        TEXT,
        unit        TEXT
    );

    -- What the history must drop: observations of the entity (narrowed by what is not NULL) that were journalled with
    -- a tail.seq up to ``tail``. Later ones stay.
    CREATE TABLE forget (
        seq        INTEGER PRIMARY KEY AUTOINCREMENT,
        tenant     TEXT NOT NULL,
        entity     TEXT NOT NULL,
        attribute  TEXT,
        dataset_id TEXT,
        at         INTEGER,
        tail       INTEGER NOT NULL
    );

    -- due in µs since 1970 UTC; dead letters keep their reason in error.
    CREATE TABLE outbox (
        seq          INTEGER PRIMARY KEY AUTOINCREMENT,
        id           TEXT NOT NULL UNIQUE,
        tenant       TEXT NOT NULL,
        subscription TEXT NOT NULL,
        url          TEXT NOT NULL,
        headers      TEXT NOT NULL,
        body         BLOB NOT NULL,
        due          INTEGER NOT NULL,
        attempts     INTEGER NOT NULL,
        error        TEXT NOT NULL,
        dead         INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX outbox_due ON outbox (dead, due, seq);

    -- The counts live in the same transaction as the letters, whichever statement moves them.
    CREATE TABLE outbox_count (
        accepted  INTEGER NOT NULL,
        delivered INTEGER NOT NULL
    );
    INSERT INTO outbox_count VALUES (0, 0);
    CREATE TRIGGER outbox_accepted AFTER INSERT ON outbox
        BEGIN UPDATE outbox_count SET accepted = accepted + 1; END;
    CREATE TRIGGER outbox_delivered AFTER DELETE ON outbox
        BEGIN UPDATE outbox_count SET delivered = delivered + 1; END;
    """,
)
"""Script n brings a database of version n to version n + 1 (PRAGMA user_version)."""


def migrate(connection: sqlite3.Connection, name: str) -> None:
    """Bring the schema up to this program's version. Raises ConfigError for one made by a newer program."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise ConfigError(
            f"{name} has schema version {version}, this madang knows versions up to {len(MIGRATIONS)}; "
            "start it with the newer madang that wrote it."
        )
    for done, script in enumerate(MIGRATIONS[version:], start=version + 1):
        run_script(connection, f"{script}; PRAGMA user_version = {done};")


def run_script(connection: sqlite3.Connection, script: str) -> None:
    """Run a script in one transaction."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in split_script(script):
            connection.execute(statement)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def split_script(script: str) -> list[str]:
    """The single statements of a script (executescript would commit after each one)."""
    found: list[str] = []
    start = 0
    for end, letter in enumerate(script):
        if letter == ";" and sqlite3.complete_statement(script[start : end + 1]):
            found.append(script[start : end + 1])
            start = end + 1
    if script[start:].strip():
        found.append(script[start:])
    return found
