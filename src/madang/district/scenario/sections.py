"""Every key of scenario.toml: what the reader takes is what the reference page must list."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from madang.district.kinds import USES
from madang.model.keys import Key, Section

_TITLE = Key("title", "words", "what people read, by language", required=True, vocabulary="language")
_WHY = Key("why", "words", "why it is set so, by language", required=True, vocabulary="language")
_SOURCE = (
    Key("source", "text", "who published it; left out where nobody did", ""),
    Key("url", "text", "where it was published", ""),
    Key("quote", "text", "the words it was published in", ""),
    Key("fact", "text", "id of the ledger's record that holds it", ""),
)


@dataclass(frozen=True, slots=True)
class Role:
    """What a quantity is measured in, and the bounds of sense in model units. units: with {c} for the currency."""

    units: tuple[str, ...]
    least: str
    most: str


ROLES: Mapping[str, Role] = {
    "area": Role(("ha", "m2"), "1", "1e10"),
    "cost": Role(("{c}", "억 {c}", "bn {c}"), "0", "1e16"),
    "discount": Role(("%",), "0", "0.5"),
    "cost_factor": Role(("%",), "0.01", "10"),
    "acquisition_share": Role(("%",), "0", "1"),
    "delay": Role(("years",), "0", "20"),
    "planned_jobs": Role(("jobs",), "1", "1e7"),
    "land": Role(("ha", "m2"), "0", "1e10"),
    "floor_area_ratio": Role(("%",), "0", "30"),
    "floor_per_job": Role(("m2/job",), "1", "10000"),
    "floor_per_dwelling": Role(("m2/dwelling",), "10", "10000"),
    "price": Role(("{c}/m2",), "0", "1e9"),
    "takeup_years": Role(("years",), "0.25", "60"),
    "takeup_share": Role(("%",), "0", "1"),
    "build_years": Role(("years",), "0.25", "20"),
    "fill_years": Role(("years",), "0.25", "30"),
    "occupancy": Role(("%",), "0", "1"),
}

FACTORS: Mapping[str, Decimal] = {
    "ha": Decimal(10_000),
    "%": Decimal("0.01"),
    "bn": Decimal(10**9),
    "억": Decimal(10**8),
}
"""Model units per unit; 1 for those that are not here. bn, 억: of any currency."""


def _named(name: str, what: str, *, required: bool = False) -> Key:
    units = " or ".join(ROLES[name].units).replace("{c}", "currency")
    default = None if required else ""
    return Key(name, "text", f"{what}; name of an assumption in {units}", default, required, vocabulary="assumption")


SCENARIO = Section(
    "[scenario]",
    "what is calculated, and how",
    (
        _TITLE,
        Key("what", "words", "one sentence: what the scenario shows", required=True, vocabulary="language"),
        Key("currency", "text", "ISO 4217 code of all money", required=True, vocabulary="currency"),
        Key("first", "integer", "first year calculated; the NPV is its value at this year's beginning", required=True,
            low=1900, high=2200),
        Key("last", "integer", "last year calculated; what falls after it is not counted", required=True,
            low=1900, high=2200),
        Key("timing", "text", "when in a year money flows, for the NPV", "mid", choices=("mid", "end")),
        Key("curve", "text", "how land sells over its take-up time: slow, fast, slow; or evenly", "s-curve",
            choices=("s-curve", "linear")),
        Key("draws", "text", "how an assumption is drawn from low, mode, high", "pert",
            choices=("pert", "triangular")),
    ),
)  # fmt: skip
PROGRAMME = Section(
    "[programme]",
    "the quantities of the whole district",
    (
        _named("area", "area of the district", required=True),
        _named("cost", "what land and works cost together", required=True),
        _named("discount", "discount rate per year", required=True),
        _named("cost_factor", "cost in the end, of the cost published; 100 % where left out"),
        _named("acquisition_share", "part of the cost that buys land; 0 % where left out"),
        _named("delay", "how much later than planned the works end; 0 where left out"),
        _named("planned_jobs", "jobs planned, for the self-sufficiency of a district without homes"),
    ),
)
PHASE = Section(
    "[[phase]]",
    "a part of the district that is opened up together",
    (
        Key("id", "text", "name of it in addresses: a-z, 0-9, -", required=True),
        _TITLE,
        Key("acquire", "text", "month from when land is bought; its money is spent evenly until start", ""),
        Key("start", "text", "first month of the works", required=True),
        Key("end", "text", "last month of the works", required=True),
        Key("sale", "text", "first month in which land is sold", required=True),
        Key("share", "number", "per cent of every use's land and of the cost", 100, low=0, high=100),
        _WHY,
        *_SOURCE,
    ),
)
USE = Section(
    "[[use]]",
    "land of one use",
    (
        Key("id", "text", "name of it: a-z, 0-9, -", required=True),
        Key("use", "text", "what the land is for", required=True, choices=USES),
        _TITLE,
        _named("land", "land of this use", required=True),
        _named("floor_area_ratio", "gross floor built per land; left out where nothing is built"),
        _named("floor_per_job", "gross floor per job; left out where nobody works"),
        _named("floor_per_dwelling", "gross floor per dwelling; left out where nobody lives"),
        _named("price", "price of land; left out where it is not sold"),
        _named("takeup_years", "time from the first sale until all is sold that will be"),
        _named("takeup_share", "part of the land that is sold at all; 100 % where left out"),
        _named("build_years", "time from land that is sold and ready to floor that is ready, on average"),
        _named("fill_years", "time over which new floor fills with jobs"),
        _named("occupancy", "part of the floor in use once it has filled; 100 % where left out"),
        Key("self_sufficient", "flag", "true where it counts as land for jobs (자족용지)", False),
    ),
)
ASSUMPTION = Section(
    "[[assumption]]",
    "a figure the calculation stands on",
    (
        Key("name", "text", "name of it here and in addresses: a-z, 0-9, -", required=True),
        _TITLE,
        Key("mode", "number", "the figure itself: what is published or most likely", required=True),
        Key("low", "number", "lowest it may be; the mode where left out"),
        Key("high", "number", "highest it may be; the mode where left out"),
        Key("unit", "text", "ha, m2, %, years, jobs, m2/job, m2/dwelling; of money KRW, 억 KRW, bn KRW, KRW/m2",
            required=True),
        _WHY,
        *_SOURCE,
    ),
)  # fmt: skip
CLAIM = Section(
    "[[claim]]",
    "what somebody said the district would bring; shown beside the result, not used in it",
    (
        Key("measure", "text", "what it is about", required=True, choices=("jobs", "homes", "completion")),
        Key("value", "number", "the figure; of a completion the year", required=True),
        Key("unit", "text", "its unit", required=True),
        Key("what", "words", "what exactly was counted", required=True, vocabulary="language"),
        Key("source", "text", "who published it", required=True),
        *_SOURCE[1:],
    ),
)
ROOT = Section(
    "scenario.toml",
    "the whole file",
    (
        Key("scenario", "table", SCENARIO.what, required=True),
        Key("programme", "table", PROGRAMME.what, required=True),
        Key("phase", "any", PHASE.what, required=True),
        Key("use", "any", USE.what, required=True),
        Key("assumption", "any", ASSUMPTION.what, required=True),
        Key("claim", "any", CLAIM.what),
    ),
)
SECTIONS = (SCENARIO, PROGRAMME, PHASE, USE, ASSUMPTION, CLAIM)
