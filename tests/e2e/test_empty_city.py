"""A city with packs and no data yet tells its reader what to do."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, expect
from tests.e2e.serving import Server, serving
from tests.e2e.small_city import empty_city

pytestmark = pytest.mark.e2e

PAGES = ("map", "boards", "boards/parking", "boards/weather", "alerts", "feeds", "data", "settings")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    directory = tmp_path_factory.mktemp("empty")
    with serving(directory / "data", "serve", "--city", str(empty_city(directory)), "--set", "port=0") as server:
        yield server


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_every_page_of_an_empty_city_opens(empty: Server, context_of: Callable[..., BrowserContext], lang: str) -> None:
    page = context_of(empty.url, lang=lang).new_page()
    for path in PAGES:
        answer = page.goto(f"{empty.url}/void/{path}")
        assert answer is not None
        assert answer.status == 200, path
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        if path == "map":
            page.locator("[data-map][data-ready]").wait_for()
        for plot in page.locator("figure[data-chart] [data-plot]").all():
            plot.scroll_into_view_if_needed()
            expect(plot).not_to_be_empty()


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("alerts", "Nothing needs you now"),
        ("feeds", "city.toml"),
        ("boards/parking", "Connect a feed and it appears here"),
    ],
)
def test_an_empty_page_says_what_would_be_there(
    empty: Server, context_of: Callable[..., BrowserContext], path: str, says: str
) -> None:
    page = context_of(empty.url).new_page()
    page.goto(f"{empty.url}/void/{path}")
    expect(page.locator("main")).to_contain_text(says)


def test_the_history_of_a_city_without_feeds_has_only_what_came_with_madang(
    empty: Server, context_of: Callable[..., BrowserContext]
) -> None:
    page = context_of(empty.url).new_page()
    page.goto(f"{empty.url}/void/data")
    page.get_by_role("button", name="Run").click()
    expect(page.locator("tbody")).to_contain_text("DistrictFact")
    page.goto(
        f"{empty.url}/void/data?sql=SELECT+*+FROM+observation+WHERE+type+NOT+LIKE+'District%25'+AND+type+LIKE+'%25Parking'"
    )
    expect(page.get_by_role("status")).to_contain_text("0 rows")


def test_a_city_without_recorded_time_has_no_clock_to_turn(
    empty: Server, context_of: Callable[..., BrowserContext]
) -> None:
    page = context_of(empty.url).new_page()
    page.goto(f"{empty.url}/void/feeds")
    expect(page.locator("[data-clock]")).to_have_attribute("data-mode", "live")
    expect(page.locator("[data-clock-pause]")).to_have_count(0)
