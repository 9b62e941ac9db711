"""What the start removes below the history's folders, and what it only moves."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from madang.stores.embedded.segments import Segment, Snapshot, by_key
from madang.stores.embedded.set_aside import tidy

NOW = datetime(2026, 3, 2, 10, 15, 30, tzinfo=UTC)


def segment(number: int) -> Segment:
    return Segment(number, "raw", "", "T", "2014-08-25", 1, 4, 0, 0, "a", "a")


def written(directory: Path, number: int, body: bytes = b"body") -> Path:
    path = segment(number).path(directory)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    return path


@pytest.mark.parametrize(("size", "moved"), [(4, 0), (5, 1)])
def test_a_file_that_is_not_the_one_that_was_superseded_is_kept(tmp_path: Path, size: int, moved: int) -> None:
    path = written(tmp_path, 1)
    below = path.relative_to(tmp_path)
    assert tidy(tmp_path, Snapshot({}, (), (), {}), {below.as_posix(): size}, NOW) == moved
    assert not path.exists()
    assert (tmp_path / "set-aside" / "2026-03-02T10-15-30Z" / below).exists() == bool(moved)


def test_a_file_that_counts_stays_even_if_it_is_called_superseded(tmp_path: Path) -> None:
    path, other = written(tmp_path, 1), written(tmp_path, 2)
    snapshot = Snapshot(by_key([segment(1)]), (), (), {})
    assert tidy(tmp_path, snapshot, {path.relative_to(tmp_path).as_posix(): 4}, NOW) == 1
    assert (path.exists(), other.exists()) == (True, False)


def test_an_emptied_day_is_gone_and_nothing_is_made_where_nothing_is_moved(tmp_path: Path) -> None:
    path = written(tmp_path, 1)
    assert tidy(tmp_path, Snapshot({}, (), (), {}), {path.relative_to(tmp_path).as_posix(): 4}, NOW) == 0
    assert not path.parent.exists()
    assert not (tmp_path / "set-aside").exists()
