"""Background parts: what fails outside is waited for, what is a bug ends that part alone."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import islice

import pytest

from madang.errors import DependencyError, StoreFull, StoreUnavailable
from madang.hub.keeping import LONGEST_DELAY_S, Keeper, delays_s, insist


class Naps:
    """Sleeping takes no time here, and is told."""

    def __init__(self) -> None:
        self.delays_s: list[float] = []
        self.first = asyncio.Event()

    async def __call__(self, delay_s: float) -> None:
        self.delays_s.append(delay_s)
        self.first.set()
        await asyncio.sleep(0)


def failing(*errors: Exception) -> Callable[[], Awaitable[None]]:
    """Raises one after the other, then returns."""
    waiting = iter(errors)

    async def run() -> None:
        for error in waiting:
            raise error

    return run


def test_the_delay_grows_up_to_a_bound() -> None:
    delays = list(islice(delays_s(), 10))
    assert delays == sorted(delays)
    assert (delays[0], delays[1] / delays[0], delays[-1]) == (0.5, 2.0, LONGEST_DELAY_S)


async def test_what_is_insisted_on_is_done_in_the_end_and_its_own_fault_is_raised() -> None:
    naps = Naps()
    await insist("It", failing(StoreFull("full"), StoreUnavailable("away")), sleep=naps)
    assert naps.delays_s == [0.5, 1.0]
    with pytest.raises(ValueError, match="ours"):
        await insist("It", failing(StoreFull("full"), ValueError("ours")), sleep=naps)


@pytest.mark.parametrize(
    "error", [StoreFull("no room"), ExceptionGroup("", [ExceptionGroup("", [StoreUnavailable("no room")])])]
)
async def test_a_part_that_waits_for_something_says_so_and_is_begun_anew(error: Exception) -> None:
    told = []

    async def nap(delay_s: float) -> None:
        told.append((delay_s, keeper.parts["part"].state, keeper.parts["part"].error))

    keeper = Keeper(sleep=nap)
    await keeper.keep("part", failing(error, error))
    assert told == [(0.5, "waiting", "no room"), (1.0, "waiting", "no room")]
    assert keeper.parts["part"].state == "finished"


@pytest.mark.parametrize(
    "error", [KeyError("forgotten"), ExceptionGroup("", [StoreFull("no room"), KeyError("forgotten")])]
)
async def test_a_bug_ends_its_part_and_no_other(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    naps = Naps()
    keeper = Keeper(sleep=naps)
    goes_on = asyncio.Event()

    async def wait() -> None:
        await goes_on.wait()
        raise DependencyError("the other one is alive")

    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        await group.create_task(keeper.keep("broken", failing(error)))
        other = group.create_task(keeper.keep("other", wait))
        assert keeper.parts["broken"].state == "failed"
        assert naps.delays_s == []
        assert "KeyError" in caplog.text
        goes_on.set()
        await naps.first.wait()
        other.cancel()
    assert other.cancelled()
