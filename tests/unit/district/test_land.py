"""Land uses: what one source says together, and nothing of another's."""

from fractions import Fraction

import pytest
from tests.shipped_ledger import ITV, book_of, programme, record, shipped_book

from madang.district.land import LandPlan, land_plans

VALLEY = "urn:ngsi-ld:DevelopmentProgramme:valley"


def plan(*cells: dict[str, str]) -> tuple[LandPlan, ...]:
    facts = [
        record("fact", **({"id": f"f{index}", "subject": "valley", "unit": "ha", "stated": "2021"} | each))
        for index, each in enumerate(cells)
    ]
    return land_plans(book_of(programme("valley", "own"), *facts), VALLEY)


WHOLE = {"measure": "area", "value": "100"}


def test_goyangs_two_announcements_stay_apart() -> None:
    """2019: 32 + 23 + 7.5 of 85 ha. 2021: 37 % and 52 % of 87 ha. Together they would be more than there is."""
    earlier, later = land_plans(shipped_book(), ITV)
    assert [(use.kind, use.area_ha) for use in earlier.uses] == [
        ("industrial", 32), ("research", 23), ("support", Fraction(15, 2)),
    ]  # fmt: skip
    assert (earlier.whole_ha, earlier.rest_ha) == (Fraction(85), Fraction(45, 2))
    assert {use.kind: use.area_ha for use in later.uses} == {
        "infrastructure": Fraction(87 * 52, 100),
        "industrial": Fraction(87 * 37, 100),
    }


def test_an_area_stands_before_the_share_of_the_same_use() -> None:
    (found,) = plan(
        WHOLE,
        {"measure": "land_industrial", "value": "38"},
        {"measure": "land_industrial_share", "value": "37", "unit": "%"},
    )
    assert [(use.kind, use.area_ha) for use in found.uses] == [("industrial", Fraction(38))]
    assert found.rest_ha == 62


def test_parts_that_are_more_than_the_whole_leave_no_rest() -> None:
    (found,) = plan(WHOLE, {"measure": "land_industrial", "value": "80"}, {"measure": "land_research", "value": "30"})
    assert found.rest_ha == 0


@pytest.mark.parametrize(
    "part",
    [
        {"measure": "land_industrial", "value": ">40"},
        {"measure": "land_industrial", "value": "40", "boundary": "core area"},
        {"measure": "land_industrial", "value": "40", "stated": "2022"},
        {"measure": "land_industrial", "value": "40", "source": "Another paper"},
        {"measure": "land_industrial", "value": "40", "basis": "claim"},
    ],
)
def test_what_is_not_said_together_is_not_drawn_together(part: dict[str, str]) -> None:
    assert plan(WHOLE, part) == ()
