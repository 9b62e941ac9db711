"""The command that writes a briefing: into any folder, from a fresh data directory, or with a clear refusal."""

import os
from pathlib import Path

import pytest

from madang.app.briefing import briefing
from madang.app.opening import shipped_city
from madang.errors import ConfigError, InvalidRequest, NotFound


def quiet(what: str, done: int, total: int | None) -> None:
    pass


@pytest.mark.slow
async def test_all_forms_are_written_from_a_fresh_data_directory_and_twice_the_same(tmp_path: Path) -> None:
    for run in ("a", "b"):
        told = await briefing(shipped_city("goyang"), tmp_path / f"data-{run}", {}, "en", tmp_path / run, "all", quiet)
        assert "goyang-briefing-en.pdf" in told
    names = sorted(file.name for file in (tmp_path / "a").iterdir())
    assert names == [f"goyang-briefing-en.{end}" for end in ("html", "pdf", "zip")]
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in names)


async def test_a_city_without_a_programme_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no programme of its own"):
        await briefing(shipped_city("aarhus"), tmp_path / "data", {}, "en", tmp_path / "out", "pdf", quiet)


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="--out"):
        await briefing(shipped_city("goyang"), tmp_path / "data", {}, "en", tmp_path / "file" / "out", "pdf", quiet)


async def test_a_language_it_does_not_speak_is_refused_before_anything_is_opened(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest):
        await briefing(shipped_city("goyang"), tmp_path / "data", {}, "it", tmp_path / "out", "pdf", quiet)
    assert os.listdir(tmp_path) == []
