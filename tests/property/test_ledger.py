"""Laws of the ledger: what is written comes back, order does not matter, knowledge grows, what counts never changes."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.api.city import START, TestCity, make_city
from tests.ledger_records import MEASURES, record

from madang.district.book import gather
from madang.district.entities import attribute_name, to_entity, to_row
from madang.district.guard import guards
from madang.district.kinds import BY_NAME, ENTRY, KINDS, Column, Kind
from madang.district.ledger import read_record
from madang.district.log import Kept, find_break, log_of
from madang.district.records import Record
from madang.district.rows import parse_row, urn
from madang.errors import BadRequestData, InputError, Pointer, StateError
from madang.model.entity import Attribute, Entity
from madang.model.query import AnyType, Query, TemporalQuery, Window
from madang.ngsild import merge
from madang.ngsild.context import CORE

# Rows of every kind

words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=40).map(str.strip)
some_words = words.filter(bool)
ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,20}", fullmatch=True)
days = st.dates(date(1800, 1, 1), date(2199, 12, 31))
whens = st.one_of(
    days.map(date.isoformat),
    st.builds("{}-H{}".format, st.integers(1800, 2199), st.integers(1, 2)),
    st.builds("{}-Q{}".format, st.integers(1800, 2199), st.integers(1, 4)),
    st.integers(1800, 2199).map(str),
    st.sampled_from(["2030s", "mid-2030s", "c. 2014", "2010–2017", "2019년 하반기"]),
)
plain = st.one_of(
    st.integers(0, 10**15).map(str),
    st.decimals(0, 10**9, allow_nan=False, allow_infinity=False, places=3).map("{:f}".format),
)
magnitudes = st.one_of(plain, plain.map(">{}".format), st.sampled_from(["30–50", "8,493", "약 87", "1조 6000억"]))
UNITS_OF = {
    "area": ["ha", "m2", "평"],
    "floor area": ["m2 GFA"],
    "jobs": ["jobs"],
    "money": ["KRW", "억 KRW", "EUR"],
}
units = st.sampled_from([*(unit for group in UNITS_OF.values() for unit in group), "%"])
SQUARES = st.floats(1, 179, allow_nan=False).map(
    lambda x: f'{{"type":"Polygon","coordinates":[[[{x!r},1.5],[{x!r},2.5],[0.5,2.5],[{x!r},1.5]]]}}'
)
COUNTRIES = st.sampled_from(["KR", "DE", "FR"])


def cells(column: Column) -> st.SearchStrategy[str]:
    if column.name == "country":
        return COUNTRIES
    if column.name in ("lon", "lat"):
        return st.integers(-90, 90).map(str)
    if column.choices:
        return st.sampled_from(column.choices)
    if column.name in ("until", "end"):
        return st.just("2199-12-31")
    if column.name == "source":
        return some_words.map("Paper {}".format)
    made: Mapping[str, st.SearchStrategy[str]] = {
        "id": ids,
        "ref": ids,
        "refs": st.lists(ids, min_size=2, max_size=4, unique=True).map(";".join),
        "text": some_words,
        "when": whens,
        "number": st.integers(0, 999).map(str),
        "whole": st.integers(column.least, max(column.least, column.most)).map(str),
        "value": magnitudes,
        "quantity": magnitudes,
        "unit": units,
        "flag": st.sampled_from(["yes", "no"]),
        "geometry": SQUARES,
        "url": ids.map("https://example.org/{}".format),
        "time": st.dates(date(1900, 1, 2), date(2199, 12, 31)).map("{}T09:00:00+00:00".format),
    }
    return made[column.kind]


@st.composite
def rows(draw: st.DrawFn, kind: Kind) -> dict[str, str]:
    row: dict[str, str] = {}
    for column in (*kind.columns, *ENTRY):
        if column.kind == "words":
            row |= {f"{column.name}_{lang}": draw(words) for lang in ("en", "ko", "fr")}
            row[f"{column.name}_en"] = row[f"{column.name}_en"] or "x"
        elif column.required or draw(st.booleans()):
            row[column.name] = draw(cells(column))
    for column in kind.columns:
        if column.kind == "quantity" and column.name in row:
            row[f"{column.name}_unit"] = draw(st.sampled_from(UNITS_OF[column.dimension]))
    if "lon" in row or "lat" in row:
        row |= {"lon": draw(cells(BY_NAME["programme"].columns[5])), "lat": "37.5"}
    if row.get("unit") == "text":
        row["value"] = draw(some_words)
    return {name: text for name, text in row.items() if text}


any_row = st.sampled_from(KINDS).flatmap(lambda kind: st.tuples(st.just(kind), rows(kind)))


@given(any_row)
@settings(max_examples=300, deadline=None)
def test_a_row_is_the_same_row_after_it_was_an_entity(made: tuple[Kind, dict[str, str]]) -> None:
    kind, row = made
    entity = to_entity(kind, row)
    assert to_row(kind, entity) == row
    assert parse_row(kind, to_row(kind, entity), Pointer("")) == parse_row(kind, row, Pointer(""))


# White space is no way around a rule

blanks = st.text(st.sampled_from(" \t\n\r\u00a0\u2003\u3000"), max_size=3)
ENTRY_CELLS = {
    "status": st.sampled_from(["shipped", "published", "withdrawn", "draft"]),
    **dict.fromkeys(("entered_by", "reviewed_by", "withdrawn_by", "status_reason"), st.sampled_from(["Kim", "Lee"])),
    **dict.fromkeys(("reviewed_at", "withdrawn_at"), st.just(START.isoformat())),
    "supersedes": st.just("urn:ngsi-ld:DistrictFact:other"),
}


@given(st.sampled_from([column.name for column in ENTRY]), blanks, blanks, st.data())
@settings(max_examples=200, deadline=None)
def test_white_space_around_how_a_record_came_is_refused_and_read_as_none(
    name: str, left: str, right: str, data: st.DataObject
) -> None:
    text = data.draw(ENTRY_CELLS[name])
    plain, padded = (
        Entity(whole.id, whole.types, {**whole.attributes, attribute_name(name): (Attribute("Property", said),)})
        for whole in (record("fact"),)
        for said in (text, f"{left}{text}{right}")
    )
    assert to_row(BY_NAME["fact"], padded) == to_row(BY_NAME["fact"], plain)
    if left or right:
        with pytest.raises(BadRequestData) as told:
            guards(MEASURES, set())[BY_NAME["fact"].uri](None, merge.create(padded, START).entity)
        assert told.value.faults[0].where == "/" + CORE.compact(attribute_name(name))


# The book


def kept(entity: Entity) -> Kept:
    found = read_record(merge.create(entity, START).entity)
    assert isinstance(found, Kept)
    return found


def facts(statements: list[tuple[int, date | None, str]]) -> list[Kept]:
    return [
        kept(
            record(
                "fact",
                id=f"f{number}",
                stated=stated.isoformat() if stated else "",
                status=status,
                supersedes=urn(BY_NAME["fact"], f"f{number - 1}") if number % 3 == 2 else "",
            )
        )
        for number, stated, status in statements
    ]


statuses = st.sampled_from(["draft", "published", "shipped", "rejected", "withdrawn"])
said = st.lists(st.tuples(st.integers(0, 20), st.none() | days, statuses), unique_by=lambda one: one[0], max_size=12)


@given(said, st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_the_order_of_records_does_not_matter(statements: list[tuple[int, date | None, str]], random: object) -> None:
    records = facts(statements)
    shuffled = list(records)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random
    assert gather([one.record for one in records], MEASURES) == gather([one.record for one in shuffled], MEASURES)
    assert log_of(records) == log_of(shuffled)
    assert find_break(log_of(records)) is None


@given(said, days, days)
@settings(max_examples=100, deadline=None)
def test_what_was_known_on_a_day_is_known_on_every_later_one(
    statements: list[tuple[int, date | None, str]], one: date, other: date
) -> None:
    book = gather([each.record for each in facts(statements)], MEASURES)
    early, late = book.known_on(min(one, other)), book.known_on(max(one, other))
    assert set(early.facts) <= set(late.facts) <= set(book.facts)
    assert late.known_on(min(one, other)).facts == early.facts


# Nothing that counts ever changes

FACT = urn(BY_NAME["fact"], "valley-area-2021")
TYPES = (BY_NAME["fact"].uri,)
Door = Callable[[TestCity, Entity], Awaitable[object]]

DOORS: Mapping[str, Door] = {
    "append": lambda town, part: town.city.entities.append("", FACT, part),
    "append_without_overwriting": lambda town, part: town.city.entities.append("", FACT, part, overwrite=False),
    "update": lambda town, part: town.city.entities.update("", FACT, part),
    "merge": lambda town, part: town.city.entities.merge("", FACT, part),
    "replace": lambda town, part: town.city.entities.replace("", FACT, part),
    "delete": lambda town, _: town.city.entities.delete("", FACT),
    "create": lambda town, part: town.city.entities.create("", part),
    "partial_update": lambda town, part: _each(town.city.entities.partial_update, part),
    "replace_attribute": lambda town, part: _each(town.city.entities.replace_attribute, part),
    "delete_attribute": lambda town, part: town.city.entities.delete_attribute("", FACT, min(part.attributes)),
    "batch_upsert": lambda town, part: town.city.entities.batch("", "upsert", [part]),
    "batch_upsert_update": lambda town, part: town.city.entities.batch("", "upsert-update", [part]),
    "batch_update": lambda town, part: town.city.entities.batch("", "update", [part]),
    "batch_merge": lambda town, part: town.city.entities.batch("", "merge", [part]),
    "batch_delete": lambda town, part: town.city.entities.batch("", "delete", [part]),
    "batch_delete_then_create": lambda town, part: town.city.entities.batch("", "upsert", [Entity(FACT), part]),
    "feed": lambda town, part: town.city.entities.commit("", [part]),
    "feed_after_a_jump": lambda town, part: town.city.entities.commit("", [part], late="overwrite"),
    "purge": lambda town, _: town.city.entities.purge("", Query(types=AnyType(TYPES))),
    "purge_all": lambda town, _: town.city.entities.purge("", Query(ids=(FACT,))),
    "past": lambda town, part: town.city.history.put("", part),
    "past_append": lambda town, part: town.city.history.append("", part),
    "past_forgotten": lambda town, _: town.city.history.forget("", FACT),
    "past_attribute": lambda town, part: town.city.history.forget_attribute("", FACT, min(part.attributes), None),
    "sweep": lambda town, _: town.city.entities.sweep(town.clock.now() + timedelta(days=900)),
}


async def _each(act: Callable[..., Awaitable[object]], part: Entity) -> None:
    for name, instances in part.attributes.items():
        await act("", FACT, name, instances)


NAMES = st.sampled_from(
    [attribute_name(column.name) for column in (*BY_NAME["fact"].columns, *ENTRY)] + ["urn:x:extra"]
)
VALUES = st.sampled_from(
    ["90", 90, "draft", "shipped", "published", "rejected", "Kim", "Lee", "urn:ngsi-ld:null", "jobs"]
)
MOMENTS = st.sampled_from([None, START - timedelta(days=9), START])


@st.composite
def parts(draw: st.DrawFn) -> Entity:
    """A fragment of the published fact, or the whole of it with something else in it."""
    attributes = {
        name: (
            Attribute(
                draw(st.sampled_from(["Property", "Relationship"])),
                draw(VALUES),
                draw(st.sampled_from([None, "urn:b"])),
                draw(MOMENTS),
                draw(st.sampled_from([None, "MTK"])),
                expires_at=draw(MOMENTS),
            ),
        )
        for name in draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
    }
    types = draw(st.sampled_from([(), TYPES, ("urn:x:Thing",), (BY_NAME["baseline"].uri, *TYPES)]))
    whole = record("fact").attributes if draw(st.booleans()) else {}
    return Entity(FACT, types, {**whole, **attributes}, expires_at=draw(MOMENTS))


async def said_and_seen(town: TestCity) -> tuple[Record, Mapping[str, object]]:
    """What the fact says, and everything of it that the hub keeps but times of writing."""
    stored = (await town.city.entities.retrieve("", FACT)).entity()
    (one,) = [fact for fact in (await town.city.places.ledger.book()).facts if fact.id == FACT]
    plain = {name: [(i.kind, i.value, i.unit_code, i.observed_at, i.attributes) for i in items]
             for name, items in stored.attributes.items()}  # fmt: skip
    return one, {**plain, "types": stored.types, "expires": stored.expires_at}


async def attempts(tries: list[tuple[str, Entity]]) -> None:
    town = make_city()
    await town.city.entities.create("", record("fact", **BOTH))
    before = await said_and_seen(town)
    past = await town.history.points("", FACT, attribute_name("value"), ALWAYS, most=100)
    for door, part in tries:
        town.clock.advance(86_400)
        with contextlib.suppress(InputError, StateError):
            await DOORS[door](town, part)
        assert await said_and_seen(town) == before, door
        assert await town.history.points("", FACT, attribute_name("value"), ALWAYS, most=100) == past, door


BOTH = {"status": "published", "entered_by": "Kim", "reviewed_by": "Lee"}
EVERY = TemporalQuery()
ALWAYS = Window(START - timedelta(days=9999), START + timedelta(days=9999))


@given(st.lists(st.tuples(st.sampled_from(sorted(DOORS)), parts()), min_size=1, max_size=6))
@settings(max_examples=150, deadline=None)
def test_a_published_record_says_the_same_whatever_is_tried_through_any_door(tries: list[tuple[str, Entity]]) -> None:
    asyncio.run(attempts(tries))


def test_the_doors_lead_somewhere() -> None:
    """On a thing that is no record, each of them does what it is there for, so that the law above says something."""

    async def through(door: str) -> bool:
        town = make_city()
        thing = Entity(FACT, ("urn:x:Thing",), {attribute_name("value"): (Attribute("Property", 1),)})
        part = Entity(FACT, ("urn:x:Thing",), {attribute_name("value"): (Attribute("Property", 2),)})
        if door != "create":
            await town.city.entities.create("", thing)
        before = await town.history.instances("", [FACT], (), EVERY, limit=10)
        town.clock.advance(60)
        try:
            await DOORS[door](town, part)
        except (InputError, StateError):
            return False
        return await town.history.instances("", [FACT], (), EVERY, limit=10) != before

    idle = {door for door in DOORS if not asyncio.run(through(door))}
    assert idle == {"append_without_overwriting", "purge", "sweep"}
