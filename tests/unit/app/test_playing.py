"""`madang replay`: every row once, the same at any speed, judged to the end."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.unit.app.harbour import CARS, GARAGES, START, STOP, Row, make_harbour, nothing

from madang.app.commands import replay
from madang.app.opening import open_city
from madang.errors import ConfigError, InputError
from madang.model.query import Query, TemporalQuery, Window
from madang.packs.alerts import STATUS, alert_id

MINUTE = timedelta(minutes=1)


def day() -> list[Row]:
    """Before, at and after both ends; A nearly full from 09:00 to 09:40, then silent; two rows out of order."""
    times = [START - 30 * MINUTE, START, *(START + n * 20 * MINUTE for n in range(1, 30)), STOP, STOP + MINUTE]
    rows = [(at, "B", 20 + n) for n, at in enumerate(times)]
    rows += [(at, "A", 98 if 60 <= (at - START) / MINUTE <= 100 else 10 + n) for n, at in enumerate(times[:12])]
    return [*sorted(rows), (STOP - 7 * MINUTE, "B", 77), (START + MINUTE, "B", 78)]


Rows = list[tuple[object, ...]]
Kept = tuple[Rows, Rows]


async def kept(directory: Path, data: Path) -> Kept:
    """The city's state and history, without the times at which the system wrote them."""
    async with open_city(directory, data, {}) as one:
        page = await one.city.entities.query("", Query(limit=1000))
        entities = [stored.entity() for stored in page.items]
        state: Rows = [
            (entity.id, name, repr(each.value), each.observed_at)
            for entity in entities
            for name, (each,) in sorted(entity.attributes.items())
        ]
        seen = await one.history.instances(
            "", [entity.id for entity in entities], [], TemporalQuery(Window()), limit=100_000
        )
        observed = [each for each in seen if each.instance is not None and each.instance.observed_at is not None]
        history: Rows = [
            (each.entity_id, each.attribute, each.at, repr(each.instance.value)) for each in observed if each.instance
        ]
    return state, history


def cars(history: Sequence[tuple[object, ...]]) -> Counter[tuple[object, ...]]:
    return Counter((entity, at, value) for entity, attribute, at, value in history if attribute == CARS)


def expected(start: datetime = START - 120 * MINUTE, stop: datetime = STOP) -> Counter[tuple[object, ...]]:
    return Counter((GARAGES[name], at, repr(number)) for at, name, number in day() if start <= at <= stop)


async def play(city: Path, data: Path, speed: float, stop: datetime | None = None) -> tuple[str, int, list[int]]:
    """The report, rows accepted in it, and the progress told."""
    told: list[int] = []

    def step(label: str, done: int, _of: int | None) -> None:
        if "2026-" in label:
            told.append(done)

    report = await replay(city, data, {}, None, stop, speed, step)
    found = re.search(r"([\d,]+) rows accepted", report)
    assert found is not None
    return report, int(found[1].replace(",", "")), told


def rounded(history: Counter[tuple[object, ...]]) -> Counter[tuple[object, ...]]:
    """Numbers as they are, however the history writes them (98 or 98.0)."""
    return Counter({(entity, at, float(str(value))): n for (entity, at, value), n in history.items()})


@pytest.mark.parametrize("loop", [False, True])
async def test_every_row_is_there_at_any_speed_and_two_runs_are_the_same(tmp_path: Path, loop: bool) -> None:
    city = make_harbour(tmp_path, day(), loop=loop, spoilt="2026-03-02T09:00:00,A,many\n")
    runs: list[Kept] = []
    for speed in (0.0, 40_000.0, 0.0):
        data = tmp_path / f"data{len(runs)}"
        report, accepted, told = await play(city, data, speed)
        played = [row for row in day() if START <= row[0] <= STOP]
        assert accepted == len(played) + len(GARAGES), report
        assert "1 rejected" in report
        assert told == sorted(told)
        assert told
        runs.append(await kept(city, data))
    assert rounded(cars(runs[0][1])) == rounded(expected())
    assert runs[0] == runs[1] == runs[2]


async def test_rules_are_judged_to_the_end(tmp_path: Path) -> None:
    city = make_harbour(tmp_path, day())
    await play(city, tmp_path / "data", 0)
    async with open_city(city, tmp_path / "data", {}) as one:
        ids = {rule: alert_id("parking", rule, GARAGES["A"]) for rule in ("nearly-full", "silent")}
        seen = await one.history.instances("", list(ids.values()), [STATUS], TemporalQuery(Window()), limit=100)
        told = [(each.entity_id, each.at, each.instance.value) for each in seen if each.instance]
        full = [(at, status) for entity, at, status in told if entity == ids["nearly-full"]]
        (packed,) = [rule for pack in one.city.packs for rule in pack.rules if rule.head.id == "nearly-full"]
        assert full == [(START + 60 * MINUTE + packed.head.duration, "open"), (START + 120 * MINUTE, "closed")]
        (silence,) = [rule for pack in one.city.packs for rule in pack.rules if rule.head.id == "silent"]
        last = max(at for at, name, _ in day() if name == "A")
        assert [(at, status) for entity, at, status in told if entity == ids["silent"]] == [
            (last + silence.head.duration, "open")
        ]


async def test_a_replay_in_two_parts_and_again_leaves_what_one_leaves(tmp_path: Path) -> None:
    city = make_harbour(tmp_path, day())
    _, whole, _ = await play(city, tmp_path / "whole", 0)
    noon = START + timedelta(hours=4)
    _, first, _ = await play(city, tmp_path / "parts", 0, noon)
    assert rounded(cars((await kept(city, tmp_path / "parts"))[1])) == rounded(expected(stop=noon))
    assert first < whole
    await play(city, tmp_path / "parts", 0)
    state, history = await kept(city, tmp_path / "parts")
    assert state == (await kept(city, tmp_path / "whole"))[0]
    assert rounded(cars(history)) == rounded(expected())


async def test_times_and_speeds_that_cannot_be_are_refused(tmp_path: Path) -> None:
    city = make_harbour(tmp_path, day())
    with pytest.raises(ConfigError, match="after its start"):
        await replay(city, tmp_path / "data", {}, STOP, START, 0, nothing)
    with pytest.raises(InputError, match="outside"):
        await replay(city, tmp_path / "data", {}, START - MINUTE, STOP, 0, nothing)
    with pytest.raises(InputError, match="speed"):
        await replay(city, tmp_path / "data", {}, None, None, -1, nothing)
    live = city / "city.toml"
    text = live.read_text("utf-8")
    live.write_text(text[: text.index("[clock]")] + text[text.index("[packs.parking]") :], "utf-8")
    with pytest.raises(ConfigError, match="live clock"):
        await replay(city, tmp_path / "data", {}, None, None, 0, nothing)


def test_the_day_has_rows_on_both_ends_and_beyond() -> None:
    times = {at for at, _, _ in day()}
    assert {START, STOP} < times
    assert min(times) < START
    assert max(times) > STOP
