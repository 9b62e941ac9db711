"""The ledger of places at work: a file of facts entered through the desk, the book and the log read from the hub.

    python -m bench.ledger [facts]

Prints seconds and the process's memory. The stores are the embedded ones, every write on disk before it is answered.
"""

import asyncio
import csv
import io
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from madang.app.opening import SystemClock
from madang.bus.local import LocalBus
from madang.district.desk import Desk
from madang.district.kinds import BY_NAME
from madang.district.ledger import Ledger
from madang.district.measures import load_measures
from madang.district.wing import ledger_guards
from madang.hub.entities import Entities
from madang.packs.shipped import shipped
from madang.settings import parse_settings
from madang.stores.embedded.opening import open_embedded
from madang.stores.memory_history import MemoryHistoryStore

PROGRAMME = {
    "id": "valley", "name_en": "Valley", "city": "Seaside", "country": "KR", "role": "own", "source": "Town paper"
}  # fmt: skip

HEADER = ["id", "subject", "measure", "basis", "value", "unit", "as_of", "stated", "source", "url", "quote"]
HEADER += ["quality", "confidence"]


def facts_csv(count: int) -> bytes:
    """A fact per row, three measures, every tenth a range."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADER)
    for number in range(count):
        value = f"{number}–{number + 9}" if number % 10 == 0 else str(number)
        measure, unit = (("area", "ha"), ("jobs", "jobs"), ("investment", "억 KRW"))[number % 3]
        stated = f"20{10 + number % 15}-0{1 + number % 9}"
        writer.writerow(
            [f"f{number}", "valley", measure, "plan", value, unit, "2030", stated, f"Town paper, {stated}",
             f"https://paper.example/{number}", f"{value} {unit} are planned", "estimate", "high"]
        )  # fmt: skip
    return out.getvalue().encode()


@contextmanager
def timed(what: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what:<42} {time.perf_counter() - start:7.2f} s   peak {peak_mb:6.0f} MB")


async def run(count: int, directory: Path) -> None:
    clock, bus = SystemClock(), LocalBus()
    measures = load_measures(shipped("places") / "measures.csv")
    async with open_embedded(directory, settings=parse_settings()) as stores:
        entities = Entities(stores.state, MemoryHistoryStore(clock), bus, clock, ledger_guards(measures))
        desk, ledger, fact = Desk(entities, measures), Ledger(entities, measures), BY_NAME["fact"]
        await desk.enter(BY_NAME["programme"], PROGRAMME, "Kim")
        body = facts_csv(count)
        with timed(f"nothing but the process ({len(body) / 1e6:.1f} MB of CSV)"):
            pass
        with timed(f"enter a file of {count} facts"):
            await desk.enter_csv(fact, body, "facts.csv", "Kim")
        with timed("read the book"):
            await ledger.book()
        with timed("read the book again"):
            await ledger.book()
        with timed("the log with its chain"):
            log = await ledger.log()
        with timed("publish one"):
            await desk.review("urn:ngsi-ld:DistrictFact:f0", "Lee", "published")
        with timed("read the book after that"):
            book = await ledger.book()
        print(f"{len(book.waiting) + len(book.facts)} facts and drafts, {len(log.events)} events")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(run(count, Path(directory)))


if __name__ == "__main__":
    main()
