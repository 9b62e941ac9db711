import asyncio

import pytest

from madang.hub.turns import Turns


async def test_writers_of_one_key_take_turns_in_order() -> None:
    turns, seen = Turns(), []

    async def write(name: str) -> None:
        async with turns.of(["a"]):
            seen.append(f"{name} begins")
            await asyncio.sleep(0)
            seen.append(f"{name} ends")

    await asyncio.gather(write("one"), write("two"), write("three"))
    assert seen == [f"{name} {step}" for name in ("one", "two", "three") for step in ("begins", "ends")]


async def test_writers_of_different_keys_do_not_wait() -> None:
    turns = Turns()
    async with turns.of(["a", "b"]), asyncio.timeout(1), turns.of(["c"]):
        pass


async def test_a_cancelled_writer_gives_back_what_it_had_taken() -> None:
    turns = Turns()
    async with turns.of(["b"]):
        waiting = asyncio.ensure_future(_take(turns, ["a", "b"]))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    async with asyncio.timeout(1), turns.of(["a", "b"]):
        pass


async def _take(turns: Turns, keys: list[str]) -> None:
    async with turns.of(keys):
        pass
