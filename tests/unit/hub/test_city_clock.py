"""The city clock, driven by a monotonic clock that only sleeping moves."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from madang.errors import BadRequestData
from madang.hub.clock import CityClock, decode_clock, encode_clock

START = datetime(2014, 8, 29, tzinfo=UTC)
END = START + timedelta(hours=10)


class Machine:
    """System time and monotonic time of a machine on which only sleeping takes time."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, delay_s: float) -> None:
        self.seconds += delay_s
        await asyncio.sleep(0)


def replay(machine: Machine, *, loop: bool = False) -> CityClock:
    return CityClock(
        machine, machine.monotonic, mode="replay", start=START, end=END, speed=60, loop=loop, sleep=machine.sleep
    )


def test_a_replay_runs_at_its_speed_pauses_and_goes_on() -> None:
    machine = Machine()
    clock = replay(machine)
    machine.seconds = 60
    assert clock.now() == START + timedelta(hours=1)
    clock.pause()
    machine.seconds = 600
    assert clock.now() == START + timedelta(hours=1)
    clock.play()
    clock.set_speed(1)
    machine.seconds = 610
    assert clock.now() == START + timedelta(hours=1, seconds=10)
    assert clock.epoch == 0


def test_a_loop_begins_anew_with_what_went_past_the_end() -> None:
    machine = Machine()
    clock = replay(machine, loop=True)
    machine.seconds = 10 * 60 + 5
    assert (clock.now(), clock.epoch) == (START + timedelta(minutes=5), 1)
    machine.seconds = 3 * 600 + 5
    assert (clock.now(), clock.epoch) == (START + timedelta(minutes=5), 3)


def test_without_a_loop_the_clock_stands_still_at_the_end() -> None:
    machine = Machine()
    clock = replay(machine)
    machine.seconds = 10_000
    assert (clock.now(), clock.epoch) == (END, 0)


async def test_waiting_ends_at_the_time_or_with_the_epoch() -> None:
    machine = Machine()
    clock = replay(machine, loop=True)
    assert await clock.wait_until(START + timedelta(hours=2), 0)
    assert machine.seconds == pytest.approx(120)
    assert not await clock.wait_until(END + timedelta(hours=1), 0)
    assert clock.epoch == 1


async def test_a_jump_wakes_who_waits_and_tells_who_listens() -> None:
    machine = Machine()
    clock = replay(machine)
    clock.pause()
    async with clock.listen() as states:
        first = await anext(states)
        waiting = asyncio.create_task(clock.wait_until(START + timedelta(hours=1), 0))
        await asyncio.sleep(0)
        clock.jump(START + timedelta(hours=5))
        assert not await waiting
        second = await anext(states)
    assert (first.epoch, second.epoch, second.now) == (0, 1, START + timedelta(hours=5))


def test_a_restored_clock_goes_on_where_it_was() -> None:
    machine = Machine()
    clock = replay(machine)
    machine.seconds = 60
    clock.set_speed(10)
    body = encode_clock(clock.state())
    other = replay(Machine())
    other.restore(decode_clock(body))
    assert other.state() == clock.state()
    other.restore(decode_clock(encode_clock(CityClock(machine, machine.monotonic).state())))
    assert other.state() == clock.state()


def test_a_live_clock_cannot_be_moved_and_a_replay_not_beyond_its_ends() -> None:
    machine = Machine()
    live = CityClock(machine, machine.monotonic)
    assert live.now() == machine.now()
    with pytest.raises(BadRequestData, match="live clock"):
        live.jump(START)
    with pytest.raises(BadRequestData, match="outside"):
        replay(machine).jump(END)
    with pytest.raises(BadRequestData, match="speed"):
        replay(machine).set_speed(0)


async def test_a_clock_advanced_by_hand_stands_still_between_and_begins_no_epoch() -> None:
    machine = Machine()
    clock = replay(machine)
    noon = START + timedelta(hours=5)
    waiting = asyncio.ensure_future(clock.wait_until(noon, clock.epoch))
    clock.advance(noon - timedelta(hours=1))
    machine.seconds += 3600
    assert clock.now() == noon - timedelta(hours=1)
    clock.advance(START)
    assert clock.now() == noon - timedelta(hours=1)
    await asyncio.sleep(0)
    assert not waiting.done()
    clock.advance(noon)
    assert await waiting
    clock.advance(END + timedelta(days=1))
    assert (clock.now(), clock.epoch, clock.paused) == (END, 0, True)
