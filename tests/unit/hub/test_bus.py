import asyncio
from datetime import UTC, datetime

from madang.bus.local import LocalBus
from madang.model.change import Change


def change(entity_id: str) -> Change:
    return Change("", entity_id, "updated", None, None, frozenset(), datetime(2026, 1, 1, tzinfo=UTC))


async def test_listeners_hear_commits_in_order() -> None:
    bus = LocalBus()
    async with bus.listen() as one, bus.listen() as other:
        bus.publish([change("urn:1")])
        bus.publish([change("urn:2"), change("urn:3")])
        for listener in (one, other):
            heard = [await anext(listener), await anext(listener)]
            assert [[c.entity_id for c in commit or ()] for commit in heard] == [["urn:1"], ["urn:2", "urn:3"]]


async def test_a_listener_that_falls_behind_is_told_so_and_goes_on() -> None:
    bus = LocalBus()
    async with bus.listen(size=2) as slow:
        for number in range(3):
            bus.publish([change(f"urn:{number}")])
        bus.publish([change("urn:after")])
        assert await anext(slow) is None
        assert [c.entity_id for c in await anext(slow) or ()] == ["urn:after"]


async def test_an_empty_commit_is_no_news() -> None:
    bus = LocalBus()
    async with bus.listen() as listener:
        bus.publish([])
        bus.publish([change("urn:1")])
        assert await anext(listener)


async def test_who_left_hears_nothing() -> None:
    bus = LocalBus()
    async with bus.listen() as listener:
        waiting = asyncio.ensure_future(anext(listener))
        bus.publish([change("urn:1")])
        assert await waiting
    bus.publish([change("urn:2")])
    late = asyncio.ensure_future(anext(listener))
    await asyncio.sleep(0)
    assert not late.done()
    late.cancel()
