"""What people do in the console, on the real cities of the demo."""

import base64
import re
from datetime import datetime

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.conftest import Open
from tests.e2e.serving import Server

pytestmark = pytest.mark.e2e

GARAGE = "urn:ngsi-ld:OffStreetParking:aarhus:BRUUNS"
NEARLY_FULL = '[data-alert*="nearly-full"][data-alert*="{}"]'


def colours(page: Page) -> int:
    """How many different colours the map's own canvas shows."""
    picture = base64.b64encode(page.locator("[data-map] canvas").screenshot()).decode()
    count = page.evaluate(
        """async (text) => {
          const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
          const picture = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
          const copy = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
          copy.drawImage(picture, 0, 0);
          return new Set(new Uint32Array(copy.getImageData(0, 0, picture.width, picture.height).data.buffer)).size;
        }""",
        picture,
    )
    return int(count)


@pytest.mark.parametrize("city", ["aarhus", "goyang"])
def test_the_map_is_drawn(opened: Open, city: str) -> None:
    page = opened(f"/{city}/map")
    page.evaluate(
        "document.querySelectorAll('.map-side, .maplibregl-control-container').forEach((one) => one.remove())"
    )
    assert colours(page) > 100


@pytest.mark.parametrize(("garage", "falls"), [("BRUUNS", "2014-08-30T14:01:30Z"), ("MAGASIN", "2014-08-30T12:31:30Z")])
def test_an_alert_rises_and_falls_before_the_readers_eyes(opened: Open, demo: Server, garage: str, falls: str) -> None:
    demo.turn_clock("aarhus", do="jump", to="2014-08-30T10:51:30Z")
    page = opened("/aarhus/alerts")
    page.evaluate("window.stayed = true")
    row = page.locator(NEARLY_FULL.format(garage))
    still_open = row.get_by_text("still open")
    expect(still_open).to_have_count(0)
    before = int(page.locator("[data-open-alerts]").inner_text() or 0)

    demo.turn_clock("aarhus", do="speed", speed=60)
    demo.turn_clock("aarhus", do="play")
    expect(still_open).to_have_count(1, timeout=20_000)
    demo.turn_clock("aarhus", do="pause")
    expect(page.locator("[data-open-alerts]")).to_have_text(re.compile(rf"^(?!{before}$)\d+$"))

    demo.turn_clock("aarhus", do="jump", to=falls)
    expect(still_open).to_have_count(1)
    demo.turn_clock("aarhus", do="play")
    expect(still_open).to_have_count(0, timeout=20_000)
    assert page.evaluate("window.stayed"), "the page was loaded anew"


def test_an_entitys_history_opens_from_the_map(opened: Open) -> None:
    page = opened(f"/aarhus/map?entity={GARAGE}")
    page.locator("[data-drawer]").get_by_role("link", name="Open").click()
    page.wait_for_url("**/entities/**")
    chart = page.locator("figure[data-chart]")
    expect(chart.locator("canvas")).to_be_visible()
    expect(chart.locator("[data-readout]")).to_contain_text(re.compile(r"\d"))
    day = page.locator("#history-table tbody tr").count()

    ranges = page.locator("#history nav").first.get_by_role("link")
    ranges.last.click()
    expect(ranges.last).to_have_attribute("aria-current", "true")
    expect(chart.locator("canvas")).to_be_visible()
    page.get_by_role("link", name="Table", exact=True).click()
    expect(page.locator("#history-table tbody tr").first).to_be_visible()
    assert page.locator("#history-table tbody tr").count() != day


def test_the_console_speaks_korean_and_back(opened: Open) -> None:
    page = opened("/aarhus/boards/parking")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("button", name="한국어").click()
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    expect(page.get_by_role("heading", level=1)).to_have_text("주차")
    expect(page.locator(".rail")).to_contain_text("지도")
    assert page.url.endswith("/aarhus/boards/parking")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", level=1)).to_have_text("Parking")


def test_the_slider_leads_to_the_past_and_the_band_back(opened: Open) -> None:
    page = opened("/aarhus/boards/parking")
    tiles = page.locator("dl.tiles")
    now = tiles.inner_text()
    expect(page.locator(".travel-band")).to_have_count(0)

    slider = page.get_by_role("slider")
    slider.evaluate(
        "(one) => { one.value = String(Date.parse('2014-08-29T02:00:00Z') / 1000);"
        " one.dispatchEvent(new Event('change', { bubbles: true })); }"
    )
    page.wait_for_url("**at=2014-08-29**")
    expect(page.locator(".travel-band")).to_contain_text("29 Aug 2014")
    expect(page.locator("[data-clock]")).to_have_attribute("data-mode", "travel")
    then = tiles.inner_text()
    assert then != now

    # Other pages are shown at the same moment.
    page.locator(".rail").get_by_role("link", name="Alerts").click()
    expect(page.locator(".travel-band")).to_contain_text("29 Aug 2014")
    page.go_back()
    page.locator(".travel-band").get_by_role("link").click()
    expect(page.locator(".travel-band")).to_have_count(0)
    assert "at=" not in page.url
    expect(tiles).not_to_have_text(then)


def test_the_map_of_a_past_moment_has_that_moments_values(opened: Open, demo: Server) -> None:
    at = "2014-08-29T02:00:00Z"
    page = opened(f"/aarhus/map?at={at}&layers=parking.car-parks")
    expect(page.locator(".travel-band")).to_contain_text("29 Aug 2014")
    layer = page.locator("[data-layer]").first.get_attribute("data-layer")
    past, now = (
        {one["properties"]["id"]: one["properties"]["v"] for one in demo.get(address).json()["features"]}
        for address in (f"/aarhus/api/layers/{layer}.geojson?at={at}", f"/aarhus/api/layers/{layer}.geojson")
    )
    assert past.keys() == now.keys()
    assert past[GARAGE] != now[GARAGE]


def test_search_is_done_with_the_keyboard_alone(opened: Open) -> None:
    page = opened("/aarhus/feeds")
    page.keyboard.press("Control+k")
    page.keyboard.type("bruun")
    hit = page.locator("[data-search-results] a").first
    expect(hit).to_contain_text("Bruuns")
    page.keyboard.press("ArrowDown")
    expect(hit).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/entities/*BRUUNS*")


def test_the_search_closes_with_escape(opened: Open) -> None:
    page = opened("/aarhus/feeds")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_the_chosen_theme_stays(opened: Open) -> None:
    page = opened("/aarhus/alerts")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="Change theme").click()
    dark = page.evaluate(ground)
    assert light != dark
    page.goto(page.url.replace("alerts", "feeds"))
    assert page.evaluate(ground) == dark


def test_the_city_is_switched(opened: Open) -> None:
    page = opened("/aarhus/boards")
    page.locator(".city-switch summary").click()
    page.locator(".city-switch").get_by_role("link", name="Goyang").click()
    page.wait_for_url("**/goyang/boards")
    expect(page.locator(".city-switch summary")).to_contain_text("Goyang")


def test_the_clock_is_paused_and_turned_faster(opened: Open, demo: Server) -> None:
    page = opened("/aarhus/feeds")
    pause = page.get_by_role("button", name="Pause or play")
    expect(pause).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Replay speed").select_option("300")
    pause.click()
    expect(pause).to_have_attribute("aria-pressed", "false")
    shown = page.locator("[data-clock-time]")
    before = shown.inner_text()
    expect(shown).not_to_have_text(before)
    state = demo.turn_clock("aarhus", do="pause")
    assert state["speed"] == 300
    assert state["now"] > datetime.fromisoformat("2014-08-30T09:00:00+00:00").timestamp()
    expect(pause).to_have_attribute("aria-pressed", "true")
