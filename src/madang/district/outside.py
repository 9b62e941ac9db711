"""The outside view: what became of other districts' dates and costs, as a band beside one's own.

Indicative only: a handful of districts are no statistics, so the number of cases always stands beside the band.
Source of the method: reference-class forecasting (Kahneman and Tversky 1979; Flyvbjerg 2006).
"""

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from statistics import median

from .book import Book
from .drift import why_unlike
from .quantity import Quantity
from .records import Fact, Programme

STARTS = ("groundbreaking", "construction_start", "start")
"""Measures that say when works began, the best first."""

CASES_MIN = 3
"""Fewer cases give no band; they are only listed."""


@dataclass(frozen=True, slots=True)
class Case:
    """A reference district's own experience. stretch: what was needed in the end for each unit first planned: 1 is as
    planned. first, last: the two statements it comes from. start: of the duration; None for costs."""

    programme: Programme
    first: Fact
    last: Fact
    stretch: Fraction
    start: Fact | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A district that gives no case, and why: ``one plan``, ``no start``, ``unlike``, ``bound``."""

    programme: Programme
    why: str


@dataclass(frozen=True, slots=True)
class DateView:
    """own: the plan that is looked at. low, middle, high: completion if it went as the least, the median, the most
    stretched case; None with fewer than CASES_MIN cases."""

    own: Fact
    start: Fact
    cases: tuple[Case, ...]
    left_out: tuple[LeftOut, ...]
    low: date | None
    middle: date | None
    high: date | None


@dataclass(frozen=True, slots=True)
class CostView:
    """As DateView, of the first approved cost."""

    own: Fact
    cases: tuple[Case, ...]
    left_out: tuple[LeftOut, ...]
    low: Quantity | None
    middle: Quantity | None
    high: Quantity | None


def completion_view(book: Book, subject: str) -> DateView | None:
    """Band of the completion date of ``subject``, measured from its own start of works (else its first announcement).

    None where it has no planned completion or no start.
    """
    planned = [fact for fact in book.facts_of(subject, "completion", "plan", "forecast") if fact.when]
    start = start_of(book, subject)
    if not planned or start is None or start.when is None:
        return None
    own = planned[-1]
    cases, left_out = _each(book, subject, lambda one: _date_case(book, one))
    ends = [_stretched(start, own, case.stretch) for case in cases] if len(cases) >= CASES_MIN else []
    middle = _stretched(start, own, _middle(cases)) if ends else None
    return DateView(own, start, cases, left_out, min(ends, default=None), middle, max(ends, default=None))


def cost_view(book: Book, subject: str) -> CostView | None:
    """Band of the cost of ``subject``: its newest plan times what became of the first plans of others."""
    planned = [fact for fact in book.facts_of(subject, "investment", "plan", "forecast") if _plain(fact)]
    if not planned:
        return None
    own = planned[-1]
    cases, left_out = _each(book, subject, lambda one: _cost_case(book, one))
    if own.quantity is None or len(cases) < CASES_MIN:
        return CostView(own, cases, left_out, None, None, None)
    stretches = [case.stretch for case in cases]
    low, middle, high = (_times(own.quantity, one) for one in (min(stretches), _middle(cases), max(stretches)))
    return CostView(own, cases, left_out, low, middle, high)


def start_of(book: Book, subject: str) -> Fact | None:
    """When works began: an actual date, else the first planned one."""
    for measure in STARTS:
        dated = [fact for fact in book.facts_of(subject, measure) if fact.when]
        happened = [fact for fact in dated if fact.basis == "actual"]
        if dated:
            return (happened or dated)[0]
    return None


def _each(
    book: Book, subject: str, make: Callable[[Programme], "Case | str"]
) -> tuple[tuple[Case, ...], tuple[LeftOut, ...]]:
    """Every other district's case, or why it has none. A part of a district is not a case beside the whole."""
    cases: list[Case] = []
    left_out: list[LeftOut] = []
    for one in book.programmes.values():
        if one.id == subject or one.part_of:
            continue
        made = make(one)
        if isinstance(made, Case):
            cases.append(made)
        else:
            left_out.append(LeftOut(one, made))
    return tuple(cases), tuple(left_out)


def _date_case(book: Book, one: Programme) -> Case | str:
    planned = [fact for fact in book.facts_of(one.id, "completion", "plan", "forecast") if fact.when]
    ended = [fact for fact in book.facts_of(one.id, "completion", "actual") if fact.when]
    told = [*planned[:1], *(ended[-1:] or planned[-1:])]
    if len({fact.id for fact in told}) < 2:
        return "one plan"
    start = start_of(book, one.id)
    if start is None:
        return "no start"
    first, last = told
    promised, needed = _days(start, first), _days(start, last)
    return Case(one, first, last, Fraction(needed, promised), start) if promised > 0 else "no start"


def _cost_case(book: Book, one: Programme) -> Case | str:
    stated = [fact for fact in book.facts_of(one.id, "investment", "plan", "forecast", "actual") if _plain(fact)]
    like = [fact for fact in stated if not why_unlike(stated[0], fact)] if stated else []
    if len(like) < 2:
        return "unlike" if len(stated) > 1 else "one plan"
    first, last = like[0], like[-1]
    if first.quantity is None or last.quantity is None or not first.quantity.middle:
        return "bound"
    now = last.quantity.to(first.quantity.unit)
    return Case(one, first, last, now.middle / first.quantity.middle)


def _plain(fact: Fact) -> bool:
    return fact.quantity is not None and not fact.quantity.bound


def _middle(cases: Sequence[Case]) -> Fraction:
    return median(case.stretch for case in cases)


def _times(quantity: Quantity, stretch: Fraction) -> Quantity:
    return Quantity(quantity.low * stretch, quantity.high * stretch, quantity.unit)


def _days(start: Fact, end: Fact) -> int:
    return (middle_day(end) - middle_day(start)).days


def middle_day(fact: Fact) -> date:
    """The middle of the days a date may mean: for ``2030s`` the end of 2034."""
    when = fact.when
    if when is None:
        raise ValueError(f"{fact.id} states no date")
    return when.first + (when.last - when.first) / 2


def _stretched(start: Fact, own: Fact, stretch: Fraction) -> date:
    """The end of the month in which it would be done: more precision would be false."""
    found = middle_day(start) + timedelta(days=round(_days(start, own) * stretch))
    return found.replace(day=monthrange(found.year, found.month)[1])
