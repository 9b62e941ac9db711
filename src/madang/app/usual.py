"""Usual medians for the map, as the rules keep them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from madang.packs.alerts import UsualTable

from .opening import OpenCity


@dataclass(frozen=True, slots=True)
class Medians:
    """Implements web.console.layers.UsualTable for one attribute (short name)."""

    table: UsualTable
    attribute: str

    def median(self, entity_id: str, at: datetime) -> float | None:
        found = self.table.at(entity_id, (self.attribute,), at).get(self.attribute)
        return found[0] if found else None


def usual_tables(one: OpenCity) -> Mapping[tuple[str, str], Medians]:
    """(type, attribute) of each layer that is drawn against its usual -> its medians."""
    return {
        (layer.type, layer.value): Medians(one.alerts.usual, layer.value)
        for pack in one.city.packs
        for layer in pack.layers
        if layer.scale == "usual"
    }
