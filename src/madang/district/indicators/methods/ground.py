"""Shares of the parcels of the ledger, by their state."""

from collections.abc import Sequence
from fractions import Fraction

from madang.district.indicators.reading import Given, gap
from madang.district.indicators.spec import DISTRICT, IndicatorSpec
from madang.district.interval import Interval
from madang.district.quantity import Quantity, find_unit
from madang.district.records import Parcel

from .worked import Worked, lacking

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
    uses = sorted({one.use for one in parcels})
    groups = [("", parcels)]
    if len(uses) > 1:
        groups += [(f"use {use}", [one for one in parcels if one.use == use]) for use in uses]
    return [_share(label, group, states, field) for label, group in groups]


def _share(label: str, parcels: Sequence[Parcel], states: frozenset[str], field: str) -> Worked:
    whole = _sum(parcels, field)
    part = _sum([one for one in parcels if one.state in states], field)
    definition = "; ".join(filter(None, ("from parcels", label)))
    if whole.low <= 0:
        return lacking(gap("parcels", "필지의 넓이가 0입니다.", "The area of the parcels is 0."))[0]
    # The parts are in the whole: dividing by each end separately would widen a range that both share.
    low, high = part.low / whole.low, part.high / whole.high
    value = Quantity(min(low, high) * 100, max(low, high) * 100, find_unit("%"))
    return Worked(value, bases={"parcels": "actual"}, boundary=DISTRICT, definition=definition)


def _sum(parcels: Sequence[Parcel], field: str) -> Interval:
    total = Interval(Fraction(0), Fraction(0))
    for one in parcels:
        quantity: Quantity = getattr(one, field)
        base = quantity.to("m2 GFA" if field == "floor_area" and quantity.unit.dimension == "floor area" else "m2")
        total = total + base.interval
    return total
