"""Entering, reviewing, withdrawing and correcting records on the page, and what is refused there."""

import html
import re
from collections.abc import AsyncIterator

import httpx
import pytest
from tests.console_city import ConsoleCity
from tests.ledger_records import csv_of, record, row
from tests.places_site import make_places_city, places_browser

from madang.district.entities import attribute_name, to_entity
from madang.district.kinds import BY_NAME, KINDS, Kind
from madang.model.entity import Attribute, Entity

FACT = "urn:ngsi-ld:DistrictFact:valley-area-2021"


@pytest.fixture
async def town() -> ConsoleCity:
    return await make_places_city()


@pytest.fixture
async def page(town: ConsoleCity) -> AsyncIterator[httpx.AsyncClient]:
    async with places_browser(town.city) as client:
        yield client


def typed(step: str = "check", /, **changes: str) -> dict[str, str]:
    return {"kind": "fact", "by": "Kim", "correcting": "", "do": step, **row("fact"), **changes}


async def facts(town: ConsoleCity) -> list[str]:
    return [one.id for one in (await town.city.places.ledger.book()).facts]


async def drafts(town: ConsoleCity) -> list[str]:
    return [one.id for one in (await town.city.places.ledger.book()).waiting]


async def decide(page: httpx.AsyncClient, said: dict[str, str]) -> httpx.Response:
    """As from the record's page, which knows what it shows."""
    shown = await page.get("/places/entry/record", params={"id": said["id"]})
    seen = re.search(r'name="seen" value="(\w+)"', shown.text)
    return await page.post("/places/entry/record", data={"seen": seen[1] if seen else "", **said})


async def entered(page: httpx.AsyncClient, **changes: str) -> None:
    assert (await page.post("/places/entry", data=typed("save", **changes))).status_code == 303


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("lang", ["ko", "en"])
async def test_every_kind_has_its_form_in_both_languages(town: ConsoleCity, kind: Kind, lang: str) -> None:
    async with places_browser(town.city, lang) as page:
        answer = await page.get(f"/places/entry?kind={kind.name}")
    assert answer.status_code == 200
    for column in kind.columns:
        assert (column.ko if lang == "ko" else column.en) in html.unescape(answer.text)


async def test_a_figure_is_shown_in_other_units_before_it_is_entered(
    town: ConsoleCity, page: httpx.AsyncClient
) -> None:
    text = (await page.post("/places/entry", data=typed())).text
    assert "870,000 m²" in text
    assert "평" in text
    assert "first statement of this measure" in text
    assert await drafts(town) == []


async def test_money_is_shown_at_the_rate_of_its_day(page: httpx.AsyncClient) -> None:
    answer = await page.post("/places/entry", data=typed(measure="investment", value="8,500", unit="억 KRW"))
    assert re.search(r"EUR 642 M \(rate 0\.000755179 of 2021-03-31, European Central Bank\)", answer.text)


async def test_a_fact_is_entered_by_one_person_and_published_by_another(
    town: ConsoleCity, page: httpx.AsyncClient
) -> None:
    await entered(page)
    assert (await drafts(town), await facts(town)) == ([FACT], [])
    look = await page.get("/places/entry/record", params={"id": FACT})
    assert "87 ha are planned" in look.text
    refused = await decide(page, {"id": FACT, "do": "published", "by": " KIM"})
    assert refused.status_code == 400
    assert "A second person reviews it" in refused.text
    done = await decide(page, {"id": FACT, "do": "published", "by": "Lee"})
    assert done.status_code == 303
    assert await facts(town) == [FACT]
    again = await decide(page, {"id": FACT, "do": "published", "by": "Park"})
    assert (again.status_code, await facts(town)) == (409, [FACT])


async def test_a_mistake_is_withdrawn_with_a_reason_or_corrected(town: ConsoleCity, page: httpx.AsyncClient) -> None:
    await entered(page)
    await decide(page, {"id": FACT, "do": "published", "by": "Lee"})
    form = await page.get("/places/entry", params={"correct": FACT})
    assert 'value="87"' in form.text
    correction = typed("save", id="", value="87.2", correcting=FACT)
    where = (await page.post("/places/entry", data=correction)).headers["location"]
    (draft,) = await drafts(town)
    assert draft == "urn:ngsi-ld:DistrictFact:valley-area-2" or draft.startswith(FACT.rpartition("-")[0])
    look = await page.get("/places/entry/record", params={"id": draft})
    assert '<td data-label="Before">87</td>' in look.text
    assert where.endswith("done=entered")
    assert await facts(town) == [FACT]
    await decide(page, {"id": draft, "do": "published", "by": "Lee"})
    assert await facts(town) == [draft]
    silent = await decide(page, {"id": draft, "do": "withdrawn", "by": "Kim", "reason": " "})
    assert (silent.status_code, await facts(town)) == (400, [draft])
    await decide(page, {"id": draft, "do": "withdrawn", "by": "Kim", "reason": "wrong page"})
    assert await facts(town) == [FACT]


async def test_a_draft_is_rejected_with_a_reason_or_thrown_away(town: ConsoleCity, page: httpx.AsyncClient) -> None:
    await entered(page)
    await entered(page, id="another")
    said = {"id": FACT, "do": "rejected", "by": "Lee", "reason": "another area"}
    assert (await decide(page, said)).status_code == 303
    gone = {"id": "urn:ngsi-ld:DistrictFact:another", "do": "discarded"}
    assert (await decide(page, gone)).status_code == 303
    assert (await drafts(town), await facts(town)) == ([], [])
    assert "another area" in (await page.get("/places/entry/record", params={"id": FACT})).text


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"source": ""}, "source", "without a source is not taken"),
        ({"unit": "jobs"}, "unit", "measured in a unit of area, not of jobs"),
        ({"value": "many"}, "value", ""),
        ({"stated": "soon"}, "stated", "is not a date"),
        ({"subject": "nowhere"}, "subject", "There is no programme &#34;nowhere&#34; yet"),
        ({"baseline": "valley-9"}, "baseline", "There is no baseline &#34;valley-9&#34; yet"),
        ({"by": ""}, "by", "Say who enters it"),
        ({"url": "javascript:alert(1)"}, "url", "no web address"),
        ({"note": "a\x07b"}, "note", "control character"),
    ],
)
@pytest.mark.parametrize("lang", ["ko", "en"])
async def test_a_fault_stands_at_its_field_and_nothing_typed_is_lost(
    town: ConsoleCity, changes: dict[str, str], field: str, says: str, lang: str
) -> None:
    async with places_browser(town.city, lang) as page:
        answer = await page.post("/places/entry", data=typed("save", **changes))
    assert answer.status_code == 400
    anchor = "by" if field == "by" else f"field-{field}"
    assert f'href="#{anchor}"' in answer.text
    assert f'id="{anchor}"' in answer.text
    assert "fault-" + field in answer.text
    if lang == "en":
        assert says in answer.text
    for kept in ("87 ha are planned", "without the river", "first plan" if field != "note" else "87"):
        assert kept in answer.text
    assert await drafts(town) == []


async def test_an_id_is_made_where_none_is_given_and_taken_once(town: ConsoleCity, page: httpx.AsyncClient) -> None:
    await entered(page, id="")
    await entered(page, id="")
    assert await drafts(town) == [
        "urn:ngsi-ld:DistrictFact:valley-area-2021-03-01",
        "urn:ngsi-ld:DistrictFact:valley-area-2021-03-2",
    ]
    taken = await page.post("/places/entry", data=typed("save", id="valley-area-2021-03-01"))
    assert (taken.status_code, "is taken" in taken.text) == (400, True)


async def test_the_form_can_be_opened_filled_in(page: httpx.AsyncClient) -> None:
    text = (await page.get("/places/entry?kind=fact&subject=valley&measure=area&unit=ha&nonsense=1")).text
    assert '<option value="valley" selected>' in text
    assert '<option value="area" selected>' in text
    assert (await page.get("/places/entry?kind=dream")).status_code == 400


async def test_script_in_a_record_is_text_on_every_page(town: ConsoleCity, page: httpx.AsyncClient) -> None:
    evil = '"><script>alert(1)</script>'
    for step in ("check", "save"):
        text = (await page.post("/places/entry", data=typed(step, note=evil, quote=evil, definition=evil))).text
        assert "<script>alert" not in text
    for path in (f"/places/entry/record?id={FACT}", "/places/entry", "/places/log", "/places/unknown"):
        answer = await page.get(path)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text


async def test_nobody_signs_what_he_has_not_seen(town: ConsoleCity, page: httpx.AsyncClient) -> None:
    await entered(page)
    shown = await page.get("/places/entry/record", params={"id": FACT})
    seen = re.findall(r'name="seen" value="(\w+)"', shown.text)
    assert len(set(seen)) == 1
    await decide(page, {"id": FACT, "do": "discarded"})
    await entered(page, value="8700")
    said = {"id": FACT, "by": "Lee", "reason": "another area", "seen": seen[0]}
    for do in ("published", "rejected", "discarded"):
        answer = await page.post("/places/entry/record", data={**said, "do": do})
        assert answer.status_code == 409
        assert "Read what it says now, then decide" in answer.text
        assert "8700" in answer.text
        assert do == "discarded" or 'value="Lee"' in answer.text
    assert (
        await page.post("/places/entry/record", data={"id": FACT, "do": "published", "by": "Lee"})
    ).status_code == 409
    assert (len(await drafts(town)), await facts(town)) == (1, [])


async def test_a_file_in_place_of_a_text_is_not_kept(town: ConsoleCity, page: httpx.AsyncClient) -> None:
    fields = {name: text for name, text in typed("save").items() if name != "note"}
    answer = await page.post("/places/entry", data=fields, files={"note": ("note.txt", b"a note", "text/plain")})
    assert answer.status_code == 400
    assert "UploadFile" not in answer.text
    assert await drafts(town) == []


async def test_a_form_with_one_text_far_too_long_keeps_the_others(page: httpx.AsyncClient) -> None:
    answer = await page.post("/places/entry", data=typed("save", quote="x" * 1_000_000))
    assert answer.status_code == 400
    assert "longer than 4000 characters" in answer.text
    assert "without the river" in answer.text


async def test_a_record_with_bounds_takes_no_page_down(town: ConsoleCity, page: httpx.AsyncClient) -> None:
    wing = {"id": "a", "area": ">3", "floor_area": ">3", "tenant": "", "phase": ""}
    tenancy = row("tenancy", jobs=">40", parcel="")
    for one in (record("parcel", **wing), to_entity(BY_NAME["tenancy"], tenancy)):
        signed = {"status": "published", "entered_by": "Kim", "reviewed_by": "Lee"}
        attributes = {attribute_name(name): (Attribute("Property", text),) for name, text in signed.items()}
        await town.city.entities.create("", Entity(one.id, one.types, {**one.attributes, **attributes}))
    for path in ("money", "tenants", "indicators", "cluster", "unknown", ""):
        assert (await page.get(f"/places/{path}".rstrip("/"))).status_code == 200, path


# Files


async def send(page: httpx.AsyncClient, body: bytes, step: str = "check", by: str = "Kim") -> httpx.Response:
    files = {"file": ("my facts.csv", body, "text/csv")}
    return await page.post("/places/entry/file", data={"kind": "fact", "by": by, "do": step}, files=files)


async def test_a_file_is_looked_at_and_then_entered_whole(town: ConsoleCity, page: httpx.AsyncClient) -> None:
    # Larger than any field of a form may be; with a line break inside cells, which browsers send as two signs.
    body = csv_of([row("fact", id=f"f{n}", value=str(n), note="x" * 1900 + "\n" + "y" * 1900) for n in range(1, 101)])
    look = await send(page, body)
    assert look.status_code == 200
    assert "100 rows (Fact) were read" in look.text
    assert await drafts(town) == []
    kept = html.unescape(re.findall(r"<textarea name=\"text\" hidden>\n?(.*?)</textarea>", look.text, re.DOTALL)[0])
    again = {"kind": "fact", "by": "Kim", "do": "save", "text": kept.replace("\n", "\r\n")}
    done = await page.post("/places/entry/file", data=again, files={"unused": ("", b"")})
    assert done.headers["location"].endswith("done=file&n=100&kind=fact")
    waiting = (await town.city.places.ledger.book()).waiting
    assert {getattr(one, "note", "") for one in waiting} == {"x" * 1900 + "\n" + "y" * 1900}
    assert len(waiting) == 100


async def test_a_file_with_one_bad_row_enters_nothing_and_tells_each_fault(
    town: ConsoleCity, page: httpx.AsyncClient
) -> None:
    body = csv_of(
        [row("fact", id="a"), row("fact", id="b", source=""), row("fact", id="a"), row("fact", id="d", unit="jobs")]
    )
    answer = await send(page, body, "save")
    assert answer.status_code == 400
    for place in ("my facts.csv row 3/source", "my facts.csv row 4/id", "my facts.csv row 5/unit"):
        assert place in answer.text
    assert await drafts(town) == []


async def test_a_file_in_another_encoding_is_refused_with_its_row(town: ConsoleCity, page: httpx.AsyncClient) -> None:
    body = csv_of([row("fact"), row("fact", id="b", note="원문 확인")]).decode().encode("cp949")
    answer = await send(page, body)
    assert answer.status_code == 400
    assert "my facts.csv row 3 is not UTF-8" in answer.text
    assert "looks like CP949" in answer.text
    assert await drafts(town) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00\x01\x02",
        b"id,subject\n" + b"x" * 500_000 + b",valley\n",
        b"PK\x03\x04 an xlsx file",
        b'id,"' + b"y" * 10_000,
        b",".join([b"id"] * 5_000) + b"\n",
        b"id,status,entered_by,reviewed_by\nx,published,Kim,Lee\n",
    ],
)
async def test_a_file_that_is_no_table_of_facts_does_no_harm(
    town: ConsoleCity, page: httpx.AsyncClient, body: bytes
) -> None:
    assert (await send(page, body, "save")).status_code == 400
    assert await drafts(town) == []


async def test_a_cell_like_a_formula_is_kept_as_words_and_never_run(town: ConsoleCity, page: httpx.AsyncClient) -> None:
    assert (await send(page, csv_of([row("fact", note='=HYPERLINK("http://x")')]), "save")).status_code == 303
    look = await page.get("/places/entry/record", params={"id": FACT})
    assert "=HYPERLINK(&#34;http://x&#34;)" in look.text


async def test_what_is_too_large_is_refused_before_it_is_read(town: ConsoleCity, page: httpx.AsyncClient) -> None:
    assert (await send(page, b"x" * 21_000_000)).status_code == 413
    assert (await page.post("/places/entry", data=typed("save", note="x" * 4_100_000))).status_code == 413

    async def endless() -> AsyncIterator[bytes]:
        yield b"kind=fact"

    assert (await page.post("/places/entry", content=endless())).status_code == 400
    assert await drafts(town) == []


async def test_a_file_without_a_name_is_sent_back(town: ConsoleCity, page: httpx.AsyncClient) -> None:
    assert (await send(page, csv_of([row("fact")]), "save", by=" ")).status_code == 400
    assert await drafts(town) == []


async def test_ten_thousand_rows_are_entered_at_once(town: ConsoleCity, page: httpx.AsyncClient) -> None:
    body = csv_of([row("fact", id=f"f{n}") for n in range(10_000)])
    assert (await send(page, body, "save")).status_code == 303
    assert len(await drafts(town)) == 10_000
    assert "10\u202f000 records wait for review" in (await page.get("/places/entry")).text


async def test_a_column_that_is_wrong_is_told_once(page: httpx.AsyncClient) -> None:
    rows = [{**row("fact", id=f"f{n}"), "colour": "red", "reviewed_by": "Lee", "status": "published"} for n in range(9)]
    text = html.unescape((await send(page, csv_of(rows))).text)
    assert text.count('fact has no column "colour"') == 1
    rows = [{name: said for name, said in one.items() if name != "colour"} for one in rows]
    text = html.unescape((await send(page, csv_of(rows))).text)
    assert text.count("Leave the column reviewed_by out: madang writes it.") == 1
    assert text.count("Leave the column status out: madang writes it.") == 1


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
async def test_the_empty_file_of_a_kind_has_its_columns(page: httpx.AsyncClient, kind: Kind) -> None:
    answer = await page.get(f"/places/entry/template.csv?kind={kind.name}")
    header = answer.content.decode("utf-8-sig").strip().split(",")
    assert {name for name in header} >= {c.name for c in kind.columns if c.kind != "words"}
    assert answer.content.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    "said", [{}, {"id": FACT}, {"id": "urn:x:nothing", "do": "published", "by": "Lee"}, {"do": "published", "by": "x"}]
)
async def test_a_decision_about_nothing_is_refused(page: httpx.AsyncClient, said: dict[str, str]) -> None:
    assert (await page.post("/places/entry/record", data=said)).status_code in (400, 404)
