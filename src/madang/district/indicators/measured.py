"""Numbers of the hub's attributes in the unit a question asks for."""

import math
from collections.abc import Mapping

from madang.district.quantity import Unit, find_unit
from madang.errors import BadRequestData
from madang.model.units import BY_CODE

from .things import Thing

CODES: Mapping[str, tuple[str, float]] = {
    "MTR": ("m", 1), "KMT": ("km", 1), "MMT": ("m", 0.001), "MTK": ("m2", 1), "HAR": ("ha", 1), "KMK": ("km2", 1),
    "P1": ("%", 1), "IE": ("persons", 1), "SEC": ("min", 1 / 60), "MIN": ("min", 1), "HUR": ("hours", 1),
    "DAY": ("days", 1), "GQ": ("μg/m3", 1), "GP": ("mg/m3", 1), "2N": ("dB", 1), "KWH": ("kWh", 1),
    "WHR": ("kWh", 0.001), "MWH": ("MWh", 1), "GWH": ("MWh", 1000), "GV": ("GJ", 1), "JOU": ("GJ", 1e-9),
    "LTR": ("L", 1), "MTQ": ("m3", 1), "KGM": ("kg", 1), "GRM": ("g", 1), "TNE": ("t", 1), "KMH": ("km/hour", 1),
    "MTS": ("km/hour", 3.6),
}  # fmt: skip
"""UN/CEFACT code -> unit of quantity.py, and how many of it one is."""

VOLUME_FRACTIONS: Mapping[str, float] = {"59": 1e-6, "61": 1e-9}
"""ppm and ppb of a gas by volume."""
LITRES_PER_MOLE = 8.314462618 * 293.0 / 101.3
"""Of an ideal gas at the 293 K and 101,3 kPa to which Directive 2008/50/EC, Annex VI C, refers gases."""
PIECES = "C62"


def factor(entity_id: str, name: str, code: str | None, unit: Unit, gram_per_mole: float | None = None) -> float:
    """By what a number in ``code`` is multiplied to be one in ``unit``. Without a code it is taken to be in unit.

    Raises BadRequestData, naming entity and attribute, where the two measure different things.
    """
    if code is None or (code == PIECES and _counts(unit)):
        return 1.0
    if code in VOLUME_FRACTIONS and gram_per_mole is not None:
        # grams of gas per litre of air are kilograms per m3
        return VOLUME_FRACTIONS[code] * gram_per_mole / LITRES_PER_MOLE / float(unit.factor)
    if code in CODES:
        symbol, times = CODES[code]
        there = find_unit(symbol)
        if there.dimension == unit.dimension:
            return times * float(there.factor / unit.factor)
    known = BY_CODE.get(code)
    written = f"{known.symbol or known.en} ({code})" if known else code
    raise BadRequestData(
        f"{name} of {entity_id} is in {written}, which does not convert into {unit}; correct its unitCode at the feed.",
        f"{entity_id}/{name}/unitCode",
    )


def number(thing: Thing, uri: str, name: str, unit: Unit, gram_per_mole: float | None = None) -> float | None:
    """None where the thing has no such number. Raises BadRequestData as factor does."""
    one = thing.first(uri)
    if one is None or isinstance(one.value, bool) or not isinstance(one.value, int | float):
        return None
    value = float(one.value) * factor(thing.id, name, one.unit_code, unit, gram_per_mole)
    return value if math.isfinite(value) else None


def _counts(unit: Unit) -> bool:
    """A unit that counts things rather than measures an amount."""
    return "/" not in unit.symbol and unit.unit_code in ("", "C62", "IE")
