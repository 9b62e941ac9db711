"""Practice cards of other cities: asked, checked, kept with their age, adopted with their origin."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.api.city import HandClock, make_city
from tests.ledger_records import SAMPLES

from madang.district.desk import Desk
from madang.district.entities import to_entity
from madang.district.exchange import CARDS_MAX, FRESH, PAGE, Exchange, Peer, adopt, adopted_row, read_cards
from madang.district.kinds import BY_NAME
from madang.errors import SourceUnavailable
from madang.model.entity import Json
from madang.ngsild.context import CORE
from madang.ngsild.serialize import Projection, Representation, render_entity
from madang.stores.memory_side import MemoryDocumentStore

KIND = BY_NAME["practice"]
WIEN = Peer("Wien", "https://hub.example/wien/ngsi-ld/v1")
LYON = Peer("Lyon", "https://hub.example/lyon/ngsi-ld/v1")
SIGNED = {"status": "published", "entered_by": "Kim", "reviewed_by": "Lee"}


def card(local: str = "card-1", **cells: str) -> dict[str, Any]:
    """As a hub sends it."""
    row = {**SAMPLES["practice"], **SIGNED, "id": local, **cells}
    entity = to_entity(KIND, {name: text for name, text in row.items() if text})
    return dict(render_entity(entity, CORE, Representation(), Projection()))


@dataclass
class Hubs:
    """PeerHub of a test: documents by url; a url that is not there is away. asked: every question."""

    documents: dict[str, list[Json]] = field(default_factory=dict)
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    async def entities(self, url: str, params: Mapping[str, str]) -> Sequence[Json]:
        self.asked.append((url, params))
        await asyncio.sleep(0)
        if url not in self.documents:
            raise SourceUnavailable(f"{url} did not answer in time.")
        first = int(params["offset"])
        return self.documents[url][first : first + int(params["limit"])]


@dataclass
class Slow:
    """PeerHub that answers with nothing once it is told to."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    answer: asyncio.Event = field(default_factory=asyncio.Event)

    async def entities(self, url: str, params: Mapping[str, str]) -> Sequence[Json]:
        self.asked.set()
        await self.answer.wait()
        return []


def exchange(hubs: Hubs, clock: HandClock, *peers: Peer, documents: MemoryDocumentStore | None = None) -> Exchange:
    return Exchange(peers, hubs, documents or MemoryDocumentStore(), clock)


async def test_a_published_card_is_found_with_who_says_it() -> None:
    hubs = Hubs({WIEN.url: [card()]})
    (heard,) = await exchange(hubs, HandClock(), WIEN).hear()
    (found,) = heard.cards
    assert found.practice.title == {"en": "Shade"}
    assert found.address == "https://hub.example/wien/ngsi-ld/v1/entities/urn:ngsi-ld:Practice:card-1"
    assert hubs.asked[0][1]["q"] == 'status=="published"'
    assert hubs.asked[0][1]["type"] == "Practice"


async def test_what_a_peer_said_last_stays_with_its_age_when_it_is_away_and_after_a_restart() -> None:
    hubs, clock, documents = Hubs({WIEN.url: [card()]}), HandClock(), MemoryDocumentStore()
    first = exchange(hubs, clock, WIEN, documents=documents)
    began = clock.now()
    await first.hear()
    hubs.documents.clear()
    clock.advance(FRESH.total_seconds())
    for one in (first, exchange(hubs, clock, WIEN, documents=documents)):
        (heard,) = await one.hear()
        assert len(heard.cards) == 1
        assert heard.at == began
        assert "did not answer in time" in heard.away


async def test_a_peer_that_never_answered_has_no_age_and_hides_no_other() -> None:
    hubs = Hubs({LYON.url: [card()]})
    wien, lyon = await exchange(hubs, HandClock(), WIEN, LYON).hear()
    assert (wien.at, wien.cards, bool(wien.away)) == (None, (), True)
    assert (len(lyon.cards), lyon.away) == (1, "")


async def test_a_peer_is_asked_once_in_a_while_and_anew_when_told() -> None:
    hubs, clock = Hubs({WIEN.url: []}), HandClock()
    one = exchange(hubs, clock, WIEN, LYON)
    await asyncio.gather(one.hear(), one.hear())
    assert len(hubs.asked) == 2  # a failure is not asked for again at once either
    clock.advance(FRESH.total_seconds() - 1)
    await one.hear()
    assert len(hubs.asked) == 2
    await one.hear(anew=True)
    assert len(hubs.asked) == 4
    clock.advance(FRESH.total_seconds())
    await one.hear()
    assert len(hubs.asked) == 6


async def test_while_one_reader_waits_another_is_told_what_is_known() -> None:
    hubs, clock, documents = Hubs({WIEN.url: [card()]}), HandClock(), MemoryDocumentStore()
    await exchange(hubs, clock, WIEN, documents=documents).hear()
    slow = Slow()
    one = Exchange([WIEN], slow, documents, clock)
    first = asyncio.create_task(one.hear())
    await slow.asked.wait()
    (heard,) = await one.hear()
    assert (len(heard.cards), first.done()) == (1, False)
    slow.answer.set()
    (heard,) = await first
    assert heard.cards == ()


async def test_a_withdrawn_card_is_gone_with_the_next_answer() -> None:
    hubs, clock = Hubs({WIEN.url: [card("a"), card("b")]}), HandClock()
    one = exchange(hubs, clock, WIEN)
    await one.hear()
    hubs.documents[WIEN.url] = [card("b")]
    (heard,) = await one.hear(anew=True)
    assert [found.practice.id for found in heard.cards] == ["urn:ngsi-ld:Practice:b"]


async def test_pages_are_followed_up_to_a_bound() -> None:
    hubs = Hubs({WIEN.url: [card(f"c{n:04}") for n in range(CARDS_MAX + PAGE)]})
    (heard,) = await exchange(hubs, HandClock(), WIEN).hear()
    assert len(heard.cards) == CARDS_MAX
    assert len(hubs.asked) == CARDS_MAX // PAGE
    hubs.documents[WIEN.url] = [card(f"c{n:04}") for n in range(PAGE + 1)]
    (again,) = await exchange(hubs, HandClock(), WIEN).hear()
    assert len(again.cards) == PAGE + 1


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (7, "object"),
        ({"id": "urn:ngsi-ld:Practice:x"}, "type"),
        (card() | {"type": "DistrictBaseline"}, "no practice card"),
        (card(status="draft", reviewed_by=""), "not published"),
        (card(status=""), "not published"),
        (card(status="shipped", entered_by="", reviewed_by=""), "not published"),
        (card(status="withdrawn", withdrawn_by="Huber", status_reason="it was wrong"), "not published"),
        (card(source=""), "without a source"),
        (card(url="javascript:alert(1)"), "no web address"),
        (card(title_en="x" * 5000), "longer than"),
        (card() | {"id": "urn:x:1"}, "no id"),
    ],
)
def test_a_bad_card_is_named_with_its_fault_and_the_rest_is_shown(document: Json, why: str) -> None:
    cards, bad = read_cards([document, card("good")], WIEN)
    assert [one.practice.id for one in cards] == ["urn:ngsi-ld:Practice:good"]
    (broken,) = bad
    assert broken.entity_id
    assert why in broken.why


def test_a_card_that_comes_twice_is_shown_once() -> None:
    cards, bad = read_cards([card(), card()], WIEN)
    assert (len(cards), [one.why for one in bad]) == (1, ["It came twice."])


async def test_an_adopted_card_is_a_draft_that_names_its_origin_and_keeps_its_words() -> None:
    base = make_city()
    desk = Desk(base.city.entities, base.city.places.ledger.measures)
    (found,), _ = read_cards([card()], WIEN)
    first = await adopt(desk, found, "Park")
    second = await adopt(desk, found, "Park")
    assert (first, second) == ("urn:ngsi-ld:Practice:card-1", "urn:ngsi-ld:Practice:card-2")
    _, row = await desk.read(first)
    assert (row["status"], row["entered_by"], row.get("reviewed_by")) == ("draft", "Park", None)
    assert "urn:ngsi-ld:Practice:card-1 (Wien, https://hub.example/wien/ngsi-ld/v1/entities/" in row["source"]
    assert row["source"].startswith(SAMPLES["practice"]["source"])
    kept = ("city", "title_en", "problem_en", "done_en", "licence", "contact", "evidence", "cost", "cost_unit", "url")
    assert {name: row[name] for name in kept} == {name: SAMPLES["practice"][name] for name in kept}


def test_a_card_without_an_address_of_its_source_gets_its_own() -> None:
    (found,), _ = read_cards([card(url="")], WIEN)
    assert adopted_row(found)["url"] == found.address
