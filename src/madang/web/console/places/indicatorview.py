"""Indicators as a page shows them: rows of a list, one indicator with its reasons, other districts beside it, CSV."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from madang.district.book import Book
from madang.district.indicators.explain import Why, explain, plain, show_value
from madang.district.indicators.values import Indicator, Result, Results
from madang.district.rows import local_id
from madang.district.statistics.scaling import BANDS
from madang.district.when import format_when, parse_when
from madang.district.wording import worded
from madang.errors import BadRequestData
from madang.web.console.texts import pick

SHOWN = ("computed", "value", "all")
"""Which rows: those with a way of computing them, those with a value now, every code of the catalogue."""

CSV_HEADER = (
    "programme",
    "key",
    "framework",
    "code",
    "name",
    "value_low",
    "value_high",
    "unit",
    "basis",
    "boundary",
    "definition",
    "as_of",
    "quality",
    "confidence",
    "score",
    "band",
    "formula",
    "facts",
    "sources",
    "gaps",
    "definition_evidence",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One result. value, other: in both habits. boundary "" for the whole district. band: in per cent of the target.

    bases: more than one where figures of different bases stand together.
    """

    value: str
    other: str
    label: str
    bases: tuple[str, ...]
    boundary: str
    as_of: str
    quality: str
    confidence: str
    score: float | None
    band: str
    gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """An indicator of the list. computed: there is a way of computing it."""

    key: str
    code: str
    name: str
    unit: str
    recalled: bool
    computed: bool
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of a framework. of: how many codes it has in all."""

    framework: str
    of: int
    rows: Sequence[Row] = field(default_factory=list)

    @property
    def values(self) -> int:
        return sum(any(line.value for line in row.lines) for row in self.rows)


@dataclass(frozen=True, slots=True)
class Other:
    """A value of another district."""

    programme: str
    name: str
    line: Line


def line(result: Result, book: Book, lang: str) -> Line:
    shown = show_value(result.value, lang) if result.value is not None else None
    return Line(
        shown.primary if shown else "",
        shown.secondary if shown else "",
        pick(result.label, lang) if result.label else "",
        (result.basis,) if result.basis else _bases(result),
        "" if result.boundary in ("", "district") else worded(book.wording, result.boundary, lang),
        format_when(parse_when(result.as_of), lang) if result.as_of else "",
        result.quality or "",
        result.confidence or "",
        result.score,
        BANDS[result.band - 1] if result.band else "",
        tuple(pick(one.what, lang) for one in result.gaps),
    )


def _bases(result: Result) -> tuple[str, ...]:
    """Of a result that mixes them, in the order of its inputs."""
    return tuple(dict.fromkeys(one.facts[0].basis for one in result.inputs if one.facts))


def groups(
    catalogue: Mapping[str, Indicator], results: Results, book: Book, lang: str, *, framework: str, shown: str
) -> list[Group]:
    """The list, our own framework first. Raises BadRequestData for a framework or a choice there is not."""
    names = frameworks(catalogue)
    if framework and framework not in names:
        raise BadRequestData(f"There is no framework {framework[:40]!r}.", "framework")
    if shown not in SHOWN:
        raise BadRequestData(f"{shown[:20]!r} is not one of {', '.join(SHOWN)}.", "show")
    found = [_group(name, catalogue, results, book, lang, shown) for name in names if framework in ("", name)]
    return [group for group in found if group.rows]


def frameworks(catalogue: Mapping[str, Indicator]) -> list[str]:
    """In the catalogue's order, those for districts first."""
    names = list(dict.fromkeys(one.framework for one in catalogue.values()))
    ours = [name for name in names if name.startswith("MADANG") or name == "한국 신도시 계획"]
    return [*reversed(ours), *(name for name in names if name not in ours)]


def _group(
    framework: str, catalogue: Mapping[str, Indicator], results: Results, book: Book, lang: str, shown: str
) -> Group:
    own = [one for one in catalogue.values() if one.framework == framework]
    rows = [_row(one, results.get(one.key, ()), book, lang) for one in own if _wanted(results.get(one.key), shown)]
    return Group(framework, len(own), rows)


def _wanted(results: Sequence[Result] | None, shown: str) -> bool:
    if shown == "all":
        return True
    if results is None:
        return False
    return shown == "computed" or any(one.value is not None for one in results)


def _row(one: Indicator, results: Sequence[Result], book: Book, lang: str) -> Row:
    lines = [line(result, book, lang) for result in results]
    return Row(one.key, one.code, pick(one.name, lang), one.unit, one.evidence == "recall", bool(results), lines)


def direction(indicator: Indicator) -> str:
    """Key of the words for what is wished for."""
    wished = indicator.direction
    return wished if wished in ("up", "down") else "target" if wished.startswith("to ") else "context"


def whys(results: Sequence[Result], lang: str) -> list[Why]:
    return [explain(one, lang) for one in results]


def others(found: Mapping[str, Sequence[Result]], book: Book, lang: str, besides: str) -> list[Other]:
    """Values of the other programmes, own ones of the city first."""
    ordered = sorted(
        (one for one in book.programmes.values() if one.id != besides),
        key=lambda one: (one.role != "own", pick(one.name, lang)),
    )
    return [
        Other(local_id(one.id), pick(one.name, lang), line(result, book, lang))
        for one in ordered
        for result in found.get(one.id, ())
        if result.value is not None
    ]


def csv_rows(results: Results, programme: str) -> Iterator[Sequence[object]]:
    for each in results.values():
        for one in each:
            value = one.value
            facts = [fact for given in one.inputs for fact in given.facts]
            yield (
                programme,
                one.indicator.key,
                one.indicator.framework,
                one.indicator.code,
                one.indicator.name.get("en", ""),
                "" if value is None else plain(value).split("–")[0],
                "" if value is None else plain(value).split("–")[-1],
                "" if value is None else value.unit.symbol,
                one.basis,
                one.boundary,
                one.definition,
                one.as_of,
                one.quality or "",
                one.confidence or "",
                "" if one.score is None else f"{one.score:.2f}",
                one.band or "",
                one.formula,
                ";".join(dict.fromkeys(local_id(fact.id) for fact in facts)),
                "; ".join(dict.fromkeys(fact.source.title for fact in facts)),
                " ".join(given.what["en"] for given in one.gaps),
                one.indicator.evidence,
            )
