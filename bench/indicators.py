"""All indicators of all shipped programmes, from a book in memory; the goal is 50 ms for the 16 of them.

    python bench/indicators.py [--rounds N]

Beside it the physical limit: reading every fact once in plain Python, which no calculation can do without.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Callable

from madang.district.book import Book, gather
from madang.district.indicators.engine import Indicators
from madang.district.rows import parse_row
from madang.district.shipped import load_rows
from madang.district.wing import PlacesFiles
from madang.errors import Pointer
from madang.packs.shipped import shipped


def load() -> tuple[Book, Indicators]:
    files = PlacesFiles(shipped("places"), shipped("cities") / "goyang" / "district")
    measures = files.measures()
    rows = [row for place in (files.shared, files.own) for row in load_rows(place, measures)]
    records = [parse_row(kind, {"status": "shipped", **row}, Pointer(row["id"])) for kind, row in rows]
    return gather(records, measures), files.indicators(measures)


def timed_ms(work: Callable[[], object], rounds: int) -> list[float]:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    book, indicators = load()
    values = 0

    async def every() -> None:
        nonlocal values
        values = 0
        for subject in book.programmes:
            found = await indicators.compute(book, subject)
            values += sum(one.value is not None for each in found.values() for one in each)

    def scan() -> int:
        return sum(fact.quantity is not None for _ in book.programmes for fact in book.facts)

    computed = timed_ms(lambda: asyncio.run(every()), rounds)
    scanned = timed_ms(scan, rounds)
    print(f"{len(book.programmes)} programmes, {len(book.facts)} facts, {len(indicators.specs)} ways, {values} values")
    print(f"all indicators: median {statistics.median(computed):.1f} ms, best {min(computed):.1f} ms")
    print(f"every fact read once per programme: median {statistics.median(scanned):.1f} ms")


if __name__ == "__main__":
    main()
