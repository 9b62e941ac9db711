"""The briefing as a page: whole, linked both ways, and safe against what a record may say."""

import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from tests.unit.district.briefing.shipped_briefing import LANGUAGES, book, brief, briefing

from madang.district.briefing.html import make_body, make_html
from madang.district.records import Source


class Reader(HTMLParser):
    """Collects ids, links, headings, and the text that is neither a figure, a note, a mark nor a picture."""

    SKIPPED = ("sup", "svg", "style", "code")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.hrefs: list[str] = []
        self.levels: list[int] = []
        self.quotes: list[str | None] = []
        self.loose: list[str] = []
        self._stack: list[bool] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(given["id"] or "")
        if (href := given.get("href") or "").startswith("#"):
            self.targets.append(href[1:])
        elif href:
            self.hrefs.append(href)
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if tag == "q":
            self.quotes.append(given.get("lang"))
        if tag not in ("meta", "br", "link"):
            skipped = tag in self.SKIPPED or given.get("class") == "figure" or given.get("id") == "notes"
            self._stack.append(skipped or any(self._stack[-1:]))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("meta", "br", "link"):
            self._stack.pop()

    def handle_data(self, data: str) -> None:
        if not any(self._stack[-1:]):
            self.loose.append(data)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_number_is_on_the_page_outside_figures_and_notes(lang: str) -> None:
    loose = " ".join(Reader(make_body(briefing(lang))).loose)
    assert re.findall(r"\S*\d\S*", loose.replace("U4SSC", "")) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_link_inside_the_page_has_its_place_and_every_place_is_one(lang: str) -> None:
    page = Reader(make_html(briefing(lang)))
    assert [name for name, times in Counter(page.ids).items() if times > 1] == []
    assert set(page.targets) <= set(page.ids)
    assert {f"note-{number}" for number in range(1, len(briefing(lang).notes) + 1)} <= set(page.ids)


def test_headings_leave_out_no_level() -> None:
    levels = Reader(make_html(briefing("ko"))).levels
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_the_document_names_its_language_and_marks_those_of_its_quotes() -> None:
    page = make_html(briefing("fr"))
    assert '<html lang="fr">' in page
    assert set(Reader(page).quotes) == {"ko", "de", "en", "fr"}


def test_the_file_asks_for_nothing_else() -> None:
    page = make_html(briefing("en"))
    assert "<script" not in page
    assert not re.search(r"<(img|link|iframe)\b|url\(|@import", page)


def test_every_picture_says_what_is_in_it() -> None:
    page = make_html(briefing("en"))
    assert page.count("<svg") >= 6
    assert page.count("<svg") == len(re.findall(r'<svg[^>]* role="img" aria-label="[^"]+"', page))


def test_what_a_record_says_is_text_and_only_web_addresses_are_links() -> None:
    known = book()
    evil = [
        replace(one, source=Source('<script>alert("1")</script>', "javascript:alert(1)", "<b>quoted</b>"))
        if one.measure == "groundbreaking" and one.basis == "actual" else one
        for one in known.facts
    ]  # fmt: skip
    page = make_html(brief("en", replace(known, facts=tuple(evil))))
    assert "<script" not in page
    assert "<b>quoted" not in page
    assert "&lt;script&gt;" in page
    assert not any(href.startswith("javascript") for href in Reader(page).hrefs)
