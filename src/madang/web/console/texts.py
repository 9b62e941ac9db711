"""The console's words in every language it speaks. Source of truth: the tables in texts/ beside this file."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

LANGUAGES: Mapping[str, str] = {"ko": "한국어", "en": "English"}
"""Language tag -> its own name."""


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Key -> language -> text. Raises ValueError where two tables have the same key."""
    texts: dict[str, Mapping[str, str]] = {}
    for path in sorted((Path(__file__).parent / "texts").glob("*.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8"))["texts"]
        if twice := texts.keys() & table.keys():
            raise ValueError(f"{path.name} has keys that another table has: {sorted(twice)}")
        texts |= table
    return texts


def say(key: str, lang: str, **values: object) -> str:
    """The text of a key, filled. Raises KeyError for a key or language that does not exist: a page must not ship
    one.
    """
    return catalogue()[key][lang].format(**values)


def pick(texts: Mapping[str, str], lang: str) -> str:
    """One language of a pack's or profile's own text; English, else whatever there is, where it lacks that language."""
    return texts.get(lang) or texts.get("en") or next(iter(texts.values()), "")
