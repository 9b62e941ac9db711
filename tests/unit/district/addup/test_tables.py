"""Tables as people publish them: right ones, which are never called wrong, and wrong ones, whose cell is named.

right_tables.txt: ``== name | how many figures hold | cells that are left open``. wrong_tables.txt: ``== name | cells``.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from madang.district.addup import Verdict, check_text

HERE = Path(__file__).parent
ERRORS = (Verdict.MISMATCH, Verdict.UNIT_SLIP)


def tables(name: str) -> Iterator[tuple[list[str], str]]:
    for block in (HERE / name).read_text(encoding="utf-8").split("== ")[1:]:
        head, text = block.split("\n", 1)
        yield [part.strip() for part in head.split(" |")], text


RIGHT = [pytest.param(text, int(head[1]), head[2:], id=head[0]) for head, text in tables("right_tables.txt")]
WRONG = [pytest.param(text, head[1].split(), id=head[0]) for head, text in tables("wrong_tables.txt")]


def places(text: str, *verdicts: Verdict) -> list[str]:
    found = check_text(text).findings
    return [one.claim.published.place for one in found if one.verdict in verdicts and one.claim.published]


@pytest.mark.parametrize(("text", "holding", "left_open"), RIGHT)
def test_a_right_table_is_never_called_wrong(text: str, holding: int, left_open: list[str]) -> None:
    assert places(text, *ERRORS, Verdict.TRUNCATED) == []
    assert len(places(text, Verdict.MATCH, Verdict.ROUNDED)) == holding
    assert places(text, Verdict.CANNOT_TELL) == " ".join(left_open).split()


@pytest.mark.parametrize(("text", "cells"), WRONG)
def test_a_planted_error_is_found_in_its_cell(text: str, cells: list[str]) -> None:
    assert places(text, *ERRORS) == cells


def test_what_is_left_open_says_which_rows_to_look_at() -> None:
    rows = check_text("구분,면적\n도시지역,100\n주거,60\n상업,40\n비도시지역,50\n총계,150").findings
    assert [one.why for one in rows] == ["reading"]
    assert rows[0].claim.note
    assert "rows 3, 4" in rows[0].claim.note.en


def test_parts_without_indent_are_left_out_where_three_sums_prove_it() -> None:
    text = "구분,2021,2022,2023\n도시,100,110,120\n주거,60,65,70\n상업,40,45,50\n그 밖,50,40,30\n총계,150,150,150"
    assert [[cell.place for cell in one.claim.inputs] for one in check_text(text).findings] == [
        ["B2", "B5"],
        ["C2", "C5"],
        ["D2", "D5"],
    ]


@pytest.mark.parametrize("word", ["이 중", "그 중", "davon", "dont", "of which", "incl.", "(", "- 그중"])
def test_a_row_that_names_a_part_of_a_part_is_no_summand(word: str) -> None:
    assert places(f"x\tv\na\t80\n{word} bc)\t30\nc\t60\ntotal\t140", Verdict.MATCH) == ["B5"]
    assert places(f"x\tv\na\t80\n{word} bc)\t30\nc\t60\ntotal\t145", Verdict.MISMATCH) == ["B5"]


@pytest.mark.parametrize(
    "word", ["평균", "구 평균", "Average", "Mean", "최대", "최솟값", "Max", "min.", "Median", "누계"]
)
def test_a_statistic_between_the_parts_and_their_total_is_no_summand(word: str) -> None:
    assert "B6" in places(f"x\tv\na\t10\nb\t20\nc\t30\n{word}\t20\ntotal\t60", Verdict.MATCH)


@pytest.mark.parametrize(("summand", "verdict"), [(999, Verdict.MISMATCH), (1001, Verdict.MISMATCH)])
def test_whole_numbers_that_were_counted_are_exact(summand: int, verdict: Verdict) -> None:
    assert places(f"x\tv\na\t{summand}\nb\t7\n계\t{summand + 8}", verdict) == ["B4"]


@pytest.mark.parametrize(
    ("head", "values"),
    [("v", (1010, 7, 1018)), ("면적(ha)", (12, 7, 20)), ("금액(억원)", (12, 7, 20)), ("비율(%)", (33, 66, 100))],
    ids=["ends in 0", "hectares", "억원", "per cent"],
)
def test_whole_numbers_that_may_be_rounded_are_no_error(head: str, values: tuple[int, int, int]) -> None:
    text = f"x\t{head}\na\t{values[0]}\nb\t{values[1]}\n계\t{values[2]}"
    assert places(text, Verdict.ROUNDED, Verdict.MATCH) == ["B4"]
