"""What the briefing says of the shipped programme, and that no number in it stands without its source."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.district.briefing.shipped_briefing import LANGUAGES, book, brief, briefing

from madang.district.book import Book
from madang.district.briefing.content import compose, digest_of, programme_of
from madang.district.briefing.html import make_html
from madang.district.briefing.look import language_of
from madang.district.briefing.pdf import make_pdf
from madang.district.briefing.values import (
    Block,
    Columns,
    Figure,
    Ground,
    Line,
    Paragraph,
    Picture,
    Points,
    Table,
    Tiles,
    Words,
    lines_of,
    numbered,
)
from madang.district.briefing.words import catalogue
from madang.errors import InvalidRequest, NotFound

DIGIT = re.compile(r"\d")
NAMES = re.compile(r"U4SSC")
"""What has a digit in its name."""


def text(line: Line) -> str:
    return "".join(span.text for span in line)


def said(lang: str, about: Book | None = None) -> str:
    made = brief(lang, about) if about else briefing(lang)
    return "\n".join(text(line) for section in made.sections for line in lines_of(section.blocks))


def labels(blocks: tuple[Block, ...]) -> Iterator[str]:
    """Headings, captions and the like: what is printed and is no line."""
    for block in blocks:
        match block:
            case Points():
                yield block.heading
            case Tiles():
                yield from (word for tile in block.tiles for word in (tile.label, tile.basis))
            case Table():
                yield from (block.caption, *block.head)
            case Picture():
                yield block.caption
                yield from labels((block.table,) if block.table else ())
            case Columns():
                yield from labels((*block.left, *block.right))
            case Paragraph():
                pass


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_number_is_inside_a_figure(lang: str) -> None:
    made = briefing(lang)
    words = [span.text for one in made.sections for line in lines_of(one.blocks) for span in line
             if isinstance(span, Words)]  # fmt: skip
    words += [label for one in made.sections for label in (one.title, *labels(one.blocks))]
    assert [word for word in words if DIGIT.search(NAMES.sub("", word))] == []


def test_a_figure_without_a_ground_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="has no ground"):
        Figure("22,000 jobs", ())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_note_names_its_source(lang: str) -> None:
    notes = briefing(lang).notes
    assert len(notes) > 80
    assert all(note.title for note in notes)
    assert len(set(notes)) == len(notes)
    [effect] = {note for note in notes if "2753명" in note.quote}
    assert effect.quality == catalogue()["quality.estimate"][lang]
    assert effect.confidence == catalogue()["confidence.medium"][lang]


def test_sentences_are_whole_in_four_languages_and_have_no_digit() -> None:
    for key, texts in catalogue().items():
        assert set(texts) == set(LANGUAGES), key
        gaps = {lang: sorted(re.findall(r"\{(\w+)\}", one)) for lang, one in texts.items()}
        assert len({tuple(found) for found in gaps.values()}) == 1, (key, gaps)
        assert not any(DIGIT.search(NAMES.sub("", one)) for one in texts.values()), key


def test_the_first_page_says_what_where_and_how_far() -> None:
    first = "\n".join(text(line) for line in lines_of(briefing("en").sections[0].blocks))
    assert "A development of 87.2 ha with a published cost of KRW 849.3 bn" in first
    assert (
        "Works began on 26 October 2023; as of 12 August 2025, about 30% was done. Completion is announced for 2026."
        in first
    )
    assert "56% of the time" in first
    assert "works would end around October 2029" in first
    assert "nothing published" in first


def test_cost_per_hectare_and_per_job_are_told_for_each_thing_called_a_job() -> None:
    page = said("en")
    assert "KRW 9.74 bn/ha" in page
    assert "KRW 38.6 M/job" in page
    assert "KRW 308.5 M/job" in page


def test_the_plan_moved_six_years_and_grew_by_three_quarters() -> None:
    page = said("en")
    assert "The plan was published 9 times between 29 June 2016 and 12 August 2025." in page
    assert "Completion was first announced for 2020 and now for 2026: 6 years later." in page
    assert "+37.0 ha (+74 %)" in page
    assert "Of 8 changes, 8 came without a reason" in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_unlike_jobs_are_never_one_range(lang: str) -> None:
    figures = [span.text for one in briefing(lang).sections for line in lines_of(one.blocks) for span in line
               if isinstance(span, Figure)]  # fmt: skip
    low = re.compile(r"2[.,\u202f]?753")
    assert any(low.search(one) for one in figures)
    assert not any(low.search(one) and re.search(r"22[.,\u202f]?000|2만 2,000", one) for one in figures)


def test_the_article_of_2016_stands_beside_later_sources() -> None:
    [table] = [block for one in briefing("en").sections if one.id == "comparison" for block in one.blocks
               if isinstance(block, Table) and block.head[1] == "The article then"]  # fmt: skip
    rows = {text(row.cells[0]): (text(row.cells[1]), text(row.cells[2])) for row in table.rows}
    assert rows["HafenCity: Area"][0] == "155 ha"
    assert rows["HafenCity: Investment"] == ("about KRW 10.5 tn", "EUR 10.9 bn (c. 2017)")
    assert rows["HafenCity: Completion"][0] == "2025"
    assert rows["HafenCity: Completion"][1].startswith("mid-2030s")
    assert rows["Seestadt Aspern: Area"][0] == "240 ha"


def test_what_does_not_compare_is_kept_grey_with_its_reason() -> None:
    tables = [block for one in briefing("en").sections if one.id == "comparison" for block in one.blocks
              if isinstance(block, Table)]  # fmt: skip
    grey = [row for table in tables for row in table.rows if row.grey]
    assert any("promised, not counted" in text(row.cells[-1]) for row in grey)
    assert any("means another area" in text(row.cells[-1]) for row in grey)
    assert all(text(row.cells[-1]) != "yes" for row in grey)
    assert any("63.3 jobs/ha" in text(row.cells[1]) for table in tables for row in table.rows if not row.grey)


def test_a_sentence_whose_fact_is_missing_is_left_out() -> None:
    known = book()
    without = replace(known, facts=tuple(one for one in known.facts if one.measure != "physical_progress"))
    assert "Drawn on in a straight line" in said("en")
    assert "Drawn on in a straight line" not in said("en", without)
    assert "A development of 87.2 ha" in said("en", without)


def test_the_digest_is_of_what_is_said_and_not_of_when_it_was_entered() -> None:
    known = book()
    fact = known.facts[0]
    moved = replace(fact, entry=replace(fact.entry, entered_at=datetime(2030, 1, 1, tzinfo=UTC)))
    other = replace(fact, boundary="another area")
    assert digest_of(replace(known, facts=(moved, *known.facts[1:]))) == digest_of(known)
    assert digest_of(replace(known, facts=(other, *known.facts[1:]))) != digest_of(known)


def test_a_language_it_does_not_speak_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="ko, en, fr, de"):
        brief("it", book())


def test_a_city_without_a_programme_of_its_own_is_told_so() -> None:
    known = book()
    only = {key: one for key, one in known.programmes.items() if one.role == "reference"}
    with pytest.raises(NotFound, match="no programme of its own"):
        brief("ko", replace(known, programmes=only))


def test_the_programme_with_most_plans_is_briefed_on() -> None:
    assert programme_of(book()).name["ko"] == "고양 일산테크노밸리"


@given(st.lists(st.integers(1, 60)))
def test_note_numbers_written_short_mean_the_same_numbers(numbers: list[int]) -> None:
    read: list[int] = []
    for part in filter(None, numbered(numbers).split(",")):
        first, _, last = part.partition("–")
        read += range(int(first), int(last or first) + 1)
    assert read == sorted(set(numbers))


@pytest.mark.parametrize(
    ("quote", "lang"),
    [
        ("현재 공정률은 약 30%", "ko"),
        ("rund 2.800 Wohnungen", "de"),
        ("mehr als ein Drittel der rund 240 Hektar", "de"),
        ("Around 11,500 housing units", "en"),
        ("27 communes dans le périmètre", "fr"),
    ],
)
def test_a_quote_is_marked_with_its_language(quote: str, lang: str) -> None:
    assert language_of(quote) == lang


def test_a_ground_is_a_value() -> None:
    assert Ground("ledger", "a") == Ground("ledger", "a")


def test_a_ledger_that_lacks_any_one_measure_or_record_still_gives_a_briefing() -> None:
    known = book()
    own = programme_of(known).id
    for measure in sorted({one.measure for one in known.facts if one.subject == own}):
        facts = tuple(one for one in known.facts if one.measure != measure)
        assert brief("ko", replace(known, facts=facts)).sections
    for less in (
        replace(known, baselines=()),
        replace(known, phases=()),
        replace(known, agreements=()),
        replace(known, organizations={}),
    ):
        assert brief("ko", less).sections


def test_a_programme_of_which_nothing_is_known_says_what_is_not_known() -> None:
    known = book()
    own = programme_of(known)
    made = compose(Book(known.measures, {own.id: own}), "en", city={"en": "Goyang"})
    text_of_all = "\n".join(text(line) for section in made.sections for line in lines_of(section.blocks))
    assert "Jobs (actual)" in text_of_all
    assert make_pdf(made).startswith(b"%PDF-")
    assert "nothing published" in make_html(made)


def test_what_is_said_to_be_missing_is_said_only_while_it_is() -> None:
    known = book()
    cost = next(one for one in known.facts if one.id.endswith("goyang-itv-investment-plan-2022-01-05"))
    sold = replace(cost, id="sold", measure="land_sold", basis="actual")
    split = replace(cost, id="split", measure="investment_land")
    signed = replace(cost, id="signed", measure="companies_contracted", basis="actual")
    effect = tuple(one for one in known.facts if one.measure != "investment_effect")
    before, after = said("en"), said("en", replace(known, facts=(*effect, sold, split, signed)))
    for sentence in (
        "No figure of land under contract was found.",
        "A breakdown into land and works was not found.",
        "no number of contracts was published",
        "called an effect of investment",
    ):
        assert sentence in before
        assert sentence not in after
