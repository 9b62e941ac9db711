"""Shares of the parcels of the ledger, by their state."""

from collections.abc import Sequence
from fractions import Fraction

from madang.district.indicators.reading import Given, gap
from madang.district.indicators.spec import DISTRICT, IndicatorSpec
from madang.district.indicators.values import Gap
from madang.district.interval import Interval
from madang.district.quantity import Quantity, find_unit
from madang.district.records import Parcel, Text

from .worked import Worked, lacking, say

_USES = {
    "industrial": "산업",
    "research": "연구",
    "support": "지원",
    "housing": "주거",
    "commercial": "상업",
    "education": "교육",
    "mixed": "복합",
}
NOT_FOR_SALE = frozenset({"green", "infrastructure", "public"})


def parcel_share(spec: IndicatorSpec, given: Given) -> list[Worked]:
    """Area of the parcels in one of the option's ``states`` over that of all that are for sale: of all, and by use.

    With the option ``of = "floor area"`` it is their floor area.
    """
    field = "floor_area" if spec.options.get("of") == "floor area" else "area"
    states = frozenset(spec.options.get("states", ("contracted", "under-construction", "completed")))
    parcels = [
        one
        for one in given.book.parcels
        if one.subject == given.subject and one.use not in NOT_FOR_SALE and getattr(one, field) is not None
    ]
    if not parcels:
        return lacking(
            gap(
                "parcels",
                "이 지구의 필지가 장부에 없습니다. 넓이와 상태가 있는 필지를 입력하면 계산됩니다.",
                "The ledger has no parcels of this programme. Enter them with area and state and it is computed.",
            )
        )
    if bounds := [one.name for one in parcels if getattr(one, field).bound]:
        return lacking(_only_bounds(bounds))
    uses = sorted({one.use for one in parcels})
    found = [_share(parcels, states, field, None)]
    if len(uses) > 1:
        for use in uses:
            said = say(f"쓰임: {_USES.get(use, use)}", f"use: {use}")
            found.append(_share([one for one in parcels if one.use == use], states, field, said))
    return found


def _only_bounds(names: Sequence[str]) -> Gap:
    """A sum needs every figure; more than 3 ha is none."""
    shown = ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
    return gap(
        "parcels",
        f"필지 {len(names)}곳의 넓이가 하한이나 상한으로만 적혀 있어 합을 낼 수 없습니다: {shown}.",
        f"{len(names)} of the parcels give only a bound of their area, so there is no sum: {shown}.",
    )


def _share(parcels: Sequence[Parcel], states: frozenset[str], field: str, said: Text | None) -> Worked:
    whole = _sum(parcels, field)
    part = _sum([one for one in parcels if one.state in states], field)
    if whole.low <= 0:
        return lacking(gap("parcels", "필지의 넓이가 0입니다.", "The area of the parcels is 0."))[0]
    # The parts are in the whole: dividing by each end separately would widen a range that both share.
    low, high = part.low / whole.low, part.high / whole.high
    value = Quantity(min(low, high) * 100, max(low, high) * 100, find_unit("%"))
    return Worked(value, bases={"parcels": "actual"}, boundary=DISTRICT, said=said)


def _sum(parcels: Sequence[Parcel], field: str) -> Interval:
    total = Interval(Fraction(0), Fraction(0))
    for one in parcels:
        quantity: Quantity = getattr(one, field)
        base = quantity.to("m2 GFA" if field == "floor_area" and quantity.unit.dimension == "floor area" else "m2")
        total = total + base.interval
    return total
