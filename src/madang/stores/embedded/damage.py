"""Errors of SQLite in the words of the house, and what to do about a damaged city.db."""

import errno
import os
import sqlite3
from pathlib import Path

from madang.errors import ConfigError, MadangError, StoreFull, StoreUnavailable

from .wal import lost_transactions

DATABASE_NAME = "city.db"

_HEADER = b"SQLite format 3\0"
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
# Asked of the device as a whole; trying the members of a group one by one would only ask it again.
_DEVICE = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_BUSY,
)
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_LEAST_ROOM_BYTES = 64 * 1024


def damaged(path: Path, what: str) -> ConfigError:
    """The error for a city.db that must not be used."""
    return ConfigError(
        f"{path} is damaged: {what}. The history segments in {path.parent / 'history'} are separate Parquet files: "
        f"they are not affected and can be read as they are. Copy the whole folder, then restore {path.name} from a "
        f"backup (with its {path.name}-wal if there is one, and history and rollup of the same backup). Without a "
        "backup, save what the sqlite3 program can still read of the copy: .recover where it offers that, else .dump. "
        "Nothing was changed."
    )


def check_header(path: Path) -> None:
    """Raises ConfigError for a file that is not a whole SQLite database, before SQLite makes a new one out of it."""
    head = path.read_bytes()[:100] if path.stat().st_size < 100 else _head(path)
    if not head:
        raise damaged(path, "the file is empty")
    if not head.startswith(_HEADER[: len(head)]):
        raise damaged(path, "the file is not a SQLite database")
    if len(head) < 100:
        raise damaged(path, f"the header is cut off after {len(head)} of 100 bytes")


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(100)


def check_wal(path: Path) -> None:
    """Raises ConfigError where answered writes lie behind a bad place in the write-ahead log."""
    lost = lost_transactions(path.with_name(path.name + "-wal"))
    if lost > 1:
        raise damaged(path, f"{path.name}-wal has a bad checksum with {lost} groups of writes behind it")


def check_pages(connection: sqlite3.Connection, path: Path) -> None:
    """Raises ConfigError where SQLite finds a page that contradicts the others."""
    faults = [text for (text,) in connection.execute("PRAGMA quick_check(3)") if text != "ok"]
    if faults:
        raise damaged(path, "; ".join(fault.replace("\n", " ") for fault in faults))


def primary_code(error: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 for errors that Python's module raised by itself (a value it cannot bind)."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def is_damage(error: sqlite3.Error) -> bool:
    return primary_code(error) in _DAMAGE


def is_device(error: BaseException) -> bool:
    """True where the device failed and not one caller's statement."""
    return isinstance(error, OSError) or (isinstance(error, sqlite3.Error) and primary_code(error) in _DEVICE)


def store_error(error: BaseException, path: Path) -> BaseException:
    """Translate what SQLite or the system said; anything else is a bug and stays what it is."""
    if isinstance(error, MadangError):
        return error
    if is_device(error) and _no_room(error, path):
        return StoreFull(f"No room left for {path}; make room on its device. Reads go on, nothing answered was lost.")
    if isinstance(error, OSError) or (isinstance(error, sqlite3.Error) and primary_code(error)):
        return StoreUnavailable(f"{path} cannot be used now: {error}.")
    return error


def _no_room(error: BaseException, path: Path) -> bool:
    """SQLite says FULL for ENOSPC of a write only; a quota or a file that may not grow comes as a plain I/O error."""
    if isinstance(error, OSError):
        return error.errno in _NO_ROOM
    if not isinstance(error, sqlite3.Error):
        return False
    if primary_code(error) == sqlite3.SQLITE_IOERR and hasattr(os, "statvfs"):
        device = os.statvfs(path.parent)
        return device.f_bavail * device.f_frsize < _LEAST_ROOM_BYTES
    return primary_code(error) == sqlite3.SQLITE_FULL
