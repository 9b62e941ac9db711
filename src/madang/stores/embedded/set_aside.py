"""Files below the history's folders that city.db does not name: put out of the way at the start, never deleted.

A crash leaves such files, but so does a city.db that was lost or restored from an older copy, and then they are the
only place where their rows are. Only what is known to be of no use is removed: unfinished files, and files whose rows
a later transaction has put into others or forgotten.
"""

import logging
import re
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Final

from madang.errors import ConfigError

from .segments import DRAFT, FOLDERS, Snapshot

_log = logging.getLogger(__name__)

_FOLDER: Final = "set-aside"
_UNFINISHED: Final = re.compile(rf"\d+\.parquet{re.escape(DRAFT)}|export-[0-9a-f]{{32}}\.(parquet|csv)")


def tidy(directory: Path, snapshot: Snapshot, superseded: Mapping[str, int], now: datetime) -> int:
    """Put out of the way what ``snapshot`` does not name, before new files are numbered. Returns the files set aside.

    superseded: path below ``directory`` -> bytes of the files whose rows are in others. now: system time, names the
    folder. Raises ConfigError where a file cannot be moved: a new one could otherwise take its name and its place.
    """
    for path in _unfinished(directory):
        path.unlink()
    known = {s.path(directory) for members in snapshot.segments.values() for s in members}
    unknown = [path for path in _segments(directory) if path not in known]
    useless = [path for path in unknown if superseded.get(_below(directory, path)) == path.stat().st_size]
    for path in useless:
        path.unlink()
    strangers = sorted(set(unknown) - set(useless))
    if strangers:
        target = _new_folder(directory, now)
        for path in strangers:
            _move(path, target / path.relative_to(directory))
        _tell(len(strangers), target, new=not snapshot.segments)
    for folder in {path.parent for path in unknown}:
        if not any(folder.iterdir()):
            folder.rmdir()
    return len(strangers)


def _segments(directory: Path) -> Iterator[Path]:
    for folder in FOLDERS.values():
        yield from (directory / folder).glob("tenant=*/type=*/day=*/*.parquet")


def _unfinished(directory: Path) -> list[Path]:
    found = [path for folder in FOLDERS.values() for path in (directory / folder).glob(f"*/*/*/*{DRAFT}")]
    found.extend((directory / FOLDERS["raw"]).glob("export-*"))
    return [path for path in found if _UNFINISHED.fullmatch(path.name)]


def _below(directory: Path, path: Path) -> str:
    return path.relative_to(directory).as_posix()


def _new_folder(directory: Path, now: datetime) -> Path:
    """A folder that was not there, so that nothing set aside before is overwritten."""
    name = now.astimezone(UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
    names = (name if number == 1 else f"{name}-{number}" for number in count(1))
    return next(path for path in (directory / _FOLDER / each for each in names) if not path.exists())


def _move(path: Path, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, target)  # also where history/ lies on a device of its own
    except OSError as exc:
        raise ConfigError(
            f"{path} is not named by city.db and cannot be moved to {target}: {exc.strerror or exc}. Move it away by "
            "hand, or restore the city.db that belongs to it."
        ) from exc


def _tell(number: int, target: Path, *, new: bool) -> None:
    if new:
        _log.warning(
            "city.db names no history, yet there were %d history files: they were moved to %s, nothing was deleted. If "
            "city.db was lost or replaced, stop madang now and restore city.db, history and rollup from one copy; any "
            "tool that reads Parquet reads the moved files as they are",
            number,
            target,
        )
        return
    _log.warning(
        "%d history files that city.db does not name were moved to %s, nothing was deleted. If madang was killed, all "
        "that was answered is in city.db and the files it names, and the folder can go; if city.db was restored from "
        "an older copy, the folder holds the history since",
        number,
        target,
    )
