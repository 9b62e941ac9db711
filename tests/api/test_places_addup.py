import csv
import io
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from tests.console_city import browser, make_console_city

from madang.packs.shipped import shipped
from madang.web.console.places.addup import EXAMPLES, FORM_MAX
from madang.web.console.texts import LANGUAGES, catalogue

HERE = "/aarhus/places/check"
WRONG = "구분,값\n가,100\n나,250\n합계,360\n"


@pytest.fixture
async def pages() -> AsyncIterator[httpx.AsyncClient]:
    city = (await make_console_city()).city
    async with browser(city) as client:
        yield client


async def test_the_empty_page_offers_a_form_and_every_example(pages: httpx.AsyncClient) -> None:
    page = await pages.get(HERE)
    assert page.status_code == 200
    assert 'enctype="multipart/form-data"' in page.text
    for name in EXAMPLES:
        assert f"?example={name}" in page.text


@pytest.mark.parametrize(
    ("name", "verdict"),
    [("magok-land-sale", "match"), ("ifez-attainment", "truncated"), ("hafencity-use-mix", "mismatch")],
)
async def test_an_example_is_filled_in_and_checked(pages: httpx.AsyncClient, name: str, verdict: str) -> None:
    page = await pages.get(HERE, params={"example": name})
    first = re.search(r'class="addup-counts".*?<span class="status status-\w+">([^<]+)</span>', page.text, re.DOTALL)
    assert first
    assert first[1] == verdict
    assert (shipped("places") / "examples" / f"{name}.csv").read_text(encoding="utf-8").split("\n")[1].split(",")[
        0
    ] in page.text


async def test_an_example_that_there_is_not_is_the_empty_page(pages: httpx.AsyncClient) -> None:
    page = await pages.get(HERE, params={"example": "../../etc/passwd"})
    assert page.status_code == 200
    assert 'id="findings"' not in page.text


async def test_a_pasted_table_comes_back_with_its_cells_marked_by_word(pages: httpx.AsyncClient) -> None:
    page = await pages.post(HERE, data={"text": WRONG})
    assert page.status_code == 200
    cell = re.search(r'<td class="number addup-alarm">360<a class="small" href="#finding-1">(.*?)</a>', page.text)
    assert cell
    assert "mismatch" in cell[1]
    assert "The sum of the parts is 350; written is 360." in page.text
    assert "합계,360" in page.text


async def test_shares_that_make_no_hundred_are_each_marked(pages: httpx.AsyncClient) -> None:
    page = await pages.get(HERE, params={"example": "hafencity-use-mix"})
    assert re.findall(r'<td class="number addup-alarm">(\d+)<', page.text) == ["50", "32", "22"]


async def test_the_page_speaks_korean(pages: httpx.AsyncClient) -> None:
    page = await pages.post(HERE, data={"text": WRONG}, headers={"accept-language": "ko"})
    assert "부분의 합: 계산값 350, 적힌 값 360." in page.text
    assert "맞지 않음" in page.text


async def test_an_uploaded_file_is_checked_in_the_encoding_that_is_given(pages: httpx.AsyncClient) -> None:
    file = {"file": ("표.csv", WRONG.encode("cp949"), "text/csv")}
    page = await pages.post(HERE, data={"text": "", "encoding": "cp949"}, files=file)
    assert page.status_code == 200
    assert "mismatch" in page.text


async def test_a_file_in_another_encoding_is_refused_with_row_byte_and_advice(pages: httpx.AsyncClient) -> None:
    file = {"file": ("표.csv", b"a,b\n" + WRONG.encode("cp949"), "text/csv")}
    page = await pages.post(HERE, data={"encoding": "utf-8"}, files=file)
    assert page.status_code == 400
    assert "Row 2, byte 1 (0xb1) is not UTF-8. The file looks like CP949." in page.text


async def test_a_file_that_is_too_large_is_refused_before_all_of_it_is_read(pages: httpx.AsyncClient) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while read < 10 * FORM_MAX:
            read += 65536
            yield b"1" * 65536

    headers = {"content-type": "multipart/form-data; boundary=x"}
    page = await pages.post(HERE, content=endless(), headers=headers)
    assert page.status_code == 413
    assert read <= FORM_MAX + 65536


async def test_a_broken_form_is_refused(pages: httpx.AsyncClient) -> None:
    page = await pages.post(HERE, content=b"nothing", headers={"content-type": "multipart/form-data"})
    assert page.status_code == 400


async def test_text_without_a_claim_says_what_to_do(pages: httpx.AsyncClient) -> None:
    page = await pages.post(HERE, data={"text": "hello"})
    assert page.status_code == 200
    assert "No sum or share was found" in page.text


async def test_what_is_pasted_is_never_markup(pages: httpx.AsyncClient) -> None:
    page = await pages.post(HERE, data={"text": '<script>alert(1)</script>,b\n"x</textarea><b>",1\ny,2\ntotal,9\n'})
    assert "<script>alert" not in page.text
    assert "</textarea><b>" not in page.text


async def test_the_result_comes_as_a_csv_with_both_languages(pages: httpx.AsyncClient) -> None:
    answer = await pages.post(f"{HERE}.csv", data={"text": WRONG})
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [(row["place"], row["verdict"], row["computed"], row["difference"]) for row in rows] == [
        ("B4", "mismatch", "350", "10")
    ]
    assert rows[0]["ko"].startswith("부분의 합")


async def test_a_long_table_shows_its_first_rows_and_those_to_look_at(pages: httpx.AsyncClient) -> None:
    lines = ["name,a,b,total", *(f"r{at},{at},{at + 1},{2 * at + 1}" for at in range(1, 1000)), "wrong,1,2,30"]
    page = await pages.post(HERE, data={"text": "\n".join(lines)})
    assert ">r200<" in page.text
    assert ">r201<" not in page.text
    assert ">wrong<" in page.text
    assert "201 rows: the first ones and those to look at. 799 are left out." in page.text


def test_every_word_of_the_page_is_there_in_both_languages() -> None:
    source = Path(__file__).parents[2] / "src/madang/web/templates/places/addup.html"
    keys = set(re.findall(r"t\('(places\.addup\.[\w.]+?)'[,)]", source.read_text(encoding="utf-8")))
    keys |= {f"places.addup.example.{name}{end}" for name in EXAMPLES for end in ("", ".source")}
    assert all(catalogue()[key].keys() == LANGUAGES.keys() for key in keys)
    assert keys == {key for key in catalogue() if key.startswith("places.addup.")}
