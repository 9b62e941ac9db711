"""The briefing on the programme that ships, made once for all tests that read it."""

import asyncio
from collections.abc import Mapping
from functools import cache

from madang.district.book import Book, gather
from madang.district.briefing.content import NEEDED, compose
from madang.district.briefing.forecast import Forecast, make_forecast
from madang.district.briefing.making import read_outlines
from madang.district.briefing.values import Briefing
from madang.district.indicators.values import Results
from madang.district.measures import load_measures
from madang.district.rates import Rates
from madang.district.rows import parse_row
from madang.district.scenario import find_scenario
from madang.district.shipped import load_rows
from madang.district.wing import PlacesFiles
from madang.district.wording import load_wording
from madang.errors import Pointer
from madang.packs.shipped import shipped

PLACES, GOYANG = shipped("places"), shipped("cities") / "goyang"
LANGUAGES = ("ko", "en", "fr", "de")
RUNS = 200
"""Enough to have bands; the figures of the scenario itself are tested elsewhere."""


@cache
def book() -> Book:
    measures = load_measures(PLACES / "measures.csv")
    rows = [*load_rows(PLACES, measures), *load_rows(GOYANG / "district", measures)]
    return gather([parse_row(kind, {"status": "shipped", **row}, Pointer()) for kind, row in rows], measures)


@cache
def forecast() -> Forecast:
    found = find_scenario(GOYANG)
    assert found is not None
    return make_forecast(found, RUNS)


@cache
def compared() -> Mapping[str, Results]:
    indicators = PlacesFiles(PLACES, GOYANG / "district").indicators(book().measures)

    async def every() -> Mapping[str, Results]:
        return {one: await indicators.compute(book(), one, NEEDED) for one in book().programmes}

    return asyncio.run(every())


def brief(lang: str, about: Book) -> Briefing:
    return compose(
        about,
        lang,
        city={"ko": "고양", "en": "Goyang"},
        wording=load_wording(PLACES / "words.csv"),
        rates=Rates.load(PLACES / "rates.csv"),
        outlines=read_outlines(GOYANG / "data" / "dong.geojson"),
        forecast=forecast(),
        results=compared(),
    )


@cache
def briefing(lang: str) -> Briefing:
    return brief(lang, book())
