"""A fact is entered, a second person publishes it, and the change log tells it: in a browser, without JavaScript."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.e2e.serving import Server, serving
from tests.e2e.small_city import empty_city

pytestmark = pytest.mark.e2e

PROGRAMMES = """\
id,name_ko,name_en,city,country,role,source
valley,골짜기,Valley,Void,KR,own,"Town paper, 1 March 2021"
"""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A city that has nothing but a programme of its own."""
    place = tmp_path_factory.mktemp("places")
    profile = empty_city(place)
    (profile / "district").mkdir()
    (profile / "district" / "programmes.csv").write_text(PROGRAMMES, "utf-8")
    with serving(place / "data", "serve", "--city", str(profile), "--set", "port=0") as server:
        yield server


@pytest.fixture
def page(browser: Browser, city: Server) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto(f"{city.url}/void/places/entry?kind=fact&subject=valley&measure=area")
    yield page
    context.close()


def test_one_person_enters_a_second_one_publishes_and_the_log_tells_it(page: Page) -> None:
    def fill(**texts: str) -> None:
        for name, text in texts.items():
            page.locator(f"#field-{name}").fill(text)

    fill(value="87", unit="평", as_of="2026", stated="2021-03-01", quote="87 ha are planned")
    page.locator("#field-basis").select_option("plan")
    page.locator("#field-quality").select_option("estimate")
    page.locator("#field-confidence").select_option("high")
    page.locator("#by").fill("Kim")
    page.get_by_role("button", name="Next").click()

    # The source is missing: told on top and at its field; nothing typed is lost.
    page.get_by_role("alert").get_by_role("link", name="source").click()
    expect(page.locator("#field-quote")).to_have_value("87 ha are planned")
    fill(source="Town paper, 1 March 2021")
    page.get_by_role("button", name="Next").click()

    # In pyeong it would be a garden: the other units show it, and it is changed.
    expect(page.locator("dl")).to_contain_text("m²")
    page.get_by_role("button", name="Change", exact=True).click()
    fill(unit="ha")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("dl")).to_contain_text("870,000 m²")
    page.get_by_role("button", name="Enter as a draft").click()

    expect(page.get_by_role("status")).to_contain_text("entered as a draft")
    publishing = page.locator("form", has=page.get_by_role("heading", name="Publish"))
    publishing.get_by_label("Your name").fill("kim")
    publishing.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("alert")).to_contain_text("A second person reviews it")
    publishing.get_by_label("Your name").fill("Lee")
    publishing.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("status")).to_contain_text("is published")

    page.get_by_role("link", name="Change log").click()
    rows = page.locator("tbody tr").filter(has_text="Valley · Area: 87 ha")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("published")
    expect(rows.first).to_contain_text("Lee")
    expect(rows.last).to_contain_text("Kim")
    expect(page.get_by_text("The chain of all")).to_be_visible()
