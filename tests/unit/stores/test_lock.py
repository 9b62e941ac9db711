"""Two processes never share a data directory."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from madang.errors import ConfigError
from madang.stores.embedded.journal import Journal
from madang.stores.embedded.lock import DirectoryLock

HOLDER = """
import asyncio, sys
from pathlib import Path
from madang.stores.embedded.journal import Journal

async def hold():
    Journal.open(Path(sys.argv[1]))
    print("held", flush=True)
    await asyncio.Event().wait()

asyncio.run(hold())
"""


@contextmanager
def holding(directory: Path) -> Iterator[int]:
    """Another process that holds the directory, and is killed at the end. Gives its pid."""
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(directory)], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield holder.pid
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.communicate()


async def test_a_second_process_is_refused_by_the_pid_of_the_first(tmp_path: Path) -> None:
    with holding(tmp_path) as pid, pytest.raises(ConfigError, match=f"in use by process {pid};"):
        Journal.open(tmp_path)
    # Nobody tidied up after the killed one, and its lock is gone with it.
    await Journal.open(tmp_path).close()


async def test_a_second_hub_of_the_same_process_is_refused(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    with pytest.raises(ConfigError, match=f"process {os.getpid()};"):
        Journal.open(tmp_path)
    await journal.close()
    await Journal.open(tmp_path).close()


def test_a_stale_lock_file_blocks_nobody(tmp_path: Path) -> None:
    (tmp_path / "city.lock").write_text("999999 and some more text of another program")
    lock = DirectoryLock(tmp_path)
    with pytest.raises(ConfigError, match=f"process {os.getpid()};"):
        DirectoryLock(tmp_path)
    lock.release()
    lock.release()
