"""A thousand changes a second do not freeze the map, and its reader ends up with the last values."""

import threading
import time
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.e2e.conftest import Open
from tests.e2e.serving import Server, becomes

pytestmark = pytest.mark.e2e

CHANGES_A_SECOND = 1000
BATCH = 100
SECONDS = 6
PULSE = """() => {
  const pulse = window.pulse = { frames: 0, longest: 0, last: performance.now(), taken: {}, frame_news: 0 };
  const beat = () => {
    const now = performance.now();
    pulse.longest = Math.max(pulse.longest, now - pulse.last);
    pulse.last = now;
    pulse.frames += 1;
    requestAnimationFrame(beat);
  };
  requestAnimationFrame(beat);
  addEventListener("city:changes", (event) => {
    pulse.frame_news += 1;
    for (const [id, attributes] of Object.entries(event.detail.OffStreetParking ?? {}))
      if ("occupiedSpotNumber" in attributes) pulse.taken[id] = attributes.occupiedSpotNumber;
  });
}"""


def change(number: int, turn: int) -> dict[str, Any]:
    return {
        "id": f"urn:ngsi-ld:OffStreetParking:load:{number:03}",
        "type": "OffStreetParking",
        "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [10.1 + number / 500, 56.15]}},
        "totalSpotNumber": {"type": "Property", "value": 1000},
        "occupiedSpotNumber": {"type": "Property", "value": turn},
    }


class Writer(threading.Thread):
    """Upserts CHANGES_A_SECOND for SECONDS. last: the value that every place ends with."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self.last = SECONDS * CHANGES_A_SECOND // BATCH
        self.spent_s = 0.0
        self.server = server

    def run(self) -> None:
        began = time.monotonic()
        due = threading.Event()
        for turn in range(1, self.last + 1):
            due.wait(max(0.0, began + turn * BATCH / CHANGES_A_SECOND - time.monotonic()))
            self.server.upsert("aarhus", [change(number, turn) for number in range(BATCH)])
        self.spent_s = time.monotonic() - began


def test_a_thousand_changes_a_second_do_not_freeze_the_map(opened: Open, demo: Server) -> None:
    demo.upsert("aarhus", [change(number, 0) for number in range(BATCH)])
    page = opened("/aarhus/map?layers=parking.car-parks")
    writer = Writer(demo)
    page.evaluate(PULSE)
    writer.start()
    everywhere = (
        f"Object.values(pulse.taken).length === {BATCH}"
        f" && Object.values(pulse.taken).every((value) => value === {writer.last})"
    )
    assert becomes(page, everywhere, within_s=40), page.evaluate("pulse")
    writer.join(30)
    pulse = page.evaluate("pulse")

    # Software drawing on two shared cores: a frozen page stops for the whole time, a lively one never for two seconds.
    assert pulse["longest"] < 2000
    assert pulse["frames"] > 5 * SECONDS
    # The news come as few messages, not as one for each change.
    assert 3 <= pulse["frame_news"] <= 5 * (writer.spent_s + 3)
    assert writer.spent_s < 3 * SECONDS

    # What the reader opens now is what was written last.
    page.goto(f"{demo.url}/aarhus/entities/{change(7, 0)['id']}")
    expect(page.get_by_role("row", name="occupiedSpotNumber")).to_contain_text(str(writer.last))
