"""The real program as a child process, and what tests do to it from outside."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page

MADANG = str(Path(sys.executable).with_name("madang"))
START_S = 90.0
"""A first start loads weeks of recorded data; half a minute on two busy cores."""


@dataclass(frozen=True)
class Server:
    """A running ``madang``. url: without a slash at its end."""

    url: str
    process: subprocess.Popen[str]

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.url + path, timeout=30, follow_redirects=True).raise_for_status()

    def turn_clock(self, city: str, **command: str | float) -> dict[str, Any]:
        """The clock's state after ``do=pause|play|speed|jump``: now (s since 1970), speed, paused."""
        answer = httpx.post(f"{self.url}/{city}/clock", data=command, timeout=60).raise_for_status()
        return dict(answer.json())

    def entity(self, city: str, entity_id: str) -> dict[str, Any]:
        """Simplified."""
        return dict(self.get(f"/{city}/ngsi-ld/v1/entities/{entity_id}?options=keyValues").json())

    def wait_for(self, city: str, entity_id: str, good: Callable[[dict[str, Any]], bool]) -> None:
        """Until the entity (normalized) is as it should be; a jump of the clock is answered before it is done."""
        for _ in range(300):
            if good(self.get(f"/{city}/ngsi-ld/v1/entities/{entity_id}").json()):
                return
        raise AssertionError(f"{entity_id} did not become what was waited for.")

    def upsert(self, city: str, entities: Sequence[dict[str, Any]]) -> None:
        url = f"{self.url}/{city}/ngsi-ld/v1/entityOperations/upsert"
        httpx.post(url, json=entities, timeout=30).raise_for_status()


@contextmanager
def serving(data: Path, *arguments: str) -> Iterator[Server]:
    """``madang`` with the arguments, its data in ``data``, on a free port; ended as Ctrl+C ends it."""
    log = data.with_suffix(".log")
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [MADANG, *arguments, "--data", str(data)], stdout=subprocess.PIPE, stderr=errors, text=True
        )
    assert process.stdout is not None
    # A start that hangs ends the reading below instead of the whole run.
    guard = threading.Timer(START_S, process.kill)
    guard.start()
    try:
        address = next((line.split()[-1] for line in process.stdout if "http://" in line), "")
        guard.cancel()
        assert address, f"madang did not start:\n{log.read_text()}"
        yield Server(address.rsplit("/", 2)[0], process)
        process.terminate()
        assert process.wait(20) == 0, f"madang did not end well:\n{log.read_text()}"
    finally:
        guard.cancel()
        process.kill()
        process.wait()
        process.stdout.close()


def events(server: Server, city: str) -> Generator[tuple[str, Any], None, None]:
    """(name, data) of the city's event stream, until the caller stops asking."""
    with httpx.stream("GET", f"{server.url}/{city}/events", timeout=30) as answer:
        name = ""
        for line in answer.iter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                yield name, json.loads(line.removeprefix("data: "))


def becomes(page: Page, condition: str, within_s: float) -> bool:
    """Whether the JavaScript condition comes true in time; looked at once a frame. (Playwright's own way of waiting
    evaluates text in the page, which the content policy refuses.)"""
    looked: bool = page.evaluate(
        f"""(end) => new Promise((resolve) => {{
          const look = () => {{
            if ({condition}) resolve(true);
            else if (performance.now() > end) resolve(false);
            else requestAnimationFrame(look);
          }};
          end += performance.now();
          look();
        }})""",
        within_s * 1000,
    )
    return looked
