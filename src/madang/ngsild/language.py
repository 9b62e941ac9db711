"""Choice of a language. Source: ETSI GS CIM 009 v1.9.1, clause 4.15; RFC 4647 (lookup); RFC 3282 (quality values)."""

from collections.abc import Mapping
from functools import lru_cache

from madang.model.entity import Json


@lru_cache(maxsize=1024)
def _ranges(text: str) -> tuple[str, ...]:
    """Language ranges of ``ko,en;q=0.5`` in lower case, best first; equal quality keeps the order given."""
    ranked = []
    for item in text.split(","):
        tag, _, parameters = item.partition(";")
        if tag.strip():
            ranked.append((-_quality(parameters), tag.strip().lower()))
    return tuple(tag for quality, tag in sorted(ranked, key=lambda pair: pair[0]) if quality < 0)


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0


def choose_language(language_map: Mapping[str, Json], wanted: str) -> tuple[str, Json]:
    """(tag, text) of the entry that serves ``wanted`` best; ``@none``, else the first, where none does.

    A range matches a tag it equals, begins (en: en-US) or is begun by (nl-BE: nl), in any case of letters.
    """
    tags = {tag.lower(): tag for tag in language_map}
    for language in _ranges(wanted):
        if language == "*":
            break
        if found := _look_up(language, tags):
            return found, language_map[found]
    tag = "@none" if "@none" in language_map else next(iter(language_map))
    return tag, language_map[tag]


def _look_up(language: str, tags: Mapping[str, str]) -> str | None:
    shorter = language
    while shorter:
        if shorter in tags:
            return tags[shorter]
        shorter = shorter.rpartition("-")[0]
    return next((tag for low, tag in tags.items() if low.startswith(language + "-")), None)
