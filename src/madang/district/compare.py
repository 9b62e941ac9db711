"""Districts side by side, like with like: what is of another kind is kept and said to be so, never ranked.

    compare(book, results, subjects, what, today=…) -> Comparison
    plan_and_actual(book, subjects, measure) -> tuple[Pair, ...]

``what`` is a measure of the ledger or the key of an indicator. The standard is what most districts have: one basis, one
definition, the district as a whole. Of each district the statement that comes nearest to it is taken.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from madang.errors import BadRequestData

from .book import Book
from .indicators.choice import Chosen, choose
from .indicators.spec import BASES, DISTRICT
from .indicators.values import Input, Result, Results
from .quantity import Quantity
from .rates import Converted, Rates
from .records import Basis, Fact, Programme, Text
from .when import When, on_day, parse_when

Unlike = Literal["boundary", "basis", "definition", "unit", "bound", "currency", "prices", "old", "undated"]
"""Why a value does not compare: another area is meant, another basis, something else is counted, another kind of unit,
only a bound is known, no dated rate, prices of another time, older than OLD_YEARS, or of no known date."""

OLD_YEARS = 10
PRICE_YEARS = 5
"""Costs stated further apart than this are in prices of different times."""

_OF_SO_MANY = re.compile(r"of \d+ \w+( due)?")
_TRUST: Sequence[Basis] = ("actual", "plan", "forecast", "claim")


@dataclass(frozen=True, slots=True)
class Compared:
    """One district. value: as it was stated or computed; shown: in the unit of the comparison, None where it does not
    convert. inputs: the parts it comes from, with their facts; words: the formula. label: the definition in the
    reader's words, where there are any. basis: ``plan``; of parts that differ in it all of them, ``plan + actual``.
    rate: of the money, where one was needed. unlike: why it does not compare, () where it does.
    """

    programme: Programme
    value: Quantity
    shown: Quantity | None
    inputs: tuple[Input, ...]
    words: Text | None
    label: Text | None
    basis: str
    boundary: str
    definition: str
    as_of: When | None
    stated: When | None
    rate: Converted | None
    unlike: tuple[Unlike, ...]

    @property
    def facts(self) -> tuple[Fact, ...]:
        return tuple(dict.fromkeys(fact for one in self.inputs for fact in one.facts))


@dataclass(frozen=True, slots=True)
class Comparison:
    """rows: those that compare, the largest first; after them the unlike ones, least unlike first. missing: districts
    that say nothing of it. basis, definition, unit: the standard; unit "" without rows. currency: "" of what is no
    money."""

    what: str
    basis: str
    definition: str
    unit: str
    currency: str
    rows: tuple[Compared, ...]
    missing: tuple[Programme, ...]

    @property
    def like(self) -> tuple[Compared, ...]:
        return tuple(one for one in self.rows if not one.unlike)


@dataclass(frozen=True, slots=True)
class Pair:
    """What a district planned and what has come of it, of one boundary and definition; else unlike says what differs.
    One of the two is None where nobody has said it."""

    programme: Programme
    plan: Fact | None
    actual: Fact | None
    unlike: tuple[Unlike, ...]


@dataclass(frozen=True, slots=True)
class _Candidate:
    value: Quantity
    inputs: tuple[Input, ...]
    words: Text | None
    label: Text | None
    basis: str
    boundary: str
    definition: str
    as_of: When | None
    stated: When | None

    @property
    def moment(self) -> When | None:
        return self.as_of or self.stated


@dataclass(frozen=True, slots=True)
class _Standard:
    """year: of the prices that costs are held against."""

    basis: str
    definition: str
    dimension: str
    unit: str
    currency: str
    year: int | None
    today: date
    rates: Rates | None


def compare(
    book: Book,
    results: Mapping[str, Results],
    subjects: Sequence[str],
    what: str,
    *,
    today: date,
    basis: Basis | Literal[""] = "",
    currency: str = "",
    rates: Rates | None = None,
) -> Comparison:
    """subjects: entity ids. The first is one's own: its unit, currency and prices are what others are held to, and it
    may have several rows where it says unlike things. results: subject -> its indicators, empty for a measure.
    basis "": what most districts have. currency: to show money in; "" that of the first subject."""
    found = {
        one: _newest_first(list(_candidates(book, results, one, what, today)))
        for one in subjects
        if one in book.programmes
    }
    standard = _standard(found, today, basis, currency, rates)
    rows = [
        row
        for one, each in found.items()
        for row in _nearest(book.programmes[one], each, standard)[: None if one == subjects[0] else 1]
    ]
    order = sorted(rows, key=lambda row: (len(row.unlike), -row.shown.middle if row.shown else 0, row.programme.id))
    missing = tuple(book.programmes[one] for one, each in found.items() if not each)
    return Comparison(
        what, standard.basis, standard.definition, standard.unit, standard.currency, tuple(order), missing
    )


def comparable(book: Book, subjects: Sequence[str]) -> tuple[str, ...]:
    """Measures that at least two of the subjects state as a figure, those that most state first."""
    told = {(fact.measure, fact.subject) for fact in book.facts if fact.quantity and fact.subject in subjects}
    count = Counter(measure for measure, _ in told)
    return tuple(sorted((one for one, n in count.items() if n > 1), key=lambda one: (-count[one], one)))


def plan_and_actual(book: Book, subjects: Sequence[str], measure: str) -> tuple[Pair, ...]:
    """One pair for each subject that says either, in the order of subjects."""
    pairs = (_pair(book, book.programmes[one], measure) for one in subjects if one in book.programmes)
    return tuple(pair for pair in pairs if pair.plan or pair.actual)


# --------------------------------------------------------------------------------------------- candidates


def _candidates(
    book: Book, results: Mapping[str, Results], subject: str, what: str, today: date
) -> Iterator[_Candidate]:
    for result in results.get(subject, {}).get(what, ()):
        if result.value is not None:
            yield _of_result(result, result.value, today)
    for basis in BASES:
        for one in choose(book.facts_of(subject, what, basis), "each definition"):
            if isinstance(one.value, Quantity):
                yield _of_facts(one, one.value, what)


def _of_facts(one: Chosen, value: Quantity, what: str) -> _Candidate:
    first = one.facts[0]
    moments = first.as_of, first.stated
    return _Candidate(
        value, (Input(what, value, one.facts),), None, None, one.basis, one.boundary, one.definition, *moments
    )


def _of_result(result: Result, value: Quantity, today: date) -> _Candidate:
    """What stands on no fact is counted by madang itself, today."""
    told = [fact.stated for one in result.inputs for fact in one.facts[:1] if fact.stated]
    counted = None if any(one.facts for one in result.inputs) else on_day(today)
    as_of = parse_when(result.as_of) if result.as_of else counted
    stated = max(told, key=lambda when: when.last, default=None)
    boundary = result.boundary or DISTRICT
    basis = result.basis or " + ".join(dict.fromkeys(one.facts[0].basis for one in result.inputs if one.facts))
    return _Candidate(
        value, result.inputs, result.words, result.label, basis, boundary, result.definition, as_of, stated
    )


# ----------------------------------------------------------------------------------------------- standard


def _standard(
    found: Mapping[str, Sequence[_Candidate]],
    today: date,
    basis: Basis | Literal[""],
    currency: str,
    rates: Rates | None,
) -> _Standard:
    asked = basis or _commonest({one.basis for one in each} for each in found.values())
    rest = [[one for one in each if one.basis == asked and one.boundary == DISTRICT] for each in found.values()]
    rest = rest if any(rest) else list(map(list, found.values()))
    definition = _commonest({_kind(one.definition) for one in each} for each in rest)
    kept = [[one for one in each if _kind(one.definition) == definition] for each in rest]
    dimension = _commonest({_dimension(one.value) for one in each} for each in kept)
    ranked = [*next(iter(found.values()), ()), *(one for each in kept for one in each)]
    first = next((one for one in ranked if _dimension(one.value) == dimension), None)
    money = first.value.unit.symbol.partition("/") if first and dimension.startswith("money") else None
    coin = (currency or _currency(first.value)) if first and money else ""
    unit = "" if first is None else first.value.unit.symbol if money is None else f"{coin}{money[1]}{money[2]}"
    year = first.stated.last.year if first and first.stated else None
    return _Standard(asked, definition, dimension, unit, coin, year, today, rates)


def _commonest(sets: Iterable[set[str]]) -> str:
    """What most have; of as many, what is most certain or plainest: an actual value, no special definition."""
    count = Counter(one for each in sets for one in each)
    return min(count, key=lambda one: (-count[one], _rank(one), one), default="")


def _rank(word: str) -> int:
    return next((i for i, basis in enumerate(_TRUST) if basis == word), 0 if not word else len(_TRUST))


def _newest_first(each: Sequence[_Candidate]) -> list[_Candidate]:
    return sorted(each, key=lambda one: one.moment.last if one.moment else date.min, reverse=True)


def _kind(definition: str) -> str:
    """Of how many something was computed makes it no other thing."""
    return "" if _OF_SO_MANY.fullmatch(definition) else definition


def _dimension(value: Quantity) -> str:
    """Money is one dimension, whatever its currency; so is money per the same thing."""
    coin = _currency(value)
    return value.unit.dimension.replace(f"money {coin}", "money") if coin else value.unit.dimension


def _currency(value: Quantity) -> str:
    """Of money, or of money per something."""
    head = value.unit.dimension.partition(" per ")[0]
    return head.removeprefix("money ") if head.startswith("money ") else ""


# ---------------------------------------------------------------------------------------------- comparing


def _nearest(programme: Programme, each: Sequence[_Candidate], standard: _Standard) -> list[Compared]:
    """Those that are least unlike the standard, of its basis first, the newest first."""
    rows = [_compared(programme, one, standard) for one in each]
    least = min((len(row.unlike) for row in rows), default=0)
    return sorted((row for row in rows if len(row.unlike) == least), key=lambda row: "basis" in row.unlike)


def _compared(programme: Programme, one: _Candidate, standard: _Standard) -> Compared:
    shown, rate = _shown(one, standard)
    return Compared(
        programme,
        one.value,
        shown,
        one.inputs,
        one.words,
        one.label,
        one.basis,
        one.boundary,
        one.definition,
        one.as_of,
        one.stated,
        rate,
        tuple(_unlike(one, standard, shown)),
    )


def _unlike(one: _Candidate, standard: _Standard, shown: Quantity | None) -> Iterator[Unlike]:
    if one.boundary != DISTRICT:
        yield "boundary"
    if one.basis != standard.basis:
        yield "basis"
    if _kind(one.definition) != standard.definition:
        yield "definition"
    if _dimension(one.value) != standard.dimension:
        yield "unit"
    elif shown is None:
        yield "currency"
    if one.value.bound:
        yield "bound"
    if standard.currency and one.stated and abs(one.stated.last.year - (standard.year or 0)) > PRICE_YEARS:
        yield "prices"
    if one.moment is None:
        yield "undated"
    elif one.moment.last.year < standard.today.year - OLD_YEARS:
        yield "old"


def _shown(one: _Candidate, standard: _Standard) -> tuple[Quantity | None, Converted | None]:
    if _dimension(one.value) != standard.dimension:
        return None, None
    if not standard.currency or _currency(one.value) == standard.currency:
        return one.value.to(standard.unit), None
    moment = one.stated or one.as_of
    if standard.rates is None or moment is None:
        return None, None
    try:
        rate = standard.rates.convert(one.value, standard.currency, moment.last)
    except BadRequestData:  # a month before the table begins, or after it ends
        return None, None
    return rate.quantity.to(standard.unit), rate


# ------------------------------------------------------------------------------------------------- pairs


def _pair(book: Book, programme: Programme, measure: str) -> Pair:
    plans = _whole(choose(book.facts_of(programme.id, measure, "plan"), "each definition"))
    actuals = _whole(choose(book.facts_of(programme.id, measure, "actual"), "each definition"))
    pairs = [(plan, actual) for plan in plans for actual in actuals]
    if not pairs:
        plan, actual = next(iter(plans), None), next(iter(actuals), None)
        return Pair(programme, plan.facts[0] if plan else None, actual.facts[0] if actual else None, ())
    plan, actual = min(pairs, key=lambda pair: len(_differ(*pair)))
    return Pair(programme, plan.facts[0], actual.facts[0], _differ(plan, actual))


def _whole(found: Sequence[Chosen]) -> list[Chosen]:
    """Figures, of the whole district and of the plain meaning first."""
    figures = [one for one in found if isinstance(one.value, Quantity)]
    return sorted(figures, key=lambda one: (one.boundary != DISTRICT, one.definition != "", one.definition))


def _differ(plan: Chosen, actual: Chosen) -> tuple[Unlike, ...]:
    if not isinstance(plan.value, Quantity) or not isinstance(actual.value, Quantity):
        return ("unit",)
    told: list[tuple[Unlike, bool]] = [
        ("boundary", plan.boundary != actual.boundary),
        ("definition", plan.definition != actual.definition),
        ("unit", plan.value.unit.dimension != actual.value.unit.dimension),
        ("bound", bool(plan.value.bound or actual.value.bound)),
    ]
    return tuple(why for why, so in told if so)
