"""Which claims a table makes, and what is said of each."""

from decimal import Decimal

import pytest

from madang.district.addup import Finding, Kind, Verdict, check_text, report_rows
from madang.district.addup.words import WHY, say


def findings(text: str) -> list[Finding]:
    return list(check_text(text).findings)


def told(text: str) -> list[tuple[str, str, Verdict]]:
    """Kind, place of the published figure, verdict."""
    return [
        (one.claim.kind.value, one.claim.published.place if one.claim.published else "", one.verdict)
        for one in findings(text)
    ]


def only(text: str) -> Finding:
    found = findings(text)
    assert len(found) == 1, found
    return found[0]


M, X = Verdict.MATCH, Verdict.MISMATCH


@pytest.mark.parametrize(
    "word",
    [
        "합계",
        "합 계",
        "총계",
        "소계",
        "계",
        "전체",
        "Total",
        "TOTAL_m2",
        "Sum",
        "Insgesamt",
        "Summe",
        "total général",
        "All",
    ],
)
def test_a_row_of_each_word_for_total_is_a_sum(word: str) -> None:
    assert told(f"x\tv\na\t100\nb\t250\n{word}\t350") == [("sum", "B4", M)]


@pytest.mark.parametrize("word", ["회계", "통계청", "totally", "summer", "합계출산율"])
def test_a_word_that_only_holds_one_is_none(word: str) -> None:
    assert told(f"x\tv\na\t100\nb\t250\n{word}\t350") == []


def test_a_total_on_top_is_the_sum_of_what_stands_below() -> None:
    assert told("구분\t값\n합계\t350\n가\t100\n나\t250") == [("sum", "B2", M)]


def test_subtotals_and_their_total_each_have_their_parts() -> None:
    text = "구\t동\t값\n덕양\t가\t10\n\t나\t20\n\t소계\t30\n일산\t다\t5\n\t라\t6\n\t소계\t12\n합계\t\t42"
    assert told(text) == [("sum", "C4", M), ("sum", "C7", X), ("sum", "C8", M)]


def test_each_group_of_a_long_table_has_its_own_total() -> None:
    text = "group,item,v\nx,a,1000\nx,b,2000\nx,total,3000\ny,a,5000\ny,b,6000\ny,total,11500"
    assert told(text) == [("sum", "C4", M), ("sum", "C7", X)]


def test_a_total_of_another_period_is_no_sum_of_these_parts() -> None:
    assert told("x\tv\nA 2018-03\t100\nB 2018-03\t250\nTotal 2019-02\t500") == []


def test_a_total_column_is_summed_across() -> None:
    text = "구분\t남\t여\t계\n가\t1000\t2000\t3000\n나\t1500\t2500\t4100\n다\t100\t200\t300"
    assert told(text) == [("sum", "D2", M), ("sum", "D3", X), ("sum", "D4", M)]


def test_shares_of_a_total_are_held_against_it() -> None:
    text = "use\tm2\t%\na\t350000\t40\nb\t520000\t61\ntotal\t870000\t101"
    assert ("share", "C3", X) in told(text)
    assert ("share", "C2", M) in told(text)


def test_a_share_of_two_columns_goes_by_the_name_they_have_in_common() -> None:
    text = "year\tall\twomen\tmen\twomen %\n2020\t1000\t300\t700\t30.0\n2021\t2000\t500\t1500\t26.0"
    found = [one for one in findings(text) if one.claim.kind is Kind.SHARE]
    assert [(one.verdict, [cell.place for cell in one.claim.inputs]) for one in found] == [
        (M, ["C2", "B2"]),
        (X, ["C3", "B3"]),
    ]


def test_shares_year_by_year_are_no_whole() -> None:
    assert told("year\tshare (%)\n2020\t30\n2021\t33\n2022\t36") == []


def test_shares_side_by_side_make_a_hundred() -> None:
    found = only("Use,Share (%)\nOffices,50\nHomes,32\nCulture,22")
    assert (found.claim.kind, found.verdict) == (Kind.PERCENT_SUM, X)
    assert say(found).en.startswith("The sum of the shares is 104; it should be 100 %.")
    assert told("Use,Share (%)\nOffices,33.3\nHomes,33.3\nCulture,33.3") == [("percent_sum", "", M)]


def test_growth_and_change_between_two_columns() -> None:
    text = "구분\t2021\t2022\t증감\t증가율(%)\n종사자(명)\t73443\t78751\t5308\t7.2\n기업(개)\t1697\t1622\t△75\t△5.4"
    assert told(text) == [("change", "D2", M), ("growth", "E2", M), ("change", "D3", M), ("growth", "E3", X)]


@pytest.mark.parametrize("years", [(2019, 2020, 2021), (2021, 2020, 2019)])
def test_growth_from_year_to_year_runs_either_way(years: tuple[int, int, int]) -> None:
    values = {2019: (100, ""), 2020: (110, "10.0"), 2021: (132, "20.0")}
    rows = [f"{year}\t{values[year][0]}\t{values[year][1]}" for year in years]
    assert {verdict for _, _, verdict in told("\n".join(["year\tjobs\tgrowth (%)", *rows]))} == {M}


def test_a_density_is_a_count_over_an_area() -> None:
    text = "area\tjobs\tha\tjobs per ha\nx\t44958\t127\t354\ny\t20000\t50\t400\nz\t9000\t30\t310"
    assert told(text) == [("ratio", "D2", M), ("ratio", "D3", M), ("ratio", "D4", X)]


def test_a_price_is_an_amount_over_a_quantity() -> None:
    text = "lot\t단가\t면적\t금액\na\t120\t33\t3960\nb\t150\t41\t6150\nc\t90\t77\t6930\nd\t200\t12\t2900"
    assert told(text) == [("ratio", "B2", M), ("ratio", "B3", M), ("ratio", "B4", M), ("ratio", "B5", X)]


def test_an_area_in_two_units_is_converted() -> None:
    text = "lot\t면적(㎡)\t면적(평)\na\t33058\t10000\nb\t66116\t20000\nc\t1000\t330.6"
    # 302.5 평: whoever wrote 330.6 divided by 3.025.
    assert told(text) == [("conversion", "C2", M), ("conversion", "C3", M), ("conversion", "C4", X)]


@pytest.mark.parametrize(
    ("text", "slip", "suspect"),
    [
        ("x\tv\na\t1234\nb\t2345\ntotal\t3579000", "×1000", None),
        ("x\tv\na\t1234\nb\t2345000\ntotal\t3579", "×1000", "B3"),
        ("x\tv (m²)\na\t12345\nb\t23456\ntotal\t10830", "×pyeong", None),
        ("7.29억 + 6.03억 = 1332", "÷1000000", None),
        ("603,233 / 729,006 = 0.827 %", "÷100", None),
    ],
)
def test_a_unit_slip_is_named_with_its_factor_and_cell(text: str, slip: str, suspect: str | None) -> None:
    found = only(text)
    assert (found.verdict, found.slip) == (Verdict.UNIT_SLIP, slip)
    assert (found.suspect.place if found.suspect else None) == suspect


def test_a_share_written_as_a_fraction_in_one_row_is_a_slip() -> None:
    text = "use\tpart\twhole\tshare (%)\na\t603233\t729006\t82.7\nb\t67099\t82492\t0.813\nc\t50\t100\t50.0"
    assert told(text) == [("share", "D2", M), ("share", "D3", Verdict.UNIT_SLIP), ("share", "D4", M)]


@pytest.mark.parametrize(
    ("line", "verdict", "why"),
    [
        ("402,035 / 545,803 = 73.7 %", M, "exact"),
        ("402,035 / 545,803 = 73.6 %", Verdict.TRUNCATED, "cut"),
        ("1 / 8 = 12.5 %", M, "exact"),
        ("1 / 8 = 12 %", M, "exact"),
        ("1 / 8 = 13 %", M, "exact"),
        ("23,976 / 78,751 = 30.5 %", Verdict.ROUNDED, "twice"),
        ("10,001 / 30,000 = 33.4 %", Verdict.ROUNDED, "up"),
        ("45.2 × 994.6 = 45,000", Verdict.MATCH, "within"),
        ("44,958 + 0.0 = 45,000", Verdict.ROUNDED, "coarse"),
        ("9만명 / 3만8,000호 = 2.6", X, "mismatch"),
        ("74.2 + 33.9 + 66 + 152.3 = 336.4", X, "digit"),
        ("12,453 + 0.0 = 12,543", X, "digit"),
        ("3.9 → 4.0 = 3.5 %", M, "within"),
        ("10 + 11 = 22", X, "mismatch"),
        ("1,010 + 1,120 = 2,131", Verdict.ROUNDED, "whole"),
        ("10 ha + 11 ha = 22 ha", Verdict.ROUNDED, "whole"),
        ("10명 + 11명 = 22명", X, "mismatch"),
        ("5 / 0 = 3", Verdict.CANNOT_TELL, "no divisor"),
        ("10.5조 / 85억 = ?", Verdict.INFO, "computed"),
        ("24,500 - 3,500 = 21,000", M, "exact"),
        ("87만㎡ = 26만평", M, "exact"),
        ("354/ha × 127만㎡ = 44,958", M, "exact"),
    ],
)
def test_a_line_written_out_is_judged_and_the_rule_is_named(line: str, verdict: Verdict, why: str) -> None:
    found = only(line)
    assert (found.verdict, found.why) == (verdict, why), say(found).en


@pytest.mark.parametrize(
    ("line", "kind", "verdict"),
    [
        ("Residents: 12,000 of 25,000 (48 %).", Kind.SHARE, M),
        ("전체 87만㎡ 중 32만㎡(37%)는 산업용지다.", Kind.SHARE, M),
        ("약 80만㎡(24만2,000평)를 확정했다.", Kind.CONVERSION, M),
        ("매출은 120.8조에서 167.7조로 38.8% 증가했다.", Kind.GROWTH, M),
        ("It fell from 200 to 150, 25 % less.", Kind.GROWTH, M),
        ("50% offices, 32% residential, 22% cultural", Kind.PERCENT_SUM, X),
    ],
)
def test_a_sentence_is_read_where_its_form_leaves_no_doubt(line: str, kind: Kind, verdict: Verdict) -> None:
    found = only(line)
    assert (found.claim.kind, found.verdict) == (kind, verdict)


@pytest.mark.parametrize(
    "line", ["Jobs grew by 3 %, 5 % and 7 %.", "2016년 8월 1일, 50만㎡", "HafenCity", "1 + 2", "1 + 2 = 3 = 4", "= 3"]
)
def test_nothing_is_guessed_from_other_sentences(line: str) -> None:
    assert findings(line) == []


def test_a_formula_in_a_cell_is_asked_to_be_pasted_as_a_value() -> None:
    found = only("x\tv\na\t100\nb\t=1+1\nc\t50\ntotal\t152")
    assert (found.verdict, found.why) == (Verdict.CANNOT_TELL, "unread")
    assert found.suspect
    assert found.suspect.place == "B3"
    assert (
        say(found).en
        == "The sum of the parts: “=1+1” in B3 (b · v) cannot be read as a number. Paste values, not formulas."
    )


def test_a_mean_row_is_checked_and_an_index_row_is_only_told() -> None:
    assert told("x\tv\na\t61.0\nb\t63.0\naverage\t62.0") == [("mean", "B4", M)]
    assert told("x\tv\na\t0.5\nb\t0.7\ntotal\t0.6") == [("sum", "B4", Verdict.INFO)]


def test_a_scale_holds_for_either_end_being_better() -> None:
    rows = ["a\t12.3\t0\t190\tMin\t93.53", "b\t95\t0\t190\tMax\t50.00", "c\t19\t0\t190\tMax\t90.00"]
    text = "\n".join(["x\traw\tmin\tmax\tbetter\tscaled", *rows])
    assert told(text) == [("scaling_min", "F2", M), ("scaling_max", "F3", M), ("scaling_max", "F4", X)]


def test_weights_that_do_not_sum_to_one_are_divided_out() -> None:
    assert told("part\tscore\tweight\na\t8.0\t3\nb\t6.0\t1\ncomposite\t7.5\t") == [("weighted_mean", "B4", M)]


def test_every_rule_has_its_sentence_in_both_languages() -> None:
    for line in ("1 / 8 = 12.5 %", "402,035 / 545,803 = 73.6 %", "10 + 11 = 25", "5 / 0 = 3", "1.2 / 3.4 = ?"):
        said = say(only(line))
        assert said.ko != said.en
        assert "{" not in said.ko + said.en
    assert all(one.ko and one.en for name, one in WHY.items() if name != "told")


def test_the_rows_of_a_report_carry_numbers_as_numbers() -> None:
    (row,) = report_rows(check_text("402,035 / 545,803 = 73.6 %"))
    assert row[:8] == [
        *("C1", "the share", "truncated", "73.6 %"),
        *(Decimal("73.6594"), Decimal("73.6592"), Decimal("73.6595"), Decimal("-0.059361")),
    ]
