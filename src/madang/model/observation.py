"""Observations: what was measured, of what, when. Source: SOSA (W3C), ETSI GS CIM 009 clause 4.5.6 ff."""

from dataclasses import dataclass
from datetime import datetime

import msgspec
import numpy as np
import numpy.typing as npt

from .entity import Attribute


# A Struct: five are made for each entity of a batch, and a frozen dataclass of eight fields takes 1 µs to make.
class Observation(msgspec.Struct, frozen=True, gc=False):
    """One instance of an attribute in time. (entity_id, attribute, dataset_id, at) identifies it; the last write wins.

    entity_type: the entity's first type in sorted order (the history is partitioned by it).
    at: observedAt, or the commit's time where the instance has none (then observed is False).
    instance is None where the attribute was deleted at ``at``.
    """

    entity_type: str
    entity_id: str
    attribute: str
    dataset_id: str | None
    at: datetime
    recorded_at: datetime
    observed: bool
    instance: Attribute | None


@dataclass(frozen=True, slots=True)
class Series:
    """Many plain numeric observations as columns: the form for bulk import and for charts.

    entity_id, attribute: object arrays of text, at: datetime64[us] UTC, value: float64; all of equal length.
    unit_code: UN/CEFACT code for all rows by attribute name.
    """

    entity_type: str
    entity_id: npt.NDArray[np.object_]
    attribute: npt.NDArray[np.object_]
    at: npt.NDArray[np.datetime64]
    value: npt.NDArray[np.float64]
    unit_code: dict[str, str]
