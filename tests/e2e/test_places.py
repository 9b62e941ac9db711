"""The programme's pages in a browser: time moves the page, choices are addresses, nothing bars anybody's way."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.e2e.conftest import Open
from tests.e2e.serving import Server
from tests.e2e.test_pages import barriers, too_wide

from madang.web.console.places.frame import TABS

pytestmark = pytest.mark.e2e

CHOSEN = {
    "programme": ("?on=2017-05-01", "?programme=magok", "/money?currency=EUR"),
    "figures": (
        "/compare?what=madang-d-d11",
        "/indicators?of=city",
        "/indicators/madang-d-d11",
        "/check?example=ifez-attainment",
    ),
    "record": ("/unknown?programme=aspern",),
    "share": ("/briefing?lang=de",),
}
"""Pages as somebody chose them, besides each as it opens."""
GROUPS = dict(TABS)


def figures(page: Page) -> str:
    return page.get_by_role("region", name="Key figures").inner_text()


def test_the_slider_moves_the_page_through_time(opened: Open) -> None:
    page = opened("/goyang/places")
    assert "87.2 ha" in figures(page)
    slider = page.get_by_role("slider", name="Move through time")
    slider.focus()
    with page.expect_navigation(url=re.compile("on=2016-06-29")):
        slider.press("Home")
    expect(page.get_by_role("status").filter(has_text="29 June 2016")).to_be_visible()
    assert "30–50 ha" in figures(page)
    assert "22,000" not in figures(page)


def test_announcements_are_walked_through_without_a_script(browser: Browser, demo: Server) -> None:
    page = browser.new_context(java_script_enabled=False, locale="en").new_page()
    page.goto(demo.url + "/goyang/places?on=2016-06-29")
    page.get_by_role("link", name="Next announcement").click()
    expect(page).to_have_url(re.compile("on=2016-08-01"))
    assert "50 ha" in figures(page)
    page.get_by_label("As known on").fill("2019-12-31")
    page.locator("[data-day]").get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile("on=2019-12-31"))
    assert "85 ha" in figures(page)


def test_a_choice_of_the_comparison_is_an_address(opened: Open) -> None:
    page = opened("/goyang/places/compare")
    page.get_by_label("Measure or indicator").select_option("residents")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile("what=residents"))
    expect(page.get_by_role("heading", level=2, name="Residents")).to_be_visible()
    with page.expect_download() as asked:
        page.get_by_role("link", name="Download as CSV").first.click()
    assert asked.value.suggested_filename == "compare-compared.csv"


@pytest.mark.parametrize(("lang", "theme"), [("ko", "light"), ("en", "dark")])
@pytest.mark.parametrize("group", GROUPS)
def test_every_page_of_places_is_without_barriers_and_fits_its_window(
    demo: Server, context_of: Callable[..., BrowserContext], axe: str, lang: str, theme: str, group: str
) -> None:
    page = context_of(demo.url, lang=lang, theme=theme).new_page()
    chosen = [f"places{rest}" for rest in CHOSEN[group]]
    found = {}
    for path in (*GROUPS[group], *chosen):
        answer = page.goto(f"{demo.url}/goyang/{path}")
        assert answer is not None
        assert answer.status == 200, path
        # What is folded away is looked at too.
        page.evaluate("document.querySelectorAll('.places details').forEach((one) => { one.open = true; })")
        page.evaluate(axe)
        if faults := [*barriers(page), *too_wide(page)]:
            found[path] = faults
    assert found == {}, found
