"""What facts measure: the shipped table of codes, with the dimension a fact's unit must have."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from madang.errors import BadRequestData, Pointer

from .languages import LANGUAGES
from .records import Fact, Text


@dataclass(frozen=True, slots=True)
class Measure:
    """dimension: of its unit (``area``, ``money``, ``jobs`` …; ``date`` and ``text`` for facts that are no quantity).

    name: by language, ko, en, fr, de. what: one line that defines it, ko and en.
    """

    code: str
    dimension: str
    name: Text
    what: Text


Measures = Mapping[str, Measure]


def load_measures(path: Path) -> Measures:
    """The table of a measures.csv: code, dimension, ko, en, fr, de, what_ko, what_en."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["code"]: _measure(row) for row in csv.DictReader(file)}


def _measure(row: Mapping[str, str]) -> Measure:
    return Measure(
        row["code"],
        row["dimension"],
        {lang: row[lang] for lang in LANGUAGES},
        {lang: row[f"what_{lang}"] for lang in ("ko", "en")},
    )


def check_measure(fact: Fact, measures: Measures, at: Pointer) -> None:
    """Raises BadRequestData where the measure is not known, or the unit is not one of its dimension."""
    measure = measures.get(fact.measure)
    if measure is None:
        close = get_close_matches(fact.measure, measures, n=1)
        hint = f'; did you mean "{close[0]}"?' if close else "."
        raise BadRequestData(f'There is no measure "{fact.measure}"{hint}', str(at / "measure"))
    found = dimension_of(fact)
    if not fits(found, measure.dimension):
        raise BadRequestData(
            f"{measure.name['en']} is measured in a unit of {measure.dimension}, not of {found}; "
            "unlike things are not put under one word.",
            str(at / "unit"),
        )


def dimension_of(fact: Fact) -> str:
    if fact.quantity is not None:
        return fact.quantity.unit.dimension
    return "date" if fact.when is not None else "text"


def fits(found: str, wanted: str) -> bool:
    """A dimension is itself; money is every currency, but not a price per something."""
    return found == wanted or (wanted == "money" and found.startswith("money ") and " per " not in found)
