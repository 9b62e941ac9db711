"""What machines watch: health, metrics and the event stream of a running server."""

import re
from pathlib import Path

import httpx
from tests.e2e.serving import Server, events, serving
from tests.e2e.small_city import empty_city

GARAGE = "urn:ngsi-ld:OffStreetParking:aarhus:BRUUNS"


def test_health_names_the_cities_and_what_failed_in_them(demo: Server) -> None:
    assert demo.get("/health").json() == {"status": "ok", "cities": ["aarhus", "goyang"], "failed": []}


def test_metrics_are_numbers_that_grow_with_what_is_written(demo: Server) -> None:
    def sample() -> dict[str, float]:
        text = demo.get("/metrics").text
        return {name: float(value) for name, value in re.findall(r"^(madang_[^ ]+) (\S+)$", text, re.MULTILINE)}

    before = sample()
    demo.upsert("aarhus", [{"id": "urn:x:watched", "type": "Watched"}])
    after = sample()
    assert before
    assert sum(after[name] > before.get(name, 0.0) for name in after) >= 1


def test_the_event_stream_begins_with_the_clock_and_tells_changes(demo: Server) -> None:
    stream = events(demo, "aarhus")
    name, state = next(stream)
    assert name == "clock"
    assert state["paused"] is True
    assert state["mode"] == "replay"

    value = int(demo.entity("aarhus", GARAGE)["occupiedSpotNumber"]) + 1
    news = {"id": GARAGE, "type": "OffStreetParking", "occupiedSpotNumber": {"type": "Property", "value": value}}
    demo.upsert("aarhus", [news])
    changes = next(data for name, data in stream if name == "changes" and "OffStreetParking" in data)
    assert changes["OffStreetParking"][GARAGE]["occupiedSpotNumber"] == value

    demo.turn_clock("aarhus", do="speed", speed=300)
    assert next(data["speed"] for name, data in stream if name == "clock") == 300
    stream.close()


def test_a_page_that_stops_reading_holds_up_neither_the_others_nor_the_end(tmp_path: Path) -> None:
    city = str(empty_city(tmp_path))
    with (
        serving(tmp_path / "data", "serve", "--city", city, "--set", "port=0") as server,
        # Asked for and never read; still open when the server is told to end.
        httpx.stream("GET", f"{server.url}/void/events", timeout=30),
    ):
        stream = events(server, "void")
        next(stream)
        padding = "x" * 100_000
        for turn in range(1, 101):
            pad = {"type": "Property", "value": f"{turn} {padding}"}
            server.upsert("void", [{"id": f"urn:x:{number}", "type": "T", "pad": pad} for number in range(4)])
        last = next(
            data["T"]["urn:x:3"]["pad"]
            for name, data in stream
            if name == "changes" and data["T"].get("urn:x:3", {}).get("pad", "").startswith("100 ")
        )
        assert last == f"100 {padding}"
        stream.close()
        server.process.terminate()
        assert server.process.wait(20) == 0
