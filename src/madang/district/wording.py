"""Boundaries and definitions in the reader's language: records keep them in English, as one controlled list."""

import csv
from collections.abc import Mapping
from pathlib import Path

from .languages import LANGUAGES
from .records import Text

Wording = Mapping[str, Text]
"""English word of a boundary or definition -> the same in ko, en, fr, de."""


def load_wording(path: Path) -> Wording:
    """The table of a words.csv: en, ko, fr, de."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["en"]: {lang: row[lang] for lang in LANGUAGES} for row in csv.DictReader(file)}


def worded(wording: Wording, text: str, lang: str) -> str:
    """As the list has it; what a city wrote in its own words stays as it is."""
    known = wording.get(text)
    return known.get(lang, text) if known else text
