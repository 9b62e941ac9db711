"""Questions to the hub, as data: the ``live`` table of an indicator's input.

    live_table(reader, path, table) -> Question

One table of keys is the source of the check and of docs/reference/indicators-live.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any, Literal, cast, get_args

from madang.district.quantity import Unit, find_unit
from madang.district.records import Text
from madang.errors import BadRequestData
from madang.model.keys import Key, Reader, Section, Steps
from madang.model.query import QExpr, TypeExpr
from madang.ngsild.context import CORE
from madang.ngsild.q import parse_q
from madang.ngsild.types_query import parse_types

Ask = Literal[
    "count",
    "sum",
    "mean",
    "max",
    "history",
    "use",
    "travel time",
    "duration",
    "length",
    "area",
    "city area",
    "population",
    "households",
    "population near",
    "population over",
    "kinds",
    "declared",
]
Statistic = Literal["mean", "max", "p90", "days over", "total", "median", "level"]
Period = Literal["year", "month", "day"]
Hour = Literal["busiest", "freest"]
Weight = Literal["", "population"]

LIVE = Section(
    "[indicator.inputs.NAME.live]",
    "A question to the hub.",
    (
        Key("ask", "text", "what is asked, see the kinds of question", required=True, choices=get_args(Ask)),
        Key("type", "text", "entity type, or several with commas", ""),
        Key("attribute", "text", "the attribute that is counted, summed or followed through the history", ""),
        Key("q", "text", "only entities that this NGSI-LD query matches", ""),
        Key("seen", "text", "only entities whose attribute of this name was observed within the time of `within`", ""),
        Key("within", "duration", "how old that observation may be, for example PT1H", None),
        Key("distinct", "text", "count the different values of this attribute instead of the entities", ""),
        Key("unit", "text", "of the answer; attributes in other units are converted into it", "ratio"),
        Key("statistic", "text", "how values become one", "mean", choices=get_args(Statistic)),
        Key("period", "text", "how long before now", "year", choices=get_args(Period)),
        Key("limit", "number", "what a day, a level or a density is held against, in the unit of the attribute", None),
        Key("weight", "text", "of the stations: equal, or the people who live nearest", "", choices=get_args(Weight)),
        Key("gram_per_mole", "number", "of a gas, to read a volume fraction (ppm) as a mass per volume", None, low=1),
        Key("radius", "number", "metres around each entity", 0, low=0, high=50_000),
        Key("start", "text", "attribute with the moment something began", ""),
        Key("end", "text", "attribute with the moment it was done", ""),
        Key("hour", "text", "hour of the week of the travel time", "busiest", choices=get_args(Hour)),
        Key("needs", "words", "what feed would give it (ko, en): said where the hub has none", None),
    ),
)

WANTS: Mapping[Ask, tuple[str, ...]] = {
    "count": ("type", "needs"),
    "sum": ("type", "attribute", "needs"),
    "mean": ("type", "attribute", "needs"),
    "max": ("type", "attribute", "needs"),
    "history": ("type", "attribute", "needs"),
    "use": ("type", "attribute", "needs"),
    "travel time": ("type", "attribute", "needs"),
    "duration": ("type", "start", "end", "needs"),
    "length": ("type", "needs"),
    "area": ("type", "needs"),
    "city area": (),
    "population": (),
    "households": (),
    "population near": ("type", "needs"),
    "population over": ("type", "attribute", "limit", "needs"),
    "kinds": ("needs",),
    "declared": ("attribute", "needs"),
}
"""Keys a kind of question cannot do without."""

DISTRICTS: Text = {
    "ko": "동마다 경계와 인구·세대수가 있는 행정구역 목록 (AdministrativeArea)",
    "en": "a register of administrative areas with outline, population and households (AdministrativeArea)",
}


@dataclass(frozen=True, slots=True)
class Question:
    """type, q, attribute …: short names, as written, for the words of the reading. types, condition: parsed."""

    ask: Ask
    type: str
    types: TypeExpr | None
    attribute: str
    q: str
    condition: QExpr | None
    seen: str
    within: timedelta | None
    distinct: str
    unit: Unit
    statistic: Statistic
    period: Period
    limit: float | None
    weight: Weight
    gram_per_mole: float | None
    radius_m: float
    start: str
    end: str
    hour: Hour
    needs: Text

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for questions that have one answer."""
        rest = (getattr(self, one.name) for one in fields(self) if one.name != "needs")
        return (self.needs["en"], *rest)


def live_table(reader: Reader, path: Steps, table: Mapping[str, Any]) -> Question:
    """Faults go to the reader; the question is whole only where there were none."""
    keys = reader.table(path, table, LIVE)
    ask = cast(Ask, keys["ask"] or "count")
    for name in WANTS[ask]:
        if not keys[name] and keys[name] != 0:
            reader.fault(f'a question for "{ask}" needs the key "{name}"', reader.document.at_key(path))
    if bool(keys["seen"]) != (keys["within"] is not None):
        reader.fault("seen and within belong together", reader.document.at_key(path))
    needs = keys["needs"] or DISTRICTS
    if {"ko", "en"} - set(needs):
        reader.fault("needs must be said in ko and en", reader.document.at_key((*path, "needs")))
    return Question(
        ask,
        keys["type"],
        _types(reader, path, keys["type"]),
        keys["attribute"],
        keys["q"],
        _condition(reader, path, keys["q"]),
        keys["seen"],
        keys["within"],
        keys["distinct"],
        _unit(reader, path, keys["unit"]),
        cast(Statistic, keys["statistic"]),
        cast(Period, keys["period"]),
        keys["limit"],
        cast(Weight, keys["weight"]),
        keys["gram_per_mole"],
        float(keys["radius"]),
        keys["start"],
        keys["end"],
        cast(Hour, keys["hour"]),
        needs,
    )


def _types(reader: Reader, path: Steps, text: str) -> TypeExpr | None:
    try:
        return parse_types(text, CORE) if text else None
    except BadRequestData as exc:
        reader.fault(exc.detail, reader.document.at_value((*path, "type")))
        return None


def _condition(reader: Reader, path: Steps, text: str) -> QExpr | None:
    try:
        return parse_q(text, CORE) if text else None
    except BadRequestData as exc:
        reader.fault(exc.detail, reader.document.at_value((*path, "q")))
        return None


def _unit(reader: Reader, path: Steps, symbol: str) -> Unit:
    try:
        return find_unit(symbol)
    except BadRequestData as exc:
        reader.fault(exc.detail, reader.document.at_value((*path, "unit")))
        return find_unit("ratio")
