"""One demo server and one browser for all tests that need them."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from tests.e2e.serving import Server, serving

FLAGS = ("--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
"""Software drawing: test machines have no graphics card."""

MORNING = "2014-08-30T09:00:00Z"
GARAGE = "urn:ngsi-ld:OffStreetParking:aarhus:BRUUNS"
SPRING = "2019-05-15T12:00:00Z"

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def demo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("demo") / "data", "demo", "--port", "0") as server:
        yield server


@pytest.fixture
def demo(demo_server: Server) -> Server:
    """Both cities stand still at a known moment."""
    for city, moment in (("aarhus", MORNING), ("goyang", SPRING)):
        demo_server.turn_clock(city, do="pause")
        demo_server.turn_clock(city, do="jump", to=moment)
    demo_server.wait_for("aarhus", GARAGE, lambda garage: "2014-08-30T08" in str(garage))
    return demo_server


# For a module, not the session: while Playwright's loop runs in this thread, no test of the same run may have its own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("MADANG_BROWSER", "/usr/bin/chromium"), args=FLAGS
        )
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the pages of a test complained about; a test that expects a complaint takes it out."""
    return []


@pytest.fixture
def context_of(browser: Browser, complaints: list[str]) -> Iterator[Callable[..., BrowserContext]]:
    """Opens browser contexts by language, theme and width. Fails the test on errors and broken content policies."""
    contexts: list[BrowserContext] = []

    def make(url: str, *, lang: str = "en", theme: str = "light", width: int = 1280) -> BrowserContext:
        context = browser.new_context(viewport={"width": width, "height": 844})
        context.set_default_timeout(20_000)
        context.add_cookies(
            [{"name": name, "value": value, "url": url} for name, value in (("lang", lang), ("theme", theme))]
        )
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        # A refused content policy is a console error too.
        context.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def opened(demo: Server, context_of: Callable[..., BrowserContext]) -> Open:
    """Opens a page of the demo; a map is returned once it is drawn."""

    def open_page(path: str, *, lang: str = "en", theme: str = "light", width: int = 1280) -> Page:
        page = context_of(demo.url, lang=lang, theme=theme, width=width).new_page()
        page.goto(demo.url + path)
        if "/map" in path:
            page.locator("[data-map][data-ready]").wait_for()
        return page

    return open_page


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, which ``make`` fetched with the console's libraries."""
    return (Path(__file__).parents[2] / "console/node_modules/axe-core/axe.min.js").read_text("utf-8")
