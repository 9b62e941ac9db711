"""A torn end of the write-ahead log is a crash; a bad place in its middle is damage."""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from madang.errors import ConfigError
from madang.stores.embedded.journal import Journal
from madang.stores.embedded.wal import lost_transactions

FRAME = 24 + 4096


@pytest.fixture
def wal(tmp_path: Path) -> Path:
    """The log of ten transactions, as a killed process leaves it; older frames lie behind them."""
    connection = sqlite3.connect(tmp_path / "live.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE t (x)")
    connection.executemany("INSERT INTO t VALUES (?)", [("old" * 9999,)] * 9)
    connection.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()
    for number in range(10):
        connection.execute("INSERT INTO t VALUES (?)", (f"{number}" * 6000,))
    for name in ("live.db", "live.db-wal"):
        shutil.copy(tmp_path / name, tmp_path / name.replace("live", "city"))
    connection.close()
    return tmp_path / "city.db-wal"


def transactions(wal: Path) -> int:
    """How many SQLite itself still reads."""
    connection = sqlite3.connect(wal.with_name("city.db"))
    (count,) = connection.execute("SELECT count(*) FROM t").fetchone()
    connection.close()
    return int(count) - 9


def flip(wal: Path, place: int) -> None:
    body = bytearray(wal.read_bytes())
    body[place] ^= 0x40
    wal.write_bytes(body)


def test_a_whole_log_has_lost_nothing(wal: Path) -> None:
    assert lost_transactions(wal) == 0
    assert transactions(wal) == 10


def test_no_log_has_lost_nothing(tmp_path: Path) -> None:
    assert lost_transactions(tmp_path / "city.db-wal") == 0


@pytest.mark.parametrize("place", [40, 32 + FRAME * 6 + 4000, 32 + FRAME * 11 + 8, 32 + FRAME * 15 + 20])
def test_what_sqlite_would_drop_is_counted(wal: Path, place: int) -> None:
    flip(wal, place)
    lost = lost_transactions(wal)
    assert lost > 1
    assert transactions(wal) == 10 - lost


def test_a_torn_last_transaction_is_no_damage(wal: Path) -> None:
    """Its pages may reach the disk in any order: the last frame is there, the one before it is not."""
    whole = wal.read_bytes()
    torn = wal.with_name("torn-wal")
    for start in reversed(range(32, len(whole), FRAME)):  # from behind, through the frames that are left over
        torn.write_bytes(whole[:start] + bytes(FRAME) + whole[start + FRAME :])
        if lost_transactions(torn) > 0:
            break
    assert lost_transactions(torn) == 1
    torn.replace(wal)
    assert transactions(wal) == 9


@pytest.mark.parametrize("place", [0, 5, 10, 26])
def test_a_bad_header_loses_everything(wal: Path, place: int) -> None:
    flip(wal, place)
    assert lost_transactions(wal) == 10
    assert transactions(wal) == 0


@pytest.mark.parametrize(
    "cut",
    [lambda body: body[:-1], lambda body: body + b"x" * 999, lambda body: body[:20]],
    ids=["a byte short", "half a frame more", "half a header"],
)
async def test_a_log_with_damage_is_refused_and_a_cut_one_is_not(tmp_path: Path, cut: Callable[[bytes], bytes]) -> None:
    live, copy = tmp_path / "live", tmp_path / "copy"
    journal = Journal.open(live)
    for number in range(5):
        await journal.write([("INSERT INTO tenant (name) VALUES (?)", [(f"{number}",)])])
    shutil.copytree(live, copy)
    await journal.close()
    log = copy / "city.db-wal"
    whole = log.read_bytes()

    log.write_bytes(whole)
    flip(log, 32 + FRAME + 100)
    with pytest.raises(ConfigError, match=r"city\.db-wal has a bad checksum with 4 groups"):
        Journal.open(copy)
    log.write_bytes(cut(whole))
    await Journal.open(copy).close()
