"""kill -9 in the middle of writing loses nothing that was answered."""

import asyncio
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from madang.model.query import Query
from madang.settings import parse_settings
from madang.stores.embedded.opening import open_embedded

WRITER = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path

from madang.model.entity import Attribute, Entity
from madang.model.observation import Observation
from madang.ports.outbox import Letter
from madang.ports.state import Write
from madang.settings import parse_settings
from madang.stores.embedded.opening import open_embedded

AT = datetime(2026, 1, 1, tzinfo=UTC)

async def write(stores, number):
    entity_id = f"urn:ngsi-ld:Sensor:{number:02}"
    while True:
        stored = await stores.state.get("", entity_id)
        version = stored.version if stored else 0
        value = Attribute("Property", version + 1)
        seen = Observation("Sensor", entity_id, "count", None, AT, AT, True, value)
        entity = Entity(entity_id, ("Sensor",), {"count": (value,)})
        (version,) = await stores.state.commit("", [Write(entity_id, entity, version or None, (seen,))])
        letter = Letter(f"{entity_id}:{version}", "", "urn:s", "http://receiver.example", {}, b"{}", AT)
        await stores.outbox.put([letter])
        if version % 3 == 0:
            await stores.outbox.delivered([letter.id])
        print(entity_id, version, flush=True)

async def main():
    async with open_embedded(Path(sys.argv[1]), settings=parse_settings({"durability": sys.argv[2]})) as stores:
        async with asyncio.TaskGroup() as tasks:
            for number in range(20):
                tasks.create_task(write(stores, number))

asyncio.run(main())
"""


def write_and_kill(directory: Path, durability: str, answers: int) -> Sequence[tuple[str, int]]:
    """Start a writer, kill it after so many answers. Returns all answers it gave."""
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(directory), durability], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    with closing(writer.stdout):
        lines = [writer.stdout.readline() for _ in range(answers)]
        writer.kill()
        lines += writer.stdout.read().splitlines(keepends=True)
    writer.wait()
    # A last line without its end was cut off by the kill, and so never answered.
    return [(entity_id, int(version)) for entity_id, version in (line.split() for line in lines if line.endswith("\n"))]


async def check(directory: Path, answers: Sequence[tuple[str, int]]) -> None:
    answered: dict[str, int] = defaultdict(int)
    for entity_id, version in answers:
        answered[entity_id] = max(answered[entity_id], version)
    async with open_embedded(directory, settings=parse_settings()) as stores:
        found = {stored.entity().id: stored for stored in (await stores.state.query("", Query(limit=100))).items}
        for entity_id, version in answered.items():
            assert found[entity_id].version >= version
            assert found[entity_id].entity().attributes["count"][0].value == found[entity_id].version
        tail = "SELECT entity, count(*), max(value) FROM tail GROUP BY entity"
        for entity_id, observations, last in stores.journal.read().execute(tail):
            assert observations == last == found[entity_id].version
        counts = await stores.outbox.counts()
        assert counts.accepted == counts.delivered + counts.pending + counts.dead
        assert counts.accepted >= len(answers)


@pytest.mark.slow
@pytest.mark.parametrize("durability", ["full", "interval"])
async def test_a_killed_writer_loses_nothing_answered(tmp_path: Path, durability: str) -> None:
    given: list[tuple[str, int]] = []
    for answers in (1, 150, 777):
        given += await asyncio.to_thread(write_and_kill, tmp_path, durability, answers)
        assert len(given) == len(set(given)) >= answers
        await check(tmp_path, given)
