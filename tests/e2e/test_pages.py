"""Every page, for everybody: without barriers that axe finds, on a phone, and with the keyboard."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests.e2e.conftest import Open
from tests.e2e.serving import Server, becomes

pytestmark = pytest.mark.e2e

PACKS = {
    "aarhus": ("parking", "mobility", "weather", "events"),
    "goyang": ("parking", "mobility", "weather", "events", "bikes", "air", "population"),
}
ENTITIES = {
    "aarhus": "urn:ngsi-ld:OffStreetParking:aarhus:BRUUNS",
    "goyang": "urn:ngsi-ld:TransportStation:goyang:S1958",
}
AT = {"aarhus": "2014-08-29T12:00:00Z", "goyang": "2019-04-20T00:00:00Z"}
SQL = "SELECT+type,+count(*)+AS+n+FROM+observation+GROUP+BY+type"
CITIES = tuple(PACKS)
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def pages(city: str) -> Sequence[str]:
    return (
        f"/{city}/map?entity={ENTITIES[city]}",
        f"/{city}/map?at={AT[city]}",
        f"/{city}/boards",
        *(f"/{city}/boards/{pack}" for pack in PACKS[city]),
        f"/{city}/entities/{ENTITIES[city]}",
        f"/{city}/alerts",
        f"/{city}/feeds",
        f"/{city}/data?sql={SQL}",
        f"/{city}/settings",
        f"/{city}/alerts?at={AT[city]}",
    )


def opened_page(context: BrowserContext, address: str) -> Page:
    """The page once its own drawing is done."""
    page = context.pages[0] if context.pages else context.new_page()
    page.goto(address)
    if "/map" in address:
        page.locator("[data-map][data-ready]").wait_for()
    if "entity=" in address:
        page.locator("[data-drawer] article").wait_for()
    for plot in page.locator("figure[data-chart] [data-plot]").all():
        plot.scroll_into_view_if_needed()  # only what is looked at is drawn
        plot.locator(":scope > *").first.wait_for()
    return page


def barriers(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA: rule, element, why."""
    found: list[dict[str, Any]] = page.evaluate(
        "(tags) => axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] })"
        ".then((result) => result.violations)",
        LEVELS,
    )
    return [
        f"{one['id']}: {node['html'][:160]} {node['failureSummary'].splitlines()[-1].strip()}"
        for one in found
        for node in one["nodes"][:3]
    ]


def too_wide(page: Page) -> list[str]:
    """Windows, from desk to phone, that the page is wider than; the first one is set again."""
    found = []
    for width in (1024, 768, 390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        # Charts follow a moment after their window.
        if not becomes(page, "document.scrollingElement.scrollWidth <= innerWidth", within_s=5):
            needed = page.evaluate("document.scrollingElement.scrollWidth")
            found.append(f"{needed} px wide in a window of {width} px")
    return found


@pytest.mark.parametrize(("lang", "theme"), [("ko", "light"), ("en", "dark")])
@pytest.mark.parametrize("city", CITIES)
def test_every_page_is_without_barriers_and_fits_its_window(
    demo: Server, context_of: Callable[..., BrowserContext], axe: str, city: str, lang: str, theme: str
) -> None:
    """Words differ by language and contrast by theme; one of each together sees both."""
    context = context_of(demo.url, lang=lang, theme=theme)
    found: dict[str, Sequence[str]] = {}
    for path in pages(city):
        page = opened_page(context, demo.url + path)
        page.evaluate(axe)
        if faults := [*barriers(page), *too_wide(page)]:
            found[path] = faults
    assert found == {}


def test_the_first_tab_skips_to_the_content(opened: Open) -> None:
    page = opened("/aarhus/alerts")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_what_has_the_focus_is_outlined(opened: Open) -> None:
    page = opened("/aarhus/alerts")
    seen = []
    for _ in range(20):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                "(({ outlineStyle, outlineWidth }) => [document.activeElement.outerHTML.slice(0, 120), outlineStyle,"
                " parseFloat(outlineWidth)])(getComputedStyle(document.activeElement))"
            )
        )
    assert [where for where, style, width in seen if style == "none" or width < 2] == []
    assert len({where for where, *_ in seen}) > 10


def test_a_page_that_is_not_there_says_so(opened: Open, complaints: list[str]) -> None:
    page = opened("/aarhus/boards/nothing")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("#main").get_by_role("link", name="Map")).to_be_visible()
    # The browser itself notes every answer that is none.
    assert [one for one in complaints if "404" in one]
    complaints.clear()
