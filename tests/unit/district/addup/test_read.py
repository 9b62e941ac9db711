"""How pasted text becomes cells: separators, numbers, styles, units, headers, limits."""

from decimal import Decimal

import pytest

from madang.district.addup import Report, Table, Verdict, check_bytes, check_text
from madang.district.addup.numbers import read, shape
from madang.district.addup.split import BYTES_MAX, CELL_MAX, COLUMNS_MAX, LINE_MAX, ROWS_MAX, split_rows
from madang.errors import BadRequestData, InvalidRequest, TooLarge


def value(text: str) -> Decimal | None:
    found = shape(text)
    got = read(found, "point") if found and "point" in found.styles() else None
    return got.value if got else None


def table(text: str) -> Table:
    found = check_text(text).table
    assert found
    return found


def verdicts(report: Report) -> list[Verdict]:
    return [found.verdict for found in report.findings]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3만8,000호", "38000"),
        ("1조6000억", "1600000000000"),
        ("7만1천967명", "71967"),
        ("6조5천억원", "6500000000000"),
        ("85만358㎡", "850358"),
        ("8500여억원", "850000000000"),
        ("약 87만㎡", "870000"),
        ("118/ha", "118"),
        ("8.5 bn EUR", "8500000000"),
        ("1,234*", "1234"),
        ("1,2341)", "1234"),
        ("12.3 1)", "12.3"),
        ("12 345", "12345"),
        ("12'345", "12345"),
        ("△12.5", "-12.5"),
        ("−3", "-3"),
        ("１，２３４", "1234"),
        ("\u202b1\u200b234\u202c", "1234"),
        ("1.2E+05", "120000"),
    ],
)
def test_a_text_is_read_as_the_number_it_says(text: str, expected: str) -> None:
    assert value(text) == Decimal(expected)


@pytest.mark.parametrize(
    "text",
    [
        *("", "-", "NaN", "inf", "1e400", "-1e-400", "=1+1", "@SUM(A1)", "2024-H2", "1st", "1 2 3", "12,34", "1,,2"),
        *("1.2.3", "(1,234)", "1억 2조", "3-5", "9" * 41, "٣", "½", "1\n2", "1" * 70 + "\nx"),
    ],
)
def test_what_is_no_single_number_is_not_read_as_one(text: str) -> None:
    assert value(text) is None


@pytest.mark.parametrize(
    ("text", "half"), [("87", "0.5"), ("87.2", "0.05"), ("1조6000억", "50000000"), ("9만여", "5000"), ("38,000호", "0")]
)
def test_half_a_step_of_the_last_written_digit_is_left_open(text: str, half: str) -> None:
    found = shape(text)
    assert found
    got = read(found, "point")
    assert got
    assert got.half == Decimal(half)


@pytest.mark.parametrize(
    "text",
    [
        "구분\t값\n가\t100\n나\t250\n합계\t350",
        "구분;값\n가;100\n나;250\n합계;350",
        "구분,값\n가,100\n나,250\n합계,350",
        "| 구분 | 값 |\n|---|---:|\n| 가 | 100 |\n| 나 | 250 |\n| **합계** | **350** |",
        "구분  값\n가    100\n나    250\n합계   350",
        "<table><tr><th>구분<th>값</tr><tr><td>가<td>100<tr><td>나<td>250</tr><tr><td>합계</td><td>350</td></table>",
        "제목이 있는 표\n(단위: 명)\n구분\t값\n가\t100\n나\t250\n합계\t350",
        "\ufeff구분\t값\r\n\r\n가\t100\r\n나\t250\r\n합 계\t350\r\n",
        '구분,값\n"가, ""나""",100\n다,250\n합계,350',
    ],
    ids=["tabs", "semicolons", "commas", "markdown", "spaces", "html", "captions", "windows", "quotes"],
)
def test_the_same_table_is_found_whatever_separates_it(text: str) -> None:
    report = check_text(text)
    assert verdicts(report) == [Verdict.MATCH]
    assert [cell.number.value for cell in report.findings[0].claim.inputs if cell.number] == [100, 250]


def test_rows_are_numbered_as_they_were_pasted() -> None:
    report = check_text("제목\n구분\t값\n가\t100\n나\t250\n합계\t351")
    assert report.findings[0].claim.published
    assert report.findings[0].claim.published.place == "B5"


def test_short_rows_are_filled_up_and_a_missing_part_is_named() -> None:
    report = check_text("구분\t남\t여\n가\t1\t2\n나\t3\n다\t5\t6\n합계\t9\t12")
    unsure = [found for found in report.findings if found.verdict is Verdict.CANNOT_TELL]
    assert [found.suspect.place for found in unsure if found.suspect] == ["C3"]


def test_a_blank_that_stands_for_nothing_does_no_harm() -> None:
    assert verdicts(check_text("구분\t값\n가\t1\n나\t-\n다\t5\n합계\t6")) == [Verdict.MATCH]


def test_a_german_column_is_read_with_commas_and_says_so() -> None:
    report = check_text("Nutzung\tFläche (ha)\nWohnen\t1.234,5\nBüro\t765,5\nInsgesamt\t2.000,0")
    assert verdicts(report) == [Verdict.MATCH]
    assert [said.en for said in report.decisions] == ["B (Fläche (ha)): the comma was read as the decimal sign."]


def test_a_column_that_could_be_either_follows_the_rest_of_the_table() -> None:
    report = check_text("Stadt\tJobs\tQuote\nA\t9.400\t1,5\nB\t12.100\t2,5\nInsgesamt\t21.500\t")
    assert [cell.number.value for cell in report.findings[0].claim.inputs if cell.number] == [9400, 12100]


def test_a_column_of_both_styles_says_so_and_leaves_doubtful_figures_out() -> None:
    found = table("a\tb\tc\nx\t1.234,5\t1\ny\t1,234.5\t2\nz\t1.234\t3\ntotal\t5\t6")
    assert [row[1].number.value if row[1].number else None for row in found.rows] == [
        Decimal("1234.5"),
        Decimal("1234.5"),
        None,
        5,
    ]
    assert "both stand before decimals" in found.decisions[0].en


def test_units_come_from_headers_cells_and_the_line_above() -> None:
    found = table("(단위: 억원)\n구분\t면적(천㎡)\t금액\tarea_ha\n가\t1\t2\t3\n나\t3\t4㎡\t5")
    units = [column.unit.symbol if column.unit else "" for column in found.columns]
    assert units == ["", "천 m2", "억 KRW", "ha"]
    assert found.rows[1][2].number
    assert found.rows[1][2].number.unit
    assert found.rows[1][2].number.unit.symbol == "m2"


def test_two_rows_of_header_are_read_with_merged_cells() -> None:
    found = table("구분\t2021\t\t2022\t\n\t수\t비율(%)\t수\t비율(%)\n가\t1\t50\t3\t30\n나\t1\t50\t7\t70")
    assert [column.name for column in found.columns] == ["구분", "2021 수", "2021 비율(%)", "2022 수", "2022 비율(%)"]


def test_years_and_running_numbers_are_names_not_figures() -> None:
    found = table("번호,연도,값\n1,2021,5\n2,2022,6\n3,2023,7\n")
    assert [column.role for column in found.columns] == ["label", "year", "value"]


@pytest.mark.parametrize(
    ("data", "encoding", "said"),
    [
        ("a\n구분".encode("cp949"), None, "Row 2, byte 1 (0xb1) is not UTF-8. The file looks like CP949."),
        (b"a,b\nc,\xff", None, "Row 2, byte 3 (0xff) is not UTF-8."),
        ("구분".encode(), "cp949", "is not CP949. The file looks like UTF-8."),
        (b"\xff\xfea\x00", None, "The file is UTF-16"),
        (b"PK\x03\x04\xff", None, "A file of a spreadsheet program"),
    ],
)
def test_bytes_of_another_encoding_are_refused_by_row_and_byte(data: bytes, encoding: str | None, said: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        check_bytes(data, encoding)
    assert said in refused.value.detail


def test_an_encoding_that_is_not_offered_is_refused_by_name() -> None:
    with pytest.raises(BadRequestData, match="'latin-1' is not read; choose one of utf-8, utf-8-sig, cp949"):
        check_bytes(b"a", "latin-1")


@pytest.mark.parametrize("encoding", [None, "utf-8", "utf-8-sig", "cp949"])
def test_each_encoding_that_is_offered_is_read(encoding: str | None) -> None:
    data = "구분,값\n가,1\n나,2\n합계,3\n".encode(encoding or "utf-8")
    assert verdicts(check_bytes(data, encoding)) == [Verdict.MATCH]


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("a,b\n" * (ROWS_MAX + 1), ROWS_MAX),
        ("a,b\n" + ",1" * COLUMNS_MAX + "\n" + ",1" * COLUMNS_MAX, COLUMNS_MAX),
        ("a,b\n1,2\n3," + "x" * (CELL_MAX + 1), CELL_MAX),
        ("," * 1_000_000, LINE_MAX),
        ("x" * (BYTES_MAX + 1), BYTES_MAX),
        ("<tr>" + "<td colspan=99999>1" * 3, COLUMNS_MAX),
    ],
    ids=["rows", "columns", "cell", "a million commas", "text", "colspan"],
)
def test_a_limit_is_named_where_it_is_passed(text: str, limit: int) -> None:
    with pytest.raises(TooLarge, match=str(limit)):
        check_text(text)


def test_a_file_past_the_limit_is_refused_unread() -> None:
    with pytest.raises(TooLarge):
        check_bytes(b"\xff" * (BYTES_MAX + 1))


def test_sentences_with_commas_are_not_cut_into_cells() -> None:
    rows, separator = split_rows("729,006 m² of 811,498 m² were sold.\n603,233 of 729,006, that is most.\n")
    assert (separator, len(rows), len(rows[0])) == ("", 2, 1)
