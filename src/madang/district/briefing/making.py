"""Makes a city's briefing from its wing: the ledger as it is now, its rates, words, scenario and indicators."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from madang.district.book import Book
from madang.district.charts.parcels import Outline, Polygon, Ring
from madang.district.indicators.values import Results
from madang.district.rates import Rates
from madang.district.records import Text
from madang.district.scenario import find_scenario
from madang.district.wing import Places
from madang.model.entity import Json

from .content import NEEDED, check_language, compose, programme_of
from .forecast import Forecast, make_forecast
from .values import Briefing


@dataclass(frozen=True, slots=True)
class Materials:
    """All that a briefing is made of; the same materials give the same briefing. maps: GeoJSON files of the city.

    compared: programme -> the indicators that a briefing needs.
    """

    book: Book
    city: Text
    places: Places
    compared: Mapping[str, Results]
    maps: tuple[Path, ...] = ()

    def compose(self, lang: str) -> Briefing:
        """Takes about a second of computing. Raises InvalidRequest, NotFound as compose does."""
        check_language(lang)
        programme_of(self.book)
        shared = self.places.files.shared
        return compose(
            self.book,
            lang,
            city=self.city,
            wording=self.places.files.wording(),
            rates=Rates.load(shared / "rates.csv"),
            outlines=read_outlines(self.maps[0]) if self.maps else (),
            forecast=self._forecast(),
            results=self.compared,
        )

    def _forecast(self) -> Forecast | None:
        """The scenario is one of the programme with most plans, as the briefing is."""
        found = find_scenario(self.places.files.own.parent)
        return make_forecast(found) if found else None

    async def results(self) -> Results:
        """Indicators of the programme."""
        return await self.places.indicators.compute(self.book, programme_of(self.book).id)


async def gather_materials(places: Places, city: Text, maps: Sequence[Path] = ()) -> Materials:
    book = await places.ledger.book()
    compared = {one: await places.indicators.compute(book, one, NEEDED) for one in book.programmes}
    return Materials(book, city, places, compared, tuple(maps))


def read_outlines(path: Path) -> tuple[Outline, ...]:
    """The areas of a GeoJSON FeatureCollection; other geometries are left out."""
    features = orjson.loads(path.read_bytes())["features"]
    return tuple(
        Outline(str(index), "", polygons)
        for index, feature in enumerate(features)
        if (polygons := _polygons(feature["geometry"]))
    )


def _polygons(geometry: Json) -> tuple[Polygon, ...]:
    match geometry["type"]:
        case "Polygon":
            return (_rings(geometry["coordinates"]),)
        case "MultiPolygon":
            return tuple(map(_rings, geometry["coordinates"]))
    return ()


def _rings(rings: Json) -> Polygon:
    return tuple(_ring(ring) for ring in rings)


def _ring(ring: Json) -> Ring:
    return tuple((float(lon), float(lat)) for lon, lat, *_ in ring)
