"""Books for tests: the shipped one, and made-up ones of a few lines."""

import itertools
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import cache

from madang.district.book import Book, gather
from madang.district.indicators.catalogue import load_catalogue
from madang.district.indicators.engine import Indicators
from madang.district.indicators.methods import METHODS
from madang.district.indicators.reading import LedgerReader, Worth
from madang.district.indicators.score import Target
from madang.district.indicators.spec import IndicatorSpec, load_specs, parse_specs
from madang.district.indicators.values import Indicator, Result, Results
from madang.district.kinds import BY_NAME
from madang.district.measures import Measures, load_measures
from madang.district.records import Fact, Record
from madang.district.rows import parse_row
from madang.district.shipped import load_rows
from madang.district.wording import load_wording
from madang.errors import Pointer
from madang.model.keys import parse_document
from madang.packs.shipped import shipped

PLACES = shipped("places")
GOYANG = shipped("cities") / "goyang" / "district"
TODAY = date(2026, 11, 22)
HERE = "urn:ngsi-ld:DevelopmentProgramme:here"
_numbers = itertools.count(1)


@cache
def measures() -> Measures:
    return load_measures(PLACES / "measures.csv")


@cache
def catalogue() -> dict[str, Indicator]:
    return dict(load_catalogue(PLACES / "indicators.csv"))


@cache
def district_specs() -> tuple[IndicatorSpec, ...]:
    return load_specs(PLACES / "formulas" / "district.toml", catalogue(), measures(), METHODS)


def specs_of(toml: str) -> tuple[IndicatorSpec, ...]:
    return parse_specs(parse_document(toml, "own.toml"), catalogue(), measures(), METHODS)


@cache
def shipped_book() -> Book:
    rows = [row for place in (PLACES, GOYANG) for row in load_rows(place, measures())]
    records = [parse_row(kind, {"status": "shipped", **row}, Pointer(row["id"])) for kind, row in rows]
    return gather(records, measures(), wording=load_wording(PLACES / "words.csv"))


def record(kind: str, /, **row: str) -> Record:
    row = {"id": f"r{next(_numbers)}", "source": "Gazette 2024-05-01", "status": "published", **row}
    if kind not in ("organization", "agreement", "practice", "evidence"):
        row = {"subject": "here", **row}
    if kind == "organization":
        del row["source"]
    row |= {"entered_by": "kim", "reviewed_by": "lee"}
    return parse_row(BY_NAME[kind], row, Pointer(f"{kind} {row['id']}"))


def fact(measure: str, value: str, unit: str, basis: str = "plan", **row: str) -> Fact:
    made = record(
        "fact",
        **{
            "measure": measure,
            "value": value,
            "unit": unit,
            "basis": basis,
            "stated": "2024-05-01",
            "quality": "estimate",
            "confidence": "high",
            "url": "https://example.org/gazette",
            "quote": "as printed",
            **row,
        },
    )
    assert isinstance(made, Fact)
    return made


def book_of(*records: Record) -> Book:
    return gather(records, measures())


def engine(
    specs: Sequence[IndicatorSpec] | None = None,
    targets: dict[str, Target] | None = None,
    worth: Worth | None = None,
) -> Indicators:
    return Indicators(
        catalogue(),
        district_specs() if specs is None else specs,
        (LedgerReader(),),
        targets or {},
        today=lambda: TODAY,
        worth=(lambda book, subject: worth) if worth else None,
    )


async def results(book: Book, *keys: str, subject: str = HERE, specs: Sequence[IndicatorSpec] | None = None) -> Results:
    return await engine(specs).compute(book, subject, keys or None)


async def shipped_results(programme: str, key: str) -> Sequence[Result]:
    subject = f"urn:ngsi-ld:DevelopmentProgramme:{programme}"
    return (await engine().compute(shipped_book(), subject, [key]))[key]


def figure(result: Result, digits: int = 4) -> tuple[float, float]:
    """Low and high, rounded to significant digits."""
    if result.value is None:
        raise AssertionError([one.what["en"] for one in result.gaps])
    low, high = (float(f"{float(end):.{digits}g}") for end in (result.value.low, result.value.high))
    return low, high


def one_figure(found: Iterable[Result], digits: int = 4) -> float:
    """The figure of the only result, which must be a point."""
    (only,) = found
    low, high = figure(only, digits)
    assert low == high
    return low


def sources(result: Result) -> set[str]:
    return {fact.source.title for one in result.inputs for fact in one.facts}


def of_label(found: Iterable[Result], part: str) -> Result:
    return next(one for one in found if part in one.definition)


WORTH = Worth(Decimal("1200000000"), "KRW", Decimal("0.045"), Decimal("0.061"))
