"""Where questions to the hub and facts of the ledger meet."""

import pytest
from tests.unit.district.indicators.books import GOYANG, HERE, PLACES, book_of, fact, measures, shipped_book
from tests.unit.district.indicators.live_city import CATALOGUE, NOW, SPECS, LiveCity, figure, question

from madang.district.indicators.engine import Indicators
from madang.district.indicators.reading import Given, LedgerReader
from madang.district.indicators.spec import InputSpec
from madang.district.indicators.values import Gap
from madang.district.wing import Places, PlacesFiles, open_places
from madang.errors import BadRequestData

RULE = "dgnb-rule"


async def test_the_certification_rule_of_dgnb_is_computed_from_the_ledger() -> None:
    engine = Indicators(CATALOGUE, SPECS, (LedgerReader(),))
    found = (await engine.compute(shipped_book(), "urn:ngsi-ld:DevelopmentProgramme:aspern", [RULE]))[RULE]
    assert 240 in {one.value.low for one in found if one.value and one.value.unit.symbol == "ha"}


async def test_a_declared_figure_may_stand_in_the_ledger() -> None:
    city = LiveCity()
    asked = InputSpec("it", live=question('ask = "declared"\nattribute = "residents"\nunit = "100k persons"'))
    older = fact("residents", "100000", "persons", "actual", as_of="2023")
    newer = fact("residents", "250000", "persons", "actual", as_of="2024")
    planned = fact("residents", "900000", "persons", "plan", as_of="2030")
    given = Given.of(book_of(older, newer, planned), HERE, NOW.date())
    reply = await city.live.reader().read(asked, given, None)
    assert not isinstance(reply, Gap)
    assert figure(reply[0].input) == 2.5
    assert reply[0].input.facts[0] == newer


async def test_a_declared_figure_of_another_unit_names_its_record() -> None:
    asked = InputSpec("it", live=question('ask = "declared"\nattribute = "residents"\nunit = "vehicles"'))
    one = fact("residents", "100000", "persons", "actual", as_of="2023")
    with pytest.raises(BadRequestData) as refused:
        await LiveCity().live.reader().read(asked, Given.of(book_of(one), HERE, NOW.date()), None)
    assert refused.value.faults[0].where == f"{one.id}/unit"


def _wing(city: LiveCity, *, live: bool) -> Places:
    files = PlacesFiles(PLACES, GOYANG)
    return open_places(files, measures(), city.entities, live=city.live if live else None)


async def test_the_wing_asks_the_hub_where_it_has_one() -> None:
    city = await LiveCity().fill({"Crosswalk": [{"accessibleSignal": True}, {"accessibleSignal": False}]})
    key = "iso-37122-13-3"
    for live, value in ((True, 50.0), (False, None)):
        (result,) = (await _wing(city, live=live).of_city().compute(shipped_book(), HERE, [key]))[key]
        assert (float(result.value.low) if result.value else None) == value


async def test_each_run_reads_the_hub_afresh() -> None:
    city = await LiveCity().fill({"Crosswalk": [{"accessibleSignal": True}]})
    wing, key = _wing(city, live=True), "iso-37122-13-3"
    shares = []
    for more in (0, 1):
        await city.fill({"Crosswalk": [{"accessibleSignal": True}, {"accessibleSignal": False}][: more + 1]})
        (result,) = (await wing.of_city().compute(shipped_book(), HERE, [key]))[key]
        assert result.value
        shares.append(float(result.value.low))
    assert shares == [100, 50]
