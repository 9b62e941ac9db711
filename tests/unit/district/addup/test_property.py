"""What holds for every table, not only for those somebody published."""

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from madang.district.addup import Verdict, check_text
from madang.district.addup.numbers import number, read, readings, shape
from madang.errors import MadangError

COUNTS = st.lists(st.integers(min_value=1, max_value=10**7), min_size=2, max_size=8)
SEPARATORS = st.sampled_from(["\t", ";", ","])
TENTH = Decimal("0.1")


def table(separator: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    return "\n".join(separator.join(map(str, row)) for row in [header, *rows]) + "\n"


def with_shares(parts: Sequence[int], rule: str = ROUND_HALF_UP) -> list[list[object]]:
    total = sum(parts)
    shares = [(Decimal(part) * 100 / total).quantize(TENTH, rule) for part in parts]
    return [[f"part {at}", part, share] for at, (part, share) in enumerate(zip(parts, shares, strict=True))]


@given(parts=COUNTS, separator=SEPARATORS)
def test_a_table_made_to_add_up_is_never_called_wrong(parts: list[int], separator: str) -> None:
    rows = [*with_shares(parts), ["total", sum(parts), "100.0"]]
    report = check_text(table(separator, ["use", "area (m²)", "share (%)"], rows))
    assert {found.verdict for found in report.findings} == {Verdict.MATCH}
    # One share for each part, the sum of the parts, and that of the shares.
    assert len(report.findings) == len(parts) + 2


@given(parts=COUNTS, off=st.integers(min_value=1, max_value=10**6), at=st.integers(min_value=0))
def test_a_changed_total_is_never_a_match(parts: list[int], off: int, at: int) -> None:
    rows = [*([f"part {n}", part] for n, part in enumerate(parts)), ["total", sum(parts) + off * (-1) ** at]]
    assume(int(str(rows[-1][1])) > 0)
    report = check_text(table("\t", ["use", "people (명)"], rows))
    assert [found.verdict for found in report.findings if found.verdict is Verdict.MATCH] == []
    assert len(report.findings) == 1


@given(parts=COUNTS, at=st.integers(min_value=0, max_value=7), off=st.integers(min_value=11, max_value=90))
def test_a_changed_share_beyond_rounding_is_the_one_that_is_named(parts: list[int], at: int, off: int) -> None:
    at %= len(parts)
    rows = [*with_shares(parts), ["total", sum(parts), "100.0"]]
    rows[at][2] = Decimal(str(rows[at][2])) + Decimal(off) / 10
    report = check_text(table("\t", ["use", "people (명)", "share (%)"], rows))
    wrong = [found for found in report.findings if not found.verdict.holds]
    assert {found.claim.published.place for found in wrong if found.claim.published} & {f"C{at + 2}"}


@given(parts=COUNTS)
def test_cut_shares_are_matches_or_truncated_and_never_mismatches(parts: list[int]) -> None:
    rows = [*with_shares(parts, ROUND_DOWN), ["total", sum(parts), ""]]
    report = check_text(table("\t", ["use", "area (m²)", "share (%)"], rows))
    shares = [found for found in report.findings if found.claim.published and found.claim.published.column == 3]
    assert {found.verdict for found in shares} <= {Verdict.MATCH, Verdict.TRUNCATED}


@given(parts=COUNTS, swap=st.sampled_from([1000, 10_000, 10**6]))
def test_a_total_in_another_unit_is_a_slip_that_names_the_factor(parts: list[int], swap: int) -> None:
    report = check_text(
        table("\t", ["use", "money"], [*([f"p{n}", p] for n, p in enumerate(parts)), ["total", sum(parts) * swap]])
    )
    assert [(found.verdict, found.slip) for found in report.findings] == [(Verdict.UNIT_SLIP, f"×{swap}")]


@given(value=st.decimals(min_value=0, max_value=10**12, places=3), style=st.sampled_from(["point", "comma"]))
def test_a_number_written_in_a_style_is_read_back_in_it(value: Decimal, style: str) -> None:
    text = f"{value:,.3f}"
    if style == "comma":
        text = text.translate({ord(","): ".", ord("."): ","})
    assert Decimal(readings(text)["point" if style == "point" else "comma"]) == value


@given(value=st.integers(min_value=0, max_value=10**15))
def test_korean_words_say_the_same_number(value: int) -> None:
    # "1억 2" is refused: it may be 1억 2000만.
    assume(value < 10**8 or value % 10**8 >= 10**4 or value % 10**4 == 0)
    words, rest = "", value
    for size, word in ((10**12, "조"), (10**8, "억"), (10**4, "만")):
        count, rest = divmod(rest, size)
        words += f"{count}{word}" if count else ""
    words += str(rest) if rest or not words else ""
    found = shape(words)
    assert found
    got = read(found, "point")
    assert got
    assert got.value == value


@given(text=st.text(max_size=300) | st.text(alphabet="0123456789,.;|\t\n\"'=% 합계만억조-()<>td", max_size=300))
def test_whatever_is_pasted_gets_an_answer_or_a_refusal(text: str) -> None:
    try:
        report = check_text(text)
    except MadangError:
        return
    assert sum(report.counts.values()) == len(report.findings)


def test_an_exact_number_is_not_open_to_rounding() -> None:
    assert number("12.5").half == Decimal("0.05")
    assert number("12.5", exact=True).half == 0
