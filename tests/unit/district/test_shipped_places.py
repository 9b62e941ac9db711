"""What madang ships of districts: whole, sourced, and every collected fact is in it as its source gave it."""

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from madang.district.book import Book, gather
from madang.district.kinds import Kind
from madang.district.measures import Measures, fits, load_measures
from madang.district.quantity import UNITS, Quantity, find_unit
from madang.district.records import (
    Agreement,
    Baseline,
    Fact,
    Phase,
    Programme,
    Record,
    Tenancy,
)
from madang.district.rows import local_id, parse_row
from madang.district.shipped import load_rows
from madang.errors import Pointer
from madang.packs.shipped import shipped

COLLECTED = Path(__file__).parents[2] / "data/district/collected_facts.csv"
PLACES = shipped("places")
GOYANG = shipped("cities") / "goyang/district"

# Dimensions of quotients, which stand in no table of units.
RATES = ("persons/ha", "jobs/ha", "EUR/m2/month")


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def measures() -> Measures:
    return load_measures(PLACES / "measures.csv")


@cache
def records(*directories: Path) -> tuple[Record, ...]:
    """load_rows raises with every fault: an unknown column, word, unit or date, a unit of another dimension."""
    return tuple(parse(kind, row) for each in directories for kind, row in load_rows(each, measures()))


def parse(kind: Kind, row: Mapping[str, str]) -> Record:
    return parse_row(kind, {"status": "shipped", **row}, Pointer(row["id"]))


@cache
def book() -> Book:
    return gather(records(PLACES, GOYANG), measures())


def facts() -> tuple[Fact, ...]:
    return book().facts


def references(record: Record) -> Iterator[str]:
    match record:
        case Programme():
            yield record.part_of
        case Fact():
            yield from (record.subject, record.baseline, record.party)
        case Baseline() | Phase():
            yield record.subject
        case Agreement():
            yield from record.parties
        case Tenancy():
            yield from (record.subject, record.party)
        case _:
            pass


@pytest.mark.parametrize("directories", [(PLACES,), (PLACES, GOYANG)], ids=["places", "places and goyang"])
def test_every_reference_leads_to_a_shipped_record(directories: tuple[Path, ...]) -> None:
    """places/ alone too: another city has no file of Goyang's."""
    found = records(*directories)
    known = {record.id for record in found}
    named = {name for record in found for name in references(record) if name}
    assert named - known == set()


def test_no_id_is_used_twice() -> None:
    every = Counter(record.id for record in records(PLACES, GOYANG))
    assert [name for name, times in every.items() if times > 1] == []


def test_the_programmes_are_those_of_the_collection() -> None:
    assert {local_id(name) for name in book().programmes} == {row["subject"] for row in read(COLLECTED)}
    assert {local_id(one.id) for one in book().own} == {"goyang-itv", "goyang-changneung"}


def test_a_fact_quotes_its_source_or_says_that_the_sentence_was_not_kept() -> None:
    silent = [fact.id for fact in facts() if not fact.source.quote and "sentence was not kept" not in fact.note]
    assert silent == []
    assert all(fact.source.title for fact in facts())


def test_only_the_article_of_2016_is_without_an_address() -> None:
    assert {fact.source.title for fact in facts() if not fact.source.url} == {"CNB뉴스 2016-08-29"}


# ------------------------------------------------------------------------------------------ the collection


def told(row: Mapping[str, str]) -> tuple[str, str]:
    """What a collected row and its fact share: the programme and the quote."""
    return row["subject"], row["quote_sha256"]


def digest(fact: Fact) -> tuple[str, str]:
    return local_id(fact.subject), hashlib.sha256(fact.source.quote.encode()).hexdigest()[:12]


# The collection has areas in ha and won in full; some facts keep the unit that the sentence is written in.
PLAIN = {"money KRW": "KRW", "area": "ha"}


def figures(fact: Fact) -> frozenset[Decimal] | str:
    if fact.quantity is None:
        return written(str(fact.when or fact.value))
    quantity: Quantity = fact.quantity.to(PLAIN.get(fact.quantity.unit.dimension, fact.quantity.unit.symbol))
    return frozenset(Decimal(end.numerator) / Decimal(end.denominator) for end in (quantity.low, quantity.high))


def written(text: str) -> frozenset[Decimal] | str:
    """The numbers of a value; words that hold none, and names, by themselves."""
    if re.search(r"[A-Za-z]{3}", text) and not re.match(r"\d|mid|end", text):
        return text
    return frozenset(Decimal(number) for number in re.findall(r"\d+(?:\.\d+)?(?:e\d+)?", text))


def collected_figures(row: Mapping[str, str]) -> list[frozenset[Decimal] | str]:
    """One for each fact the row stands for: a cell such as ``60→30`` tells several."""
    if row["value"].startswith("-"):
        return [frozenset({Decimal(row["value"])})]
    return [written(part) for part in row["value"].split("→")]


def test_every_collected_fact_is_shipped_with_its_value() -> None:
    rows = read(COLLECTED)
    assert len(rows) == 394
    wanted = Counter((told(row), one) for row in rows for one in collected_figures(row))
    there = Counter((digest(fact), figures(fact)) for fact in facts())
    assert wanted - there == Counter()


# --------------------------------------------------------------------------------------------------- words


def test_every_measure_is_used_with_a_known_dimension_and_named_in_four_languages() -> None:
    dimensions = {unit.dimension for unit in UNITS.values()} | {find_unit(rate).dimension for rate in RATES}
    for measure in measures().values():
        assert measure.dimension in {"date", "text"} or any(fits(one, measure.dimension) for one in dimensions)
        assert all(measure.name[lang] for lang in ("ko", "en", "fr", "de")), measure.code
        assert all(measure.what[lang] for lang in ("ko", "en")), measure.code


def test_no_measure_says_whether_it_is_planned_or_counted() -> None:
    assert [code for code in measures() if re.search(r"(^|_)(plan|planned|actual|claim|target)", code)] == []


def words() -> set[str]:
    """What words.csv says in four languages."""
    return {row["en"] for row in read(PLACES / "words.csv") if all(row[lang] for lang in ("ko", "fr", "de"))}


def test_every_area_is_explained_and_has_its_word_in_four_languages() -> None:
    used = {fact.boundary for fact in facts()}
    readme = (PLACES / "README.md").read_text(encoding="utf-8")
    assert [word for word in used if f"`{word}`" not in readme] == []
    assert used - words() == set()


def test_every_definition_has_its_word_in_four_languages() -> None:
    assert {fact.definition for fact in facts() if fact.definition} - words() == set()


# --------------------------------------------------------------------------------------- Goyang's baselines

PLANS = {
    "area": ["30–50", "50", "약 80", "85", "약 87", "87.2", "87", "85.95", "87"],
    "investment": ["", "16000", "", "8234", "8500여", "8493", "8500", "8500", ""],
    "groundbreaking": ["", "2018", "2019-H2", "2021", "2021-12", "", "2023-09", "2023-10", ""],
    "first_tenants": ["2020", "2020", "2022", "", "", "", "", "", ""],
    "completion": ["", "2020", "", "2023", "", "2024-H2", "end 2026", "2026", ""],
    "jobs": ["", "18000여", "18000", "", "2753", "", "", "22000", ""],
}


@pytest.mark.parametrize("measure", PLANS)
def test_a_baseline_of_goyang_holds_what_was_announced_and_nothing_twice(measure: str) -> None:
    found = [
        ",".join(
            row["value"]
            for row in read(GOYANG / "facts.csv")
            if row["baseline"] == f"b{number}" and row["measure"] == measure
        )
        for number in range(1, 10)
    ]
    assert found == PLANS[measure]


def test_promised_jobs_and_investment_effects_are_claims_and_no_plans() -> None:
    own = [fact for fact in facts() if local_id(fact.subject).startswith("goyang")]
    assert {fact.basis for fact in own if fact.measure in ("jobs", "investment_effect", "economic_effect")} == {"claim"}
    effects = [fact.baseline for fact in own if fact.measure == "investment_effect"]
    assert sorted(local_id(one) for one in effects) == ["b1", "b3"]


# ------------------------------------------------------------------------------------ figures people expect


def figure(name: str, unit: str) -> float:
    fact = next(one for one in facts() if local_id(one.id) == name)
    assert fact.quantity is not None
    return float(fact.quantity.to(unit).middle)


@pytest.mark.parametrize(
    ("over", "under", "expected", "digits"),
    [
        (("aspern-jobs-plan", "jobs"), ("aspern-dwellings-plan-2025-02-13", "dwellings"), 1.74, 2),
        (("hafencity-jobs-plan-2023", "jobs"), ("hafencity-dwellings-plan-2023", "dwellings"), 5.6, 1),
        (("adlershof-jobs-2024", "jobs"), ("adlershof-area-plan-2025", "ha"), 63, 0),
        (("pangyo-jobs-1st-2015-07", "jobs"), ("pangyo-area-1st-plan-2009-10", "ha"), 1066, 0),
        (("magok-land-sold-2024", "m2"), ("magok-land-saleable-plan-2024-11-21", "m2"), 0.826, 3),
        (("goyang-itv-investment-plan-2022-01-05", "bn KRW"), ("goyang-itv-area-plan-2022-01-05", "ha"), 9.7, 1),
        (("goyang-itv-investment-plan-2022-01-05", "M KRW"), ("goyang-itv-jobs-claim-2023-10-19", "jobs"), 38.6, 1),
        (("goyang-itv-investment-plan-2022-01-05", "M KRW"), ("goyang-itv-jobs-claim-2021-08-31", "jobs"), 308.5, 1),
    ],
)
def test_a_ratio_comes_out_of_the_shipped_facts(
    over: tuple[str, str], under: tuple[str, str], expected: float, digits: int
) -> None:
    assert round(figure(*over) / figure(*under), digits) == expected


def test_jobs_in_adlershof_grew_by_5_7_per_cent_a_year() -> None:
    growth = (figure("adlershof-jobs-2024", "jobs") / figure("adlershof-jobs-2001", "jobs")) ** (1 / 23) - 1
    assert round(100 * growth, 1) == 5.7


def test_the_parts_of_magok_s_land_and_of_adlershof_s_jobs_add_up() -> None:
    sold = figure("magok-land-sold-industrial-sites-2024", "m2") + figure("magok-land-sold-support-sites-2024", "m2")
    assert sold == figure("magok-land-sold-2024", "m2")
    parts = ("core-area-2024", "growth-area-2024", "media-city-2024", "2024-scientific-institutions-only")
    assert sum(figure(f"adlershof-jobs-{part}", "jobs") for part in parts) == figure("adlershof-jobs-2024", "jobs")


def test_every_remark_of_a_shipped_fact_has_its_words_in_four_languages() -> None:
    assert {fact.note for fact in facts() if fact.note} <= words()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("aspern-companies-2018", ">150"),
        ("aspern-dwellings-phase-1-plan-2017", ">=2600"),
        ("hafencity-companies-2018", ">730"),
        ("adlershof-revenue-2024", ">4000000000"),
        ("paris-saclay-students-2016", ">60000"),
        ("adlershof-jobs-2024", "rund 29100"),
        ("hafencity-investment-private-plan-2009", "about 5000000000"),
        ("la-defense-jobs-business-district-2022", "environ 180000"),
        ("goyang-itv-physical-progress-2025-08-12", "약 30"),
        ("goyang-itv-investment-plan-2021-08-31", "8500여"),
        ("saclay-moulon-floor-area-share-plan-2014-01-28", "40"),
        ("adlershof-companies-science-park-2001", "362"),
        ("songdo-ibd-residents-plan-2012-03", "65000"),
    ],
)
def test_a_figure_is_about_or_more_than_what_its_own_quote_calls_so(name: str, value: str) -> None:
    """The last three stand in a sentence that says so of another figure."""
    found = next(one for one in facts() if local_id(one.id) == name)
    assert found.quantity is not None
    assert found.quantity.as_written == value
    assert found.quantity.approximate is (value[0] in "rae약" or value.endswith("여"))
    assert (found.quantity.bound == "at least") is value.startswith(">")


def test_a_bound_that_indicators_take_for_a_figure_says_so_in_a_remark() -> None:
    kept = {local_id(one.id): (str(one.quantity.as_written), one.note) for one in facts() if one.quantity}
    assert kept["hafencity-jobs-2015-10"] == ("10000", "More than 10 000")
    assert kept["aspern-jobs-plan-2028"] == ("20000", "Up to 20 000")
    assert kept["aspern-residents-plan-2025-02-13"] == ("25000", "At least 25 000")
