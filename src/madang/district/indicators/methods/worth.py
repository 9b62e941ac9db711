"""What the programme is worth, as its scenario says."""

from fractions import Fraction

from madang.district.indicators.reading import Given, Worth, gap
from madang.district.indicators.spec import IndicatorSpec
from madang.district.indicators.values import Gap, Input
from madang.district.quantity import Quantity, find_unit

from .worked import Worked, lacking, say

NO_SCENARIO = gap(
    "scenario",
    "이 지구의 시나리오(district/scenario.toml)가 없습니다. 가정과 그 까닭을 적으면 계산됩니다.",
    "There is no scenario of this programme (district/scenario.toml). Write its assumptions and why to compute it.",
)


def npv(spec: IndicatorSpec, given: Given) -> list[Worked]:
    """Net present value at the scenario's discount rate."""
    worth = given.worth(given.book, given.subject) if given.worth else None
    if worth is None:
        return lacking(NO_SCENARIO)
    amount = Fraction(worth.npv)
    return [_said(Quantity(amount, amount, find_unit(worth.currency)), worth)]


def irr(spec: IndicatorSpec, given: Given) -> list[Worked]:
    """Internal rate of return, where there is exactly one."""
    worth = given.worth(given.book, given.subject) if given.worth else None
    if worth is None:
        return lacking(NO_SCENARIO)
    if worth.irr is None:
        return lacking(_no_rate(worth))
    return [_said(Quantity(Fraction(worth.irr) * 100, Fraction(worth.irr) * 100, find_unit("%/year")), worth)]


def _no_rate(worth: Worth) -> Gap:
    return gap(
        "scenario",
        "이 현금 흐름에는 내부수익률이 없거나 여럿입니다.",
        f"This cash flow has no single internal rate of return ({worth.why_not}).",
    )


def _said(value: Quantity, worth: Worth) -> Worked:
    rate = Fraction(worth.discount) * 100
    inputs = (
        Input(
            "discount",
            Quantity(rate, rate, find_unit("%/year")),
            assumed="of the scenario",
            title=say("시나리오의 할인율", "Discount rate of the scenario"),
        ),
    )
    return Worked(
        value,
        inputs,
        bases={"scenario": "forecast"},
        boundary="district",
        note={
            "ko": "시나리오의 가정으로 계산한 값이며 측정값이 아닙니다. 가정은 시나리오 화면에 있습니다.",
            "en": "Computed from the scenario's assumptions, not measured; they are on the scenario page.",
        },
    )
