"""The catalogue of indicators: every code of the frameworks madang knows, whether it computes it or not."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from .values import Indicator


def load_catalogue(path: Path) -> Mapping[str, Indicator]:
    """places/indicators.csv by key, in its order; it comes from tools/derive/indicators.py."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["key"]: _indicator(row) for row in csv.DictReader(file)}


def _indicator(row: Mapping[str, str]) -> Indicator:
    names = {lang: row[f"name_{lang}"] for lang in ("ko", "en") if row[f"name_{lang}"]}
    return Indicator(
        row["key"],
        row["framework"],
        row["code"],
        names,
        row["formula"],
        row["unit"],
        row["direction"],
        cast(Any, row["computable"]),
        row["needs"],
        cast(Any, row["evidence"]),
        row["source"],
    )
