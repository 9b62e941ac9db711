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
from typing import Literal

from .book import Book, stated_order
from .indicators.choice import choose
from .indicators.spec import DISTRICT
from .quantity import Quantity
from .records import Basis, Fact, Phase, Programme
from .when import When

STARTS = ("groundbreaking", "construction_start", "start")
"""Measures that say when works began, the best first."""

CASES_MIN = 3
"""Fewer cases give no band; they are only listed."""


Why = Literal["no plan", "one plan", "phases", "no start", "unlike"]


@dataclass(frozen=True, slots=True)
class Case:
    """A reference district's own experience. stretch: what was needed in the end for each unit first planned: 1 is as
    planned. first, last: the two statements it comes from. start: of the duration; None for costs."""

    programme: Programme
    first: Fact
    last: Fact
    stretch: Fraction
    start: Fact | None = None

    @property
    def retold(self) -> bool:
        """One source tells both, so nobody here has seen the first plan as it was announced."""
        return self.first.stated == self.last.stated and self.first.source.title == self.last.source.title


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A district that gives no case, and why.

    no plan: none with a date of its own. one plan: nothing to hold it against. phases: an earlier plan speaks of the
    end of phases, the last being ``phase``, and that is not completion. no start: of works is known. unlike: its plans
    are in two currencies or of two boundaries.
    """

    programme: Programme
    why: Why
    phase: Phase | None = None


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
    own = _standing(book, subject, "completion", "plan", "forecast")
    start = start_of(book, subject)
    if own is None or start is None:
        return None
    cases, left_out = _each(book, subject, lambda one: _date_case(book, one))
    ends = [_stretched(start, own, case.stretch) for case in cases] if len(cases) >= CASES_MIN else []
    middle = _stretched(start, own, _middle(cases)) if ends else None
    return DateView(own, start, cases, left_out, min(ends, default=None), middle, max(ends, default=None))


def cost_view(book: Book, subject: str) -> CostView | None:
    """Band of the cost of ``subject``: its newest plan times what became of the first plans of others."""
    own = _standing(book, subject, "investment", "plan", "forecast")
    if own is None:
        return None
    cases, left_out = _each(book, subject, lambda one: _cost_case(book, one))
    if own.quantity is None or len(cases) < CASES_MIN:
        return CostView(own, cases, left_out, None, None, None)
    stretches = [case.stretch for case in cases]
    low, middle, high = (_times(own.quantity, one) for one in (min(stretches), _middle(cases), max(stretches)))
    return CostView(own, cases, left_out, low, middle, high)


def implied(view: DateView, case: Case) -> date:
    """When one's own would be done if it went as in that case."""
    return _stretched(view.start, view.own, case.stretch)


def start_of(book: Book, subject: str) -> Fact | None:
    """When works began: an actual date, else the newest planned one."""
    for measure in STARTS:
        dated = sorted((fact for fact in book.facts_of(subject, measure) if fact.when), key=_told_order)
        happened = [fact for fact in dated if fact.basis == "actual"]
        if dated:
            return happened[0] if happened else dated[-1]
    return None


def _standing(book: Book, subject: str, measure: str, *bases: Basis) -> Fact | None:
    """The newest statement about the district as a whole, in the finest figure that agrees with it."""
    dated = [one for one in book.facts_of(subject, measure, *bases, definition="") if one.stated and _plain(one)]
    facts = _of_one_boundary(dated)
    return choose(facts, "standing")[0].facts[0] if facts else None


def _each(
    book: Book, subject: str, make: Callable[[Programme], Case | LeftOut]
) -> tuple[tuple[Case, ...], tuple[LeftOut, ...]]:
    """Every other district's case, or why it has none. A part of a district is not a case beside the whole."""
    made = [make(one) for one in book.programmes.values() if one.id != subject and not one.part_of]
    cases = (one for one in made if isinstance(one, Case))
    return tuple(cases), tuple(one for one in made if isinstance(one, LeftOut))


def _date_case(book: Book, one: Programme) -> Case | LeftOut:
    stated = _of_one_boundary(_dated(book, one, "completion"))
    planned = [fact for fact in stated if fact.basis != "actual"]
    ended = [fact for fact in stated if fact.basis == "actual"]
    told = [*planned[:1], *(ended[-1:] or planned[1:][-1:])]
    if not planned:
        return LeftOut(one, "no plan")
    if len(told) < 2:
        phase = _last_phase_before(book, planned[0])
        return LeftOut(one, "phases" if phase else "one plan", phase)
    start = start_of(book, one.id)
    if start is None or _days(start, told[0]) <= 0:
        return LeftOut(one, "no start")
    first, last = told
    return Case(one, first, last, Fraction(_days(start, last), _days(start, first)), start)


def _cost_case(book: Book, one: Programme) -> Case | LeftOut:
    stated = _dated(book, one, "investment")
    if not stated:
        return LeftOut(one, "no plan")
    alike: dict[str, list[Fact]] = {}
    for fact in _of_one_boundary(stated):
        if fact.quantity:
            alike.setdefault(fact.quantity.unit.currency, []).append(fact)
    group = max(alike.values(), key=len, default=[])
    if len(group) < 2:
        return LeftOut(one, "unlike" if len(stated) > 1 else "one plan")
    first, last = group[0], group[-1]
    if _told_order(first) == _told_order(last):  # told at once: nothing says which came first
        return LeftOut(one, "one plan")
    before, now = _amount(first), _amount(last)
    return Case(one, first, last, now / before) if before else LeftOut(one, "unlike")


def _dated(book: Book, one: Programme, measure: str) -> list[Fact]:
    """What is planned, expected or done, in the order it was said. Claims are promises of effect, and nobody knows
    which plan came first where a source has no date."""
    facts = book.facts_of(one.id, measure, "plan", "forecast", "actual", definition="")
    return sorted((fact for fact in facts if fact.stated and _plain(fact)), key=_told_order)


def _of_one_boundary(facts: Sequence[Fact]) -> list[Fact]:
    """Those of the whole district; where there are none, those of the boundary that most speak of."""
    boundaries = [fact.boundary for fact in facts]
    if not boundaries:
        return []
    chosen = DISTRICT if DISTRICT in boundaries else max(sorted(set(boundaries)), key=boundaries.count)
    return [fact for fact in facts if fact.boundary == chosen]


def _told_order(fact: Fact) -> tuple[tuple[date, date], date]:
    """As stated; plans that one source retells on one day, in the order of their dates: a plan that was put off says
    the later one. Never by their ids, which mean nothing."""
    return stated_order(fact)[:2], middle_day(fact) if fact.when else date.min


def _last_phase_before(book: Book, plan: Fact) -> Phase | None:
    """The phase that was to end last, of those planned before the only plan of completion was stated."""
    told = [
        (one.end.last, one.id, one)
        for one in book.phases
        if one.subject == plan.subject and one.basis == "plan" and one.end and _before(one.stated, plan.stated)
    ]
    return max(told)[2] if told else None


def _before(one: When | None, other: When | None) -> bool:
    return one is not None and other is not None and one.last < other.first


def _plain(fact: Fact) -> bool:
    return fact.when is not None or (fact.quantity is not None and not fact.quantity.bound)


def _amount(fact: Fact) -> Fraction:
    """In plain units of its currency."""
    return fact.quantity.to(fact.quantity.unit.currency).middle if fact.quantity else Fraction(0)


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
