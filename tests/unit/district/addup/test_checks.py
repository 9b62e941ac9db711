"""The 57 published figures of checks.csv: what their parts give, and what is said of them.

checks.csv knows three words. This is how the checker's own seven stand to them:

    match, rounded differently            -> match       (a reader may rely on the figure)
    truncated, unit slip, mismatch        -> MISMATCH    (a cut figure is not what rounding gives)
    info                                  -> info
    cannot tell                           -> none of the 57

Each row is recomputed from the published parts, but for one: the 800 location quotients of the first row may not be
shipped. Of them 82 are facts in oews_facts.csv and are recomputed here; the largest difference over all 800 is taken
from checks.csv and only judged.
"""

import csv
import gzip
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from madang.district.addup import Cell, Finding, Kind, Verdict, check_text
from madang.district.addup.judge import Claim, constant, judge
from madang.district.addup.numbers import number, read, shape

DATA = Path(__file__).parents[3] / "data/district"
WORD = {
    Verdict.MATCH: "match",
    Verdict.ROUNDED: "match",
    Verdict.TRUNCATED: "MISMATCH",
    Verdict.UNIT_SLIP: "MISMATCH",
    Verdict.MISMATCH: "MISMATCH",
    Verdict.INFO: "info",
}
HUNDRED = Decimal(100)
SECTORS = ("RETEMPN", "FPSEMPN", "HEREMPN", "OTHEMPN", "AGREMPN", "MWTEMPN")


def rows(name: str) -> list[dict[str, str]]:
    path = DATA / name
    text = gzip.decompress(path.read_bytes()).decode() if name.endswith(".gz") else path.read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


CHECKS = rows("checks.csv")
MAGOK, SACLAY, PANGYO, IFEZ = (
    rows(f"{name}.csv") for name in ("magok_2024", "saclay_programmes", "pangyo_surveys", "ifez_population_2021")
)
ZONES = rows("mtc_zones.csv.gz")
OEWS = rows("oews_facts.csv")
DERIVED = {(row["kind"], row["name"]): float(row["value"]) for row in rows("lq_us_states_derived.csv")}


def cell(text: str) -> Cell:
    found = shape(text)
    assert found, text
    return Cell(1, 1, text, read(found, "point"))


def claim(kind: Kind, parts: Sequence[str], published: str, factor: Decimal | int = 1) -> Claim:
    return Claim(kind, tuple(map(cell, parts)), cell(published) if published else None, Decimal(factor))


def share(part: str, whole: str, published: str) -> Claim:
    return claim(Kind.SHARE, [part, whole], published, 100)


def growth(before: str, after: str, published: str) -> Claim:
    return claim(Kind.GROWTH, [before, after], published, 100)


def figure(value: float, published: str) -> Claim:
    """Computed by the test out of many rows, held against the published figure."""
    return Claim(Kind.FIGURE, (Cell(1, 1, "", number(str(value), exact=True)),), cell(published))


def magok(table: str) -> Claim:
    values = [row["total"] for row in MAGOK if row["table"] == table]
    return claim(Kind.SUM, values[:-1], values[-1])


def magok_share(item: str) -> Claim:
    row = next(row for row in MAGOK if row["table"] == "land_sale_m2" and row["item"] == item)
    return share(row["part"], row["total"], row["published_pct"])


def saclay(zac: str, use: str = "") -> Claim:
    values = {row["use"]: row for row in SACLAY if row["zac"] == zac}
    if use:
        return share(values[use]["m2"], values["TOTAL"]["m2"], values[use]["published_pct"])
    return claim(Kind.SUM, [row["m2"] for name, row in values.items() if name != "TOTAL"], values["TOTAL"]["m2"])


def pangyo(ref: str, what: str, published: str) -> Claim:
    row = next(row for row in PANGYO if row["ref"] == ref)
    return share(row[what], row["employees"], row[published])


def ifez(district: str) -> Claim:
    row = next(row for row in IFEZ if row["district"] == district)
    return share(row["population"], row["planned"], row["published_pct"])


def ifez_sum(column: str) -> Claim:
    values = [row[column] for row in IFEZ[:4]]
    return claim(Kind.SUM, values[:3], values[3])


def kopavogur(date: str) -> Claim:
    row = next(row for row in rows("kopavogur_scaled_pm10.csv") if row["date"] == date)
    kind = Kind.SCALING_MIN if row["better"] == "Min" else Kind.SCALING_MAX
    return claim(kind, [row["raw_ug_m3"], row["min"], row["max"]], row["published_scaled"], 100)


def cpi(kind: Kind, at: int) -> Claim:
    values = [row["score"] for row in rows("cpi_worked_example.csv")]
    return claim(kind, values[:5], values[at])


def acrc() -> Claim:
    table = rows("acrc_2017_example.csv")
    return claim(
        Kind.WEIGHTED, [text for row in table[:2] for text in (row["score"], row["weight"])], table[2]["score"]
    )


def alabama() -> float:
    """The total its quotients imply over what its 15 sectors sum to: the parts are all there, so it should be 1."""
    sectors = [float(row["jobs"]) for row in OEWS if row["area"] == "Alabama"]
    assert len(sectors) == 15
    return DERIVED["implied_area_total", "Alabama"] / sum(sectors)


def zones_that_differ() -> float:
    return sum(abs(float(zone["TOTEMP"]) - sum(float(zone[one]) for one in SECTORS)) > 1 for zone in ZONES)


def quotient_mean_off_one() -> float:
    """Largest distance from 1, over the sectors, of the mean quotient of the nine counties weighted by jobs."""
    jobs: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for zone in ZONES:
        for sector in SECTORS:
            jobs[zone["county_id"]][sector] += float(zone[sector])
    totals = {county: sum(by.values()) for county, by in jobs.items()}
    whole = sum(totals.values())
    off = 0.0
    for sector in SECTORS:
        national = sum(by[sector] for by in jobs.values()) / whole
        mean = math.fsum(
            totals[county] / whole * (by[sector] / totals[county] / national) for county, by in jobs.items()
        )
        off = max(off, abs(mean - 1))
    return off


CLAIMS: Mapping[str, Claim] = {
    "LQ OEWS: 800 state x industry LQs recomputed": figure(1.716813358143554e-10, "0"),
    "LQ OEWS: implied Alabama total / sum of 15 sectors": figure(alabama(), "1"),
    "MTC 1454 zones: TOTEMP = sum of 6 sectors (zones differing >1)": figure(zones_that_differ(), "0"),
    "MTC: job-weighted mean of county LQ per sector = 1": figure(quotient_mean_off_one(), "0"),
    "Magok zones: parts sum": magok("zones"),
    "Magok dwellings_tenure: parts sum": magok("dwellings_tenure"),
    "Magok dwellings_phase: parts sum": magok("dwellings_phase"),
    "Magok land_sale_m2: parts sum": magok("land_sale_m2"),
    "Magok companies: parts sum": magok("companies"),
    "Magok land sold % industrial": magok_share("industrial"),
    "Magok land sold % support": magok_share("support"),
    "Magok land sold % TOTAL": magok_share("TOTAL"),
    # 서울경제, 한국경제 2009
    "Magok 2009 land-use split, sum in 만㎡ (=ha)": claim(Kind.SUM, ["74.2", "33.9", "66", "152.3"], "336.4"),
    # 아주경제 2018-04-09
    "Magok 2018 land-use % sums to 100": Claim(
        Kind.PERCENT_SUM, tuple(map(cell, ["30.3", "12.8", "16.2", "40.7"])), constant(100)
    ),
    "Saclay Moulon: parts sum": saclay("Moulon"),
    "Saclay Moulon higher education & research %": saclay("Moulon", "higher education & research"),
    "Saclay Moulon economic %": saclay("Moulon", "economic"),
    "Saclay Moulon housing %": saclay("Moulon", "housing"),
    "Saclay Moulon services %": saclay("Moulon", "services"),
    "Saclay Polytechnique: parts sum": saclay("Polytechnique"),
    "Pangyo 2015-07 research_staff share": pangyo("2015-07", "research_staff", "research_pct_published"),
    "Pangyo 2015-07 women share": pangyo("2015-07", "women", "women_pct_published"),
    "Pangyo 2020 research_staff share": pangyo("2020", "research_staff", "research_pct_published"),
    "Pangyo 2020 women share": pangyo("2020", "women", "women_pct_published"),
    "Pangyo 2020 age30_40 share": pangyo("2020", "age30_40", "age30_40_pct_published"),
    "Pangyo 2022 research_staff share": pangyo("2022", "research_staff", "research_pct_published"),
    "Pangyo 2022 women share": pangyo("2022", "women", "women_pct_published"),
    "Pangyo 2022 age30_40 share": pangyo("2022", "age30_40", "age30_40_pct_published"),
    # 서울신문 2023-12-31: 7만 8751명으로 전년 대비 7.2%(5308명) 증가
    "Pangyo 2022 revenue growth %": growth("120.8", "167.7", "38.8"),
    "Pangyo 2022 employee growth %": growth(str(78751 - 5308), "78751", "7.2"),
    "IFEZ TOTAL attainment %": ifez("TOTAL"),
    "IFEZ Songdo 2018-03 attainment %": ifez("Songdo 2018-03"),
    "IFEZ Yeongjong 2018-03 attainment %": ifez("Yeongjong 2018-03"),
    "IFEZ IFEZ 2019-02 TOTAL attainment %": ifez("IFEZ 2019-02 TOTAL"),
    "IFEZ 2021 parts sum": ifez_sum("population"),
    "IFEZ 2021 planned parts sum": ifez_sum("planned"),
    # HafenCity Hamburg GmbH, facts & figures
    "HafenCity residential density 118/ha x 127 ha vs 16,000 residents": claim(
        Kind.PRODUCT, ["118/ha", "127 ha"], "16,000"
    ),
    "HafenCity employee density 354/ha x 127 ha vs 45,000 jobs": claim(Kind.PRODUCT, ["354/ha", "127 ha"], "45,000"),
    "HafenCity fDi mix 50+32+22 %": Claim(Kind.PERCENT_SUM, tuple(map(cell, ["50", "32", "22"])), constant(100)),
    "HafenCity 2009: land+water": claim(Kind.SUM, ["127", "30"], "157"),
    "HafenCity: KRW 10.5tn / EUR 8.5bn (private) = implied KRW/EUR": claim(Kind.RATIO, ["10.5조", "85억"], ""),
    "Kopavogur PM10 scaled 2020-01-01": kopavogur("2020-01-01"),
    "Kopavogur PM10 scaled 2019-01-01": kopavogur("2019-01-01"),
    "Kopavogur PM10 scaled 2017-01-01": kopavogur("2017-01-01"),
    "CPI mean": cpi(Kind.MEAN, 5),
    "CPI standard error sd/sqrt(n)": cpi(Kind.STANDARD_ERROR, 6),
    "ACRC 2017 composite": acrc(),
    # 내일신문 2021-09: 37%(32만㎡), 52%(45만㎡) of 87만㎡
    "Goyang ITV industrial land share %": share("32", "87", "37"),
    "Goyang ITV infrastructure share %": share("45", "87", "52"),
    # 뉴스1 2023-06-11: 6350만㎡, 2기 5.4%의 2.07배
    "3rd-gen self-sufficiency %": share("7.10", "63.5", "11.2"),
    "3rd/2nd gen ratio": claim(Kind.RATIO, ["11.2", "5.4"], "2.07"),
    # 서울경제 2019; 동아일보 2021-11-30
    "Changneung jobs per dwelling": claim(Kind.RATIO, ["90,000", "38,000"], "2.6"),
    "Changneung 73/789 ha %": share("73만㎡", "789만㎡", "9.2"),
    # WISTA and press
    "Adlershof 2022 jobs growth %": growth("24,500", "28,000", "14"),
    "Adlershof 2022 jobs level": claim(Kind.LEVEL, ["24,500", "3,500"], "28,000"),
    "Adlershof 2024 parts (core+growth+media+science) vs 29,100": claim(
        Kind.SUM, ["9,400", "12,100", "3,500", "4,100"], "29,100"
    ),
    "Adlershof 2024 revenue growth % from 3.9 to 4.0": growth("3.9", "4.0", "3.5"),
}


def test_every_row_of_the_file_has_its_claim() -> None:
    assert [row["check"] for row in CHECKS] == list(CLAIMS)
    assert len(CHECKS) == 57


# What checks.csv rounds to when it gives few digits; the others it gives to six decimals.
COARSE = {
    "LQ OEWS: implied Alabama total / sum of 15 sectors": 0.005,
    "HafenCity: KRW 10.5tn / EUR 8.5bn (private) = implied KRW/EUR": 0.05,
}


@pytest.mark.parametrize("row", CHECKS, ids=[row["check"] for row in CHECKS])
def test_the_computed_value_and_the_verdict_are_those_of_the_file(row: dict[str, str]) -> None:
    found = judge(CLAIMS[row["check"]])
    assert found.computed
    assert float(found.computed.mid) == pytest.approx(float(row["computed"]), abs=COARSE.get(row["check"], 1e-6))
    assert WORD[found.verdict] == row["verdict"], found
    published = CLAIMS[row["check"]].published
    if row["published"]:
        assert published
        assert published.number
        assert published.number.value == Decimal(row["published"])


def test_the_three_words_are_as_often_as_the_report_says() -> None:
    words = [WORD[judge(one).verdict] for one in CLAIMS.values()]
    assert {word: words.count(word) for word in set(words)} == {"match": 44, "MISMATCH": 12, "info": 1}


def test_the_finer_verdicts_behind_the_words() -> None:
    by_verdict: dict[Verdict, set[str]] = defaultdict(set)
    for name, one in CLAIMS.items():
        by_verdict[judge(one).verdict].add(name)
    assert by_verdict[Verdict.TRUNCATED] == {"IFEZ TOTAL attainment %", "IFEZ IFEZ 2019-02 TOTAL attainment %"}
    # 30.4453 was rounded to 30.45 and then to 30.5.
    assert by_verdict[Verdict.ROUNDED] == {"Pangyo 2022 research_staff share"}
    assert by_verdict[Verdict.UNIT_SLIP] == set()
    assert len(by_verdict[Verdict.MISMATCH]) == 10


def test_only_rounded_inputs_explain_these() -> None:
    within = {name for name, one in CLAIMS.items() if judge(one).why == "within"}
    assert within == {
        "HafenCity employee density 354/ha x 127 ha vs 45,000 jobs",
        "Changneung 73/789 ha %",
        "Adlershof 2024 revenue growth % from 3.9 to 4.0",
    }


def test_of_the_quotients_that_ship_each_is_given_back() -> None:
    for row in OEWS:
        total, share_ = DERIVED["implied_area_total", row["area"]], DERIVED["national_share", row["sector"]]
        assert float(row["jobs"]) / total / share_ == pytest.approx(float(row["published_lq"]), abs=2e-10)


def test_the_shares_of_all_sectors_show_that_the_denominator_is_too_large() -> None:
    shares = [
        Cell(1, 1, "", number(f"{value:.9f}")) for (kind, _), value in DERIVED.items() if kind == "national_share"
    ]
    percent = [Cell(1, 1, "", number(one.number.value * 100)) for one in shares if one.number]
    found = judge(Claim(Kind.PERCENT_SUM, tuple(percent), constant(100)))
    assert found.verdict is Verdict.MISMATCH
    assert found.computed
    assert 2.1 < 100 / float(found.computed.mid) < 2.2


def found_in(name: str) -> list[Finding]:
    path = DATA / name
    data = gzip.decompress(path.read_bytes()) if name.endswith(".gz") else path.read_bytes()
    return list(check_text(data.decode()).findings)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("magok_2024.csv", {Verdict.MATCH: 9}),
        ("saclay_programmes.csv", {Verdict.MATCH: 7}),
        ("ifez_population_2021.csv", {Verdict.MATCH: 3, Verdict.TRUNCATED: 2, Verdict.MISMATCH: 1}),
        # Two shares of 2024 were published without their parts.
        (
            "pangyo_surveys.csv",
            {Verdict.MATCH: 3, Verdict.ROUNDED: 1, Verdict.MISMATCH: 4, Verdict.CANNOT_TELL: 2},
        ),
        ("kopavogur_scaled_pm10.csv", {Verdict.MATCH: 3}),
        ("cpi_worked_example.csv", {Verdict.MATCH: 2}),
        ("acrc_2017_example.csv", {Verdict.MATCH: 1}),
        # HHI and Krugman of all counties are no sums of the counties'.
        ("mtc_counties_expected.csv", {Verdict.MATCH: 30, Verdict.INFO: 2}),
        ("mtc_zones.csv.gz", {Verdict.MATCH: 1454}),
        ("semcog_zones.csv", {Verdict.MATCH: 368}),
        ("lq_us_states_derived.csv", {}),
    ],
)
def test_the_claims_of_a_whole_file_are_found_by_themselves(name: str, expected: dict[Verdict, int]) -> None:
    findings = found_in(name)
    counts: dict[Verdict, int] = defaultdict(int)
    for found in findings:
        counts[found.verdict] += 1
    assert counts == expected


def test_the_sum_that_no_header_names_is_that_of_the_six_sectors() -> None:
    found = found_in("mtc_zones.csv.gz")[0]
    assert found.claim.published
    assert "TOTEMP" in found.claim.published.label
    assert [one.label.split(" · ")[-1] for one in found.claim.inputs] == list(SECTORS)


def test_the_sum_of_twenty_sectors_is_found_in_the_other_region() -> None:
    sums = [
        one for one in found_in("semcog_zones.csv") if one.claim.published and "tot_emp" in one.claim.published.label
    ]
    assert len(sums) == 184
    assert len(sums[0].claim.inputs) == 18
