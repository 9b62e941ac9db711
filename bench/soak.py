"""Mixed load for a long time, with kill -9 of the server at random moments, and nothing answered may be missing.

    python bench/soak.py --minutes 60 [--seed 1]

Writers create, update and read entities of their own over HTTP; each keeps what was answered. After a kill the server
is started anew and every entity is read back: it must be what its writer was last told, or, where the kill took the
answer away, what that one write would have made of it. Memory is shown after each restart and before each kill.
Ends with 1 if something was missing, wrong, or could not be started.
"""

import argparse
import random
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import orjson
from bench import payload
from bench.server import API, HOST, Server, madang, pin_client

WRITERS: Final = 8
OWN: Final = 200
"""Entities of one writer."""

LIFE_S: Final = (5.0, 40.0)
"""Shortest and longest life of a server before it is killed."""


@dataclass(slots=True)
class Writer:
    """One client with entities of its own. told: index -> step that was answered; open: what had no answer yet."""

    number: int
    chance: random.Random
    told: dict[int, int] = field(default_factory=dict)
    open: dict[int, int] = field(default_factory=dict)
    step: int = 0
    answers: int = 0
    wrong: list[str] = field(default_factory=list)

    def live(self, port: int, stop: Event) -> None:
        """Ask until told to stop or until the server is gone."""
        connection = HTTPConnection(HOST, port, timeout=30)
        with suppress(OSError, HTTPException):
            while not stop.is_set():
                self._act(connection)
        connection.close()

    def _act(self, connection: HTTPConnection) -> None:
        index = self.number * OWN + self.chance.randrange(OWN)
        if index in self.told and self.chance.random() < 0.5:
            self._read(connection, index)
        elif index in self.told:
            self._write(connection, [index], "PATCH", f"{target(index)}/attrs/availableSpotNumber", 204)
        else:
            first = index // 10 * 10
            self._write(connection, list(range(first, first + 10)), "POST", f"{API}/entityOperations/upsert", 201)

    def _write(self, connection: HTTPConnection, indexes: list[int], method: str, path: str, wanted: int) -> None:
        self.step += 1
        new = [index for index in indexes if index not in self.told]
        body: Any = [payload.entity(index, self.step) for index in indexes]
        if method == "PATCH":
            body = payload.available(indexes[0], self.step)
        elif len(new) < len(indexes):
            wanted = 201 if new else 204
        self.open = dict.fromkeys(indexes, self.step)
        status, answer = exchange(connection, method, path, orjson.dumps(body))
        if status == wanted:
            self.told.update(self.open)
        else:
            self.wrong.append(f"{method} {path}: {status} {answer[:200]!r}")
        self.open = {}
        self.answers += 1

    def _read(self, connection: HTTPConnection, index: int) -> None:
        status, answer = exchange(connection, "GET", target(index))
        if status != 200 or orjson.loads(answer) != payload.entity(index, self.told[index]):
            self.wrong.append(f"GET {index}, told {self.told[index]}: {status} {answer[:200]!r}")
        self.answers += 1

    def check(self, server: Server) -> Iterator[str]:
        """What is missing after a restart. What had no answer may be there or not; from now on it is known."""
        connection = HTTPConnection(HOST, server.port, timeout=30)
        for index in sorted(self.told.keys() | self.open.keys()):
            status, answer = exchange(connection, "GET", target(index))
            found = orjson.loads(answer) if status == 200 else None
            allowed = {step for step in (self.told.get(index), self.open.get(index)) if step is not None}
            held = next((step for step in allowed if found == payload.entity(index, step)), None)
            if held is not None:
                self.told[index] = held
            elif index in self.told:
                yield f"{payload.entity_id(index)}: told step {self.told[index]}, found {status} {answer[:200]!r}"
        self.open = {}
        connection.close()


def target(index: int) -> str:
    return f"{API}/entities/{payload.entity_id(index)}"


def exchange(connection: HTTPConnection, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    headers = {} if body is None else {"content-type": "application/json"}
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


def soak(directory: Path, seconds: float, chance: random.Random) -> list[str]:
    """What was wrong; empty where all was right."""
    writers = [Writer(number, random.Random(chance.random())) for number in range(WRITERS)]
    end = monotonic() + seconds
    lives = 0
    while monotonic() < end:
        lives += 1
        with madang(directory) as server:
            wrong = [fault for writer in writers for fault in writer.check(server)]
            begin_mb = server.rss_bytes() / 1e6
            live_s = min(chance.uniform(*LIFE_S), max(1.0, end - monotonic()))
            end_mb = one_life(server, writers, live_s) / 1e6
            wrong += [fault for writer in writers for fault in writer.wrong]
            answers, entities = sum(w.answers for w in writers), sum(len(w.told) for w in writers)
            print(
                f"life {lives}: started in {server.start_s:.1f} s, killed after {live_s:.0f} s; {answers:,} answers, "
                f"{entities:,} entities, memory {begin_mb:.0f} to {end_mb:.0f} MB",
                flush=True,
            )
        if wrong:
            return wrong
    with madang(directory) as server:
        return [fault for writer in writers for fault in writer.check(server)]


def one_life(server: Server, writers: list[Writer], live_s: float) -> int:
    """Let the writers work, and kill the server while they do. Returns its memory just before, in bytes."""
    stop = Event()
    threads = [Thread(target=writer.live, args=(server.port, stop)) for writer in writers]
    for thread in threads:
        thread.start()
    stop.wait(live_s)
    rss_bytes = server.rss_bytes()
    server.kill()
    stop.set()
    for thread in threads:
        thread.join()
    return rss_bytes


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=None, help="of the random moments; printed")
    asked = parser.parse_args()
    seed = asked.seed if asked.seed is not None else random.randrange(1_000_000)
    print(f"seed {seed}")
    pin_client()
    with tempfile.TemporaryDirectory(prefix="madang-soak-", dir="/var/tmp") as folder:
        wrong = soak(Path(folder), asked.minutes * 60, random.Random(seed))
    for fault in wrong[:20]:
        print(f"wrong: {fault}")
    print("something answered is missing or wrong" if wrong else "nothing that was answered is missing")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
