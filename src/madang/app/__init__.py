"""Puts the house together; the only part that may know every other."""

from .answers import Answer
from .briefing import briefing
from .commands import check, export, list_packs, load, query_entities, query_geojson, query_history, replay, test_packs
from .opening import Steps, find_city, shipped_city
from .serving import serve

__all__ = [
    "Answer",
    "Steps",
    "briefing",
    "check",
    "export",
    "find_city",
    "list_packs",
    "load",
    "query_entities",
    "query_geojson",
    "query_history",
    "replay",
    "serve",
    "shipped_city",
    "test_packs",
]
