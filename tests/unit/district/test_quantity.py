"""Quantities as written, their units, their rounding, and how they are shown."""

import re
import time
from decimal import Decimal
from fractions import Fraction

import pytest

from madang.district.format import show
from madang.district.interval import Interval, interval
from madang.district.quantity import (
    CURRENCIES,
    UNITS,
    Quantity,
    agrees,
    decimal,
    find_unit,
    parse_number,
    parse_quantity,
    rounding_interval,
)
from madang.errors import BadRequestData


@pytest.mark.parametrize(
    ("text", "unit", "low", "high"),
    [
        ("87", "ha", 87, 87),
        ("8,493", "억 KRW", 8493, 8493),
        ("8 493", "억 KRW", 8493, 8493),
        ("1조 6000억", "억 KRW", 16_000, 16_000),
        ("1조 6000억", "KRW", 1_600_000_000_000, 1_600_000_000_000),
        ("8,493억 원", "억 KRW", 8493, 8493),
        ("10.5 trillion", "tn KRW", Fraction("10.5"), Fraction("10.5")),
        ("8.5 bn EUR", "M EUR", 8500, 8500),
        ("8.5 M EUR", "M EUR", Fraction("8.5"), Fraction("8.5")),
        ("3만8,000", "persons", 38_000, 38_000),
        ("2천3백억", "억 KRW", 2300, 2300),
        ("1조 2천 3백 4십억 원", "억 KRW", 12_340, 12_340),
        ("8천493억원", "억 KRW", 8493, 8493),
        ("3천5백만", "KRW", 35_000_000, 35_000_000),
        ("2~3천억", "억 KRW", 2000, 3000),
        ("3천500", "persons", 3500, 3500),
        ("2만2천", "jobs", 22_000, 22_000),
        ("3천만", "KRW", 30_000_000, 30_000_000),
        ("30–50", "ha", 30, 50),
        ("30~50만", "m2", 300_000, 500_000),
        ("30 to 50", "ha", 30, 50),
        ("−30", "%", -30, -30),
        ("-30", "%", -30, -30),
        ("-5–3", "pp", -5, 3),
        ("87.2 ha", "ha", Fraction("87.2"), Fraction("87.2")),
        ("87만㎡", "만㎡", 87, 87),
        ("87 만㎡", "만㎡", 87, 87),
        ("87만㎡", "m2", 870_000, 870_000),
    ],
)
def test_a_figure_is_read_as_it_was_written(text: str, unit: str, low: Fraction, high: Fraction) -> None:
    quantity = parse_quantity(text, unit)
    assert (quantity.low, quantity.high, quantity.as_written) == (low, high, text)


@pytest.mark.parametrize(
    ("text", "bound", "approximate"),
    [
        (">20000", "at least", False),
        ("20,000+", "at least", False),
        ("more than 20000", "at least", False),
        ("20,000 이상", "at least", False),
        ("≤20000", "at most", False),
        ("20000 이하", "at most", False),
        ("ca. 20000", "", True),
        ("environ 20 000", "", True),
        ("approximately 20000", "", True),
        ("약 20000", "", True),
        ("2만여", "", True),
        ("20000", "", False),
    ],
)
def test_bounds_and_about_are_kept(text: str, bound: str, approximate: bool) -> None:
    quantity = parse_quantity(text, "jobs")
    assert quantity.low == 20_000
    assert (quantity.bound, quantity.approximate) == (bound, approximate)


def test_a_bound_is_not_calculated_with() -> None:
    with pytest.raises(BadRequestData, match="only a bound"):
        _ = parse_quantity(">20000", "jobs").interval


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "--5", "٣", "８７", "5-3", "1e999999", "1e5", "NaN", "inf", "0x10", "8,49", "1,2,3", "87,5", "1 00",
        "5–", "–", "1억 2조", "1.55억 3", "5 이상 이하", ">5–7", "87 km2", "87 dragons", "1" * 25, "1" * 10_000,
        "1,111" * 2000, "+" * 99, "1억" * 49, "1 " * 49, "-" * 99, "1-" * 49, "9.9" * 33,
        "약" * 99, "8493원", "½", "1\x00", "²",
    ],
)  # fmt: skip
def test_what_is_no_figure_is_refused_at_once_and_by_place(text: str) -> None:
    started = time.perf_counter()
    with pytest.raises(BadRequestData) as refused:
        parse_quantity(text, "억 KRW" if text == "8493원" else "ha", "/value")
    assert refused.value.faults[0].where == "/value"
    assert len(refused.value.detail) < 300
    assert time.perf_counter() - started < 0.5


def test_a_unit_behind_the_figure_has_to_be_the_given_one() -> None:
    with pytest.raises(BadRequestData, match="written in ha, but its unit is given as m2"):
        parse_quantity("87 ha", "m2")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1조 6000", "write 1조 6000억."),
        ("1억2", "for example 1억 2000만 or"),
        ("1조 2천억 5", "example"),
        ("1 bn 5", "example"),
    ],
)
def test_a_bare_number_behind_a_hundred_million_or_more_is_refused_with_what_was_meant(text: str, meant: str) -> None:
    for unit in ("억 KRW", "KRW"):
        with pytest.raises(BadRequestData, match=re.escape(meant)):
            parse_quantity(text, unit, "/value")
    with pytest.raises(BadRequestData, match="counts"):
        parse_number(text)


@pytest.mark.parametrize("text", ["2천30백억", "2백3천억", "2천3000억", "2천3백400억", "2백 3백억"])
def test_hundreds_that_do_not_fit_together_are_refused(text: str) -> None:
    with pytest.raises(BadRequestData):
        parse_quantity(text, "억 KRW")


@pytest.mark.parametrize(("text", "number"), [("8,493.50", "8493.50"), ("−30", "-30"), ("3만8,000", "38000")])
def test_a_plain_number_is_a_decimal(text: str, number: str) -> None:
    assert parse_number(text) == Decimal(number)


@pytest.mark.parametrize("text", ["30–50", ">5", "87 ha", "", "1e5"])
def test_a_plain_number_is_nothing_else(text: str) -> None:
    with pytest.raises(BadRequestData):
        parse_number(text)


@pytest.mark.parametrize(
    ("alias", "symbol"),
    [
        ("㎡", "m2"), ("m²", "m2"), ("제곱미터", "m2"), ("만㎡", "만 m2"), ("천㎡", "천 m2"), ("坪", "평"),
        ("㎢", "km2"), ("억", "억 KRW"), ("억원", "억 KRW"), ("억 원", "억 KRW"), ("조원", "조 KRW"), ("명", "persons"),
        ("호", "dwellings"), ("세대", "households"), ("개사", "companies"), ("million EUR", "M EUR"),
        ("bn €", "bn EUR"), ("billion USD", "bn USD"), ("원", "KRW"), ("job", "jobs"), ("HA", "ha"),
        ("jobs + college places", "jobs+college places"), ("명/㎢", "persons/km2"),
        ("EUR / m² / month", "EUR/m2/month"), ("KRW/jobs", "KRW/job"),
    ],
)  # fmt: skip
def test_a_unit_has_other_names(alias: str, symbol: str) -> None:
    assert find_unit(alias).symbol == symbol


@pytest.mark.parametrize("symbol", ["hecta", "ha/", "/ha", "ha/ha/ha/ha", "", "x" * 100_000, "date"])
def test_an_unknown_unit_is_refused(symbol: str) -> None:
    with pytest.raises(BadRequestData):
        find_unit(symbol)


def test_a_misspelt_unit_gets_a_suggestion() -> None:
    with pytest.raises(BadRequestData, match='unknown unit "dwelings"; did you mean "dwellings"'):
        find_unit("dwelings")


def test_standard_codes_are_those_of_the_standards() -> None:
    codes = {symbol: find_unit(symbol).unit_code for symbol in ("m2", "ha", "km2", "평", "KRW", "EUR", "억 KRW", "%")}
    assert codes == {
        "m2": "MTK", "ha": "HAR", "km2": "KMK", "평": "", "KRW": "KRW", "EUR": "EUR", "억 KRW": "", "%": "P1",
    }  # fmt: skip


def test_every_unit_has_a_name_in_each_language() -> None:
    assert all(set(unit.names) == {"ko", "en", "fr", "de"} and all(unit.names.values()) for unit in UNITS.values())


@pytest.mark.parametrize(
    ("text", "unit", "there", "value"),
    [
        ("121", "평", "m2", Fraction(400)),
        ("1", "km2", "ha", Fraction(100)),
        ("87", "만㎡", "ha", Fraction(87)),
        ("1", "acre", "m2", Fraction("4046.8564224")),
        ("8493", "억 KRW", "bn KRW", Fraction("849.3")),
        ("1.6", "조 KRW", "tn KRW", Fraction("1.6")),
        ("12", "EUR/m2/month", "EUR/m2/year", Fraction(144)),
        ("354", "jobs/ha", "jobs/km2", Fraction(35_400)),
        ("48", "%", "ratio", Fraction("0.48")),
    ],
)
def test_a_conversion_is_exact(text: str, unit: str, there: str, value: Fraction) -> None:
    assert parse_quantity(text, unit).to(there).low == value


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("jobs", "jobs+college places"), ("persons", "jobs"), ("m2", "m2 GFA"), ("households", "dwellings"),
        ("%", "pp"), ("jobs/ha", "persons/ha"), ("KRW/ha", "KRW/job"),
    ],
)  # fmt: skip
def test_unlike_things_do_not_convert(here: str, there: str) -> None:
    with pytest.raises(BadRequestData) as refused:
        parse_quantity("1", here).to(there)
    assert here in refused.value.detail
    assert there in refused.value.detail


def test_money_converts_only_with_a_rate() -> None:
    with pytest.raises(BadRequestData, match="without a dated rate"):
        parse_quantity("1", "KRW").to("EUR")
    assert len({find_unit(code).dimension for code in CURRENCIES}) == len(CURRENCIES)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("87", "86.5", "87.5"), ("87.0", "86.95", "87.05"), ("8500", "8450", "8550"), ("8,493", "8492.5", "8493.5"),
        ("1조 6000억", "15500", "16500"), ("0", "-0.5", "0.5"), ("-30", "-35", "-25"), ("30–50", "30", "50"),
        ("0.85조", "8450", "8550"),
    ],
)  # fmt: skip
def test_a_figure_stands_for_what_rounds_to_it(text: str, low: str, high: str) -> None:
    found = rounding_interval(parse_quantity(text, "억 KRW"))
    assert found == Interval(Fraction(low), Fraction(high))


@pytest.mark.parametrize(
    ("rounder", "finer", "same"),
    [
        ("8500", "8493", True), ("8493", "8500", False), ("8500", "8550", True), ("8500", "8551", False),
        ("8000–9000", "8493", True), ("8000–9000", "7500–8500", False), (">8000", "8493", True),
        (">8000", "7999", False), ("<9000", "8493", True), (">8000", "<9000", False),
        ("8500", ">8400", False), (">8000", ">8400", True),
    ],
)  # fmt: skip
def test_a_rounder_figure_agrees_with_a_finer_one_it_contains(rounder: str, finer: str, same: bool) -> None:
    assert agrees(parse_quantity(rounder, "억 KRW"), parse_quantity(finer, "억 KRW")) is same


def test_figures_agree_across_units_and_never_across_things() -> None:
    assert agrees(parse_quantity("87", "ha"), parse_quantity("870,000", "m2"))
    assert agrees(parse_quantity("850", "bn KRW"), parse_quantity("8,493", "억 KRW"))
    assert not agrees(parse_quantity("20000", "jobs"), parse_quantity("20000", "jobs+college places"))


def test_a_division_by_what_may_be_zero_names_it() -> None:
    with pytest.raises(BadRequestData, match=r"Dwellings may be zero \(-1 to 1\)"):
        interval(5) / Interval(Fraction(-1), Fraction(1), "Dwellings")


def test_an_interval_compares_only_what_is_certain() -> None:
    low, high = Interval(Fraction(1), Fraction(3)), Interval(Fraction(2), Fraction(4))
    assert not low < high
    assert not low >= high
    assert low < 4
    assert low <= 3
    assert high > 1
    assert low.width == low.middle == 2
    assert low.overlaps(high)
    assert 4 not in low
    with pytest.raises(ValueError, match="from low to high"):
        Interval(Fraction(2), Fraction(1))


def test_an_endless_decimal_is_rounded_at_28_digits() -> None:
    assert decimal(Fraction(400, 121)) == Decimal("3.305785123966942148760330579")
    assert decimal(Fraction(1, 8)) == Decimal("0.125")


@pytest.mark.parametrize(
    ("text", "unit", "lang", "shown"),
    [
        ("8,493", "억 KRW", "ko", "8,493억 원 (849.3 bn KRW)"),
        ("8,493", "억 KRW", "en", "KRW 849.3 bn (8,493억 원)"),
        ("8,493", "억 KRW", "de", "849,3 Mrd. KRW"),
        ("8,493", "억 KRW", "fr", "849,3 Md KRW"),
        ("1조 6000억", "억 KRW", "ko", "1조 6,000억 원 (1.6 tn KRW)"),
        ("1조 6000억", "억 KRW", "fr", "1\u202f600 Md KRW"),
        ("8.5", "bn EUR", "ko", "85억 유로 (8.5 bn EUR)"),
        ("87.2", "ha", "ko", "87.2 ha (약 26만 4,000평)"),
        ("87.2", "ha", "de", "87,2 ha"),
        ("87.0", "ha", "en", "87.0 ha"),
        ("30–50", "ha", "en", "30–50 ha"),
        ("25–100", "ha", "en", "25–100 ha"),
        ("121", "평", "en", "121 평 (400 m²)"),
        ("87", "만㎡", "en", "870,000 m²"),
        ("270,000", "m2 GFA", "ko", "연면적 27만 m² (약 8만 1,700평)"),
        ("약 22,000", "persons", "ko", "약 2만 2,000명"),
        (">20000", "jobs", "ko", "일자리 2만 개 이상"),
        (">20000", "jobs", "de", "mindestens 20.000 Arbeitsplätze"),
        ("-3.5", "%", "fr", "−3,5 %"),
        ("1", "companies", "fr", "1 entreprise"),
        ("12.5", "EUR/m2/month", "de", "12,5 EUR/m²/Monat"),
        ("38.6", "M KRW/job", "ko", "3,860만 원/일자리 (38.6 M KRW/job)"),
        ("0", "ha", "en", "0 ha"),
        ("20,500", "jobs", "ko", "일자리 2만 500개"),
        ("3만", "persons", "ko", "3만 명"),
        ("약 3만", "jobs", "ko", "일자리 약 3만 개"),
        ("-30여", "pp", "ko", "약 −30%p"),
        ("2만–3만", "bids", "ko", "입찰 2만–3만 건"),
        ("-5–-3", "pp", "ko", "−5~−3%p"),
        ("-5–3", "pp", "en", "−5 to 3 percentage points"),
        ("-5–3", "%", "de", "−5 bis 3 %"),
        ("-5–3", "M EUR", "fr", "−5 à 3 M EUR"),
        ("-5–3", "M EUR", "en", "EUR −5 to 3 M"),
    ],
)
def test_a_quantity_is_shown_as_its_reader_says_it(text: str, unit: str, lang: str, shown: str) -> None:
    assert str(show(parse_quantity(text, unit), lang)) == shown


@pytest.mark.parametrize(
    ("text", "here", "there", "lang", "shown"),
    [
        ("1", "acre", "m2", "en", "about 4,050 m²"),
        ("2", "평", "m2", "ko", "약 6.61 m²"),
        ("121", "평", "m2", "en", "400 m²"),
        ("12.34", "acre", "ha", "de", "rund 4,994 ha"),
        (">1", "acre", "m2", "fr", "au moins 4\u202f050 m²"),
        ("약 5", "ha", "m2", "en", "about 50,000 m²"),
    ],
)
def test_what_was_converted_has_three_digits_at_least_and_says_about_where_it_is_rounded(
    text: str, here: str, there: str, lang: str, shown: str
) -> None:
    assert show(parse_quantity(text, here).to(there), lang).primary == shown


def test_a_computed_quantity_has_three_digits_or_those_asked_for() -> None:
    cost = Quantity(Fraction(849_300_000_000, 22_000), Fraction(849_300_000_000, 2_753), find_unit("KRW/job"))
    assert str(show(cost, "de")) == "38,6–308 Mio. KRW/Arbeitsplatz"
    assert show(cost, "en", 2).primary == "KRW 39–310 M/job"
