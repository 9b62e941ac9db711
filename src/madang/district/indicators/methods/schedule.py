"""Time against plan: slip, churn, progress, growth. Months are calendar months, days are days."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from madang.district.indicators.choice import Chosen, choose
from madang.district.indicators.reading import Given, gap, matching
from madang.district.indicators.spec import IndicatorSpec, InputSpec
from madang.district.indicators.values import Input
from madang.district.quantity import Quantity, find_unit
from madang.district.records import Basis, Fact
from madang.district.statistics.growth import (
    Dated,
    Plan,
    compound_per_year,
    planned_value,
    s_curve,
    time_performance,
    years_between,
)
from madang.district.when import When, months_between
from madang.errors import BadRequestData

from .worked import (
    Key,
    Worked,
    bases_of,
    lacking,
    needed,
    not_there,
    number,
    refused,
    say,
    series,
    single,
    standing,
    statement_order,
    whole,
)

PLANNED: Sequence[Basis] = ("plan", "forecast", "claim")
S_CURVE_KO = "계획된 진도가 발표되지 않아 착공과 준공 사이를 느리게-빠르게-느리게(3t²-2t³) 가는 곡선으로 보았습니다."
S_CURVE_EN = (
    "No planned progress was published; between start and completion it is taken as slow, fast, slow (3t²-2t³)."
)


def slip(spec: IndicatorSpec, given: Given) -> list[Worked]:
    """Months from the first announced completion to the one that stands now (or to the day it was completed)."""
    wanted = needed(spec, "completion")
    found = [_slip(key, facts) for key, facts in series(wanted, given, statement_order).items()]
    return [one for one in found if one] or _two_needed(wanted, given)


def _slip(key: Key, facts: Sequence[Fact]) -> Worked | None:
    ends = _first_and_now(facts)
    if ends is None:
        return None
    first, now = ends
    months = months_between(_when(first.value), _when(now.value))
    inputs = (_as("first", first), _as("now", now))
    note = {
        "ko": f"날짜를 읽는 방식에 따라 {months.low}개월에서 {months.high}개월 사이입니다.",
        "en": f"Between {months.low} and {months.high} months, by how the dates are read.",
    }
    return Worked(
        whole(months.months, "months"),
        inputs,
        bases={"first": first.basis, "now": now.basis},
        boundary=key[0],
        definition=key[1],
        note=note if months.low != months.high else None,
    )


def slip_per_year(spec: IndicatorSpec, given: Given) -> list[Worked]:
    """Months of slip for each year that passed between the two statements: 12 means that it moves away as fast as time
    goes by."""
    wanted = needed(spec, "completion")
    worked: list[Worked] = []
    for key, facts in series(wanted, given, statement_order).items():
        one, ends = _slip(key, facts), _first_and_now(facts)
        if one is None or one.value is None or ends is None:
            continue
        said = [each.facts[-1].stated for each in ends]
        years = years_between(said[0].last, said[1].last) if said[0] and said[1] else 0
        if years > 0:
            worked.append(replace(one, value=number(float(one.value.middle) / years, "months/year"), note=None))
    return worked or _two_needed(wanted, given)


def churn(spec: IndicatorSpec, given: Given) -> list[Worked]:
    """How often the plan was announced anew, and by how many months completion was moved in all, either way."""
    wanted = needed(spec, "completion")
    baselines = given.book.baselines_of(given.subject)
    if not baselines:
        return lacking(
            gap(
                "baselines",
                "이 지구의 기준 계획이 장부에 없습니다. 발표된 계획을 차례로 입력하면 계산됩니다.",
                "The ledger has no baselines of this programme. Enter the announced plans in order and it is computed.",
            )
        )
    count = Worked(
        whole(len(baselines) - 1, "ratio"),
        said=say("새로 발표한 기준 계획", "new baselines"),
        bases={"baselines": "plan"},
        boundary="district",
        note={
            "ko": f"첫 계획({baselines[0].stated}) 뒤로 {len(baselines) - 1}번 새로 발표했습니다.",
            "en": f"Announced anew {len(baselines) - 1} times since the first plan ({baselines[0].stated}).",
        },
    )
    return [count, *_moved(wanted, given)]


def _moved(wanted: InputSpec, given: Given) -> Iterator[Worked]:
    for key, facts in series(wanted, given, statement_order).items():
        plans = [fact for fact in facts if fact.basis in PLANNED and fact.when and fact.stated]
        steps = [months_between(_when(one.value), _when(other.value)).months for one, other in pairwise(plans)]
        if steps:
            inputs = tuple(single(f"plan {number_}", fact) for number_, fact in enumerate(plans, start=1))
            yield Worked(
                whole(sum(map(abs, steps)), "months"),
                inputs,
                bases=bases_of(inputs),
                boundary=key[0],
                definition=key[1],
                said=say("준공을 앞뒤로 옮긴 달수", "completion moved, either way"),
            )


def progress_against_plan(spec: IndicatorSpec, given: Given) -> list[Worked]:
    """Actual progress less what was planned by that day, in percentage points; below 0 is late."""
    found = _progress(spec, given)
    if isinstance(found, list):
        return found
    progress, planned, inputs, note = found
    value = progress.to("%").interval - planned.to("%").interval
    behind = Quantity(value.low, value.high, find_unit("pp"))
    return [Worked(behind, inputs, bases={"progress": "actual"}, boundary="district", note=note)]


def schedule_performance(spec: IndicatorSpec, given: Given) -> list[Worked]:
    """SPI, work done over work planned by that day; and SPI(t), the planned time of that work over the time taken."""
    found = _progress(spec, given)
    if isinstance(found, list):
        return found
    progress, planned, inputs, note = found
    if planned.low <= 0:
        return lacking(gap("planned", "그날까지 계획된 일이 없습니다.", "Nothing was planned to be done by that day."))
    ratio = progress.to("%").interval / planned.to("%").interval
    bases: dict[str, Basis] = {"progress": "actual"}
    spi = Worked(
        Quantity(ratio.low, ratio.high, find_unit("ratio")),
        inputs,
        bases=bases,
        boundary="district",
        said=say("SPI", "SPI"),
        note=note,
    )
    plan = _curve(spec, given)
    on = _moment(inputs[0])
    if plan is None or on is None:
        return [spi]
    try:
        share = Decimal(progress.to("ratio").middle.numerator) / progress.to("ratio").middle.denominator
        in_time = time_performance(plan, share, on)
    except BadRequestData as exc:
        return [spi, *refused("progress", exc)]
    return [
        spi,
        Worked(
            number(in_time, "ratio"), inputs, bases=bases, boundary="district", said=say("SPI(t)", "SPI(t)"), note=note
        ),
    ]


_Found = tuple[Quantity, Quantity, tuple[Input, ...], dict[str, str] | None]


def _progress(spec: IndicatorSpec, given: Given) -> _Found | list[Worked]:
    """Actual and planned progress of one day: planned as published for it, else by the S-curve."""
    actual = standing(needed(spec, "progress"), given)
    if actual is None or not isinstance(actual.value, Quantity):
        return not_there(given, needed(spec, "progress"))
    done = _as("progress", actual)
    on = _moment(done)
    if on is None:
        return lacking(
            gap("progress", "진도가 언제 기준인지 적혀 있지 않습니다.", "The progress has no date it holds for.")
        )
    published = _published(needed(spec, "planned"), given, on)
    if published is not None and published.quantity is not None:
        return actual.value, published.quantity, (done, single("planned", published)), None
    plan = _curve(spec, given)
    if plan is None:
        return not_there(given, needed(spec, "start"), needed(spec, "completion"))
    planned = number(Fraction(planned_value(plan, on)) * 100, "%")
    assumed = Input(
        "planned", planned, assumed=S_CURVE_EN, title=say("그날까지 계획된 공정률", "Progress planned by then")
    )
    ends = [_as(name, one) for name in ("start", "completion") if (one := standing(needed(spec, name), given))]
    return actual.value, planned, (done, assumed, *ends), {"ko": S_CURVE_KO, "en": S_CURVE_EN}


def _published(wanted: InputSpec, given: Given, on: date) -> Fact | None:
    """Planned progress for that very day, stated last."""
    facts = [fact for fact in matching(wanted, given, None) if fact.as_of and fact.as_of.last == on and fact.quantity]
    return max(facts, key=statement_order, default=None)


def _curve(spec: IndicatorSpec, given: Given) -> Plan | None:
    """Share of the work from start to completion."""
    start, completion = (standing(needed(spec, name), given) for name in ("start", "completion"))
    if start is None or completion is None:
        return None
    first, last = _when(start.value).first, _when(completion.value).last
    return s_curve(first, last, Decimal(1)) if first < last else None


def growth(spec: IndicatorSpec, given: Given) -> list[Worked]:
    """Compound growth per year from the first to the newest count of one thing."""
    wanted = needed(spec, "count")
    found: list[Worked] = []
    for key, facts in series(wanted, given).items():
        dated = [fact for fact in facts if fact.as_of and fact.quantity and not fact.quantity.bound]
        if len(dated) < 2:
            continue
        first, last = single("first", dated[0]), single("last", dated[-1])
        try:
            value = _rate(dated[0], dated[-1])
        except BadRequestData as exc:
            found.extend(refused("count", exc))
            continue
        found.append(Worked(value, (first, last), bases=bases_of((first, last)), boundary=key[0], definition=key[1]))
    values = [one for one in found if one.value]
    return values or found or _two_needed(wanted, given)


def _rate(first: Fact, last: Fact) -> Quantity:
    one, other = first.quantity, last.quantity
    if one is None or other is None or first.as_of is None or last.as_of is None:
        raise BadRequestData("Growth needs two dated figures.", first.id)
    there = other.to(one.unit)
    low = compound_per_year(
        Dated(first.as_of.last, float(one.high)), Dated(last.as_of.last, float(there.low)), first.id
    )
    high = compound_per_year(
        Dated(first.as_of.last, float(one.low)), Dated(last.as_of.last, float(there.high)), first.id
    )
    return Quantity(Fraction(low) * 100, Fraction(high) * 100, find_unit("%/year"))


def _first_and_now(facts: Sequence[Fact]) -> tuple[Chosen, Chosen] | None:
    """The first statement of a plan, and what stands now: the day it happened, else the newest plan. A plan that nobody
    knows the date of has no place in the order."""
    dates = [fact for fact in facts if fact.when]
    plans = [fact for fact in dates if fact.basis in PLANNED and fact.stated]
    done = [fact for fact in dates if fact.basis == "actual"]
    if not plans or len(plans) + len(done) < 2:
        return None
    return choose(plans, "first")[0], choose(done or plans, "standing")[0]


def _two_needed(wanted: InputSpec, given: Given) -> list[Worked]:
    if not matching(wanted, given, None):
        return not_there(given, wanted)
    return lacking(
        gap(
            wanted.name,
            f"서로 다른 때의 값이 둘 이상 필요합니다 (항목 {wanted.fact}). 날짜와 출처가 있는 사실을 입력해 주십시오.",
            f"Two statements of different dates are needed (measure {wanted.fact}); enter another dated, sourced fact.",
        )
    )


def _as(name: str, one: Chosen) -> Input:
    return Input(name, one.value, one.facts)


def _when(value: object) -> When:
    if not isinstance(value, When):
        raise BadRequestData("A date is needed here.")
    return value


def _moment(one: Input) -> date | None:
    when = one.facts[0].as_of or one.facts[0].stated
    return when.last if when else None


__all__ = [
    "churn",
    "growth",
    "progress_against_plan",
    "schedule_performance",
    "slip",
    "slip_per_year",
]
