"""Attribute paths: ``speed``, ``temperature.accuracy``, ``address[geo.lat]``, ``name[en]``. Source: clause 4.9."""

import re
from typing import Final

from madang.model.query import Path

from .scan import Scanner, Vocabulary

SYSTEM_NAMES: Final = frozenset({"createdAt", "modifiedAt", "expiresAt", "observedAt", "unitCode", "datasetId"})
"""Members that are not attributes: they end a path and are never expanded."""

# Wider than the names of clause 4.6.2 (letters, digits, "_"): names in use also carry "-". A URI, whole or compact, is
# one name.
_NAME = re.compile(r"(?:https?://|urn:)[^\s=!<>~;|,(){}\[\]\"]+|[\w-]+(?::[\w/#-]+)?")
_MEMBER = re.compile(r"[^.\[\]\"]+|\"[^\"]*\"")


def parse_path(scanner: Scanner, context: Vocabulary) -> Path:
    """Read one path. Raises BadRequestData, also for a linked entity (``owner{name}``), which needs a join."""
    names = [_parse_name(scanner, context)]
    while scanner.take("."):
        if names[-1] in SYSTEM_NAMES:
            scanner.fail(f"{names[-1]} has no sub-attributes")
        names.append(_parse_name(scanner, context))
    if scanner.text.startswith("{", scanner.at):
        # Clause 5.7.2.4: attributes of linked entities without linked entity retrieval are a "too deep query".
        scanner.fail("attributes of a linked entity cannot be asked for without join (too deep query)")
    return Path(tuple(names), _parse_trail(scanner))


def format_path(path: Path, context: Vocabulary) -> str:
    """The text that parse_path reads as this path, if its names compact to names without dots."""
    names = ".".join(name if name in SYSTEM_NAMES else context.compact(name) for name in path.names)
    trail = ".".join(f'"{member}"' if "." in member else member for member in path.trail)
    return f"{names}[{trail}]" if trail else names


def _parse_name(scanner: Scanner, context: Vocabulary) -> str:
    at = scanner.at
    name = scanner.take_match(_NAME)
    if name is None:
        scanner.fail("an attribute name was expected")
    return name if name in SYSTEM_NAMES else scanner.expand(name, context, at)


def _parse_trail(scanner: Scanner) -> tuple[str, ...]:
    trail: list[str] = []
    while scanner.take("["):
        trail.append(_parse_member(scanner))
        while scanner.take("."):
            trail.append(_parse_member(scanner))
        scanner.expect("]")
    return tuple(trail)


def _parse_member(scanner: Scanner) -> str:
    member = scanner.take_match(_MEMBER)
    if member is None:
        scanner.fail("a member of the value or a language was expected")
    return member.strip().strip('"')
