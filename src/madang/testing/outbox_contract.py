"""What every Outbox keeps. Give the fixture ``outbox``: an empty one."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madang.ports.outbox import Letter, Outbox, OutboxCounts

from .suite import ContractSuite

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)

Step = tuple[str, int]
"""An operation and the number of the letter it is done to."""

steps = st.lists(
    st.tuples(st.sampled_from(["put", "delivered", "retry", "bury", "resend"]), st.integers(0, 5)), max_size=30
)


def letter(number: int, *, tenant: str = "", due_s: float = 0.0) -> Letter:
    """A letter whose parts all differ from their defaults, due some seconds after noon."""
    return Letter(
        id=f"letter-{number}",
        tenant=tenant,
        subscription_id=f"urn:ngsi-ld:Subscription:{number}",
        url=f"http://receiver.example/{number}",
        headers={"Content-Type": "application/json", "X-City": "고양"},
        body=f'{{"number": {number}}}'.encode(),
        due=NOON + timedelta(seconds=due_s, microseconds=7),
    )


async def apply(outbox: Outbox, step: Step) -> None:
    """Do one step; what it is done to need not exist."""
    what, number = step
    letter_id = f"letter-{number}"
    if what == "put":
        await outbox.put([letter(number)])
    elif what == "delivered":
        await outbox.delivered([letter_id])
    elif what == "retry":
        await outbox.retry(letter_id, NOON, "refused")
    elif what == "bury":
        await outbox.bury(letter_id, "gave up")
    else:
        await outbox.resend([letter_id], NOON)


async def due_ids(outbox: Outbox, after_s: float = 3600.0, *, limit: int = 100) -> Sequence[str]:
    return [found.id for found in await outbox.due(NOON + timedelta(seconds=after_s), limit=limit)]


class OutboxContract(ContractSuite):
    async def test_a_letter_comes_back_whole(self, outbox: Outbox) -> None:
        await outbox.put([letter(1, tenant="goyang")])
        assert await outbox.due(letter(1).due, limit=10) == [letter(1, tenant="goyang")]

    async def test_letters_are_due_from_their_time_on_oldest_first(self, outbox: Outbox) -> None:
        await outbox.put([letter(1, due_s=30), letter(2, due_s=10), letter(3, due_s=10), letter(4, due_s=20)])
        assert await due_ids(outbox, 9) == []
        assert await due_ids(outbox, 20) == ["letter-2", "letter-3"]
        assert await due_ids(outbox, 31) == ["letter-2", "letter-3", "letter-4", "letter-1"]
        assert await due_ids(outbox, 31, limit=1) == ["letter-2"]

    async def test_a_letter_put_twice_is_one_letter(self, outbox: Outbox) -> None:
        await outbox.put([letter(1), letter(1)])
        await outbox.put([letter(1, due_s=5)])
        assert await outbox.due(NOON + timedelta(hours=1), limit=10) == [letter(1)]
        assert await outbox.counts() == OutboxCounts(accepted=1, delivered=0, pending=1, dead=0)

    async def test_a_delivered_letter_is_gone_and_counted_once(self, outbox: Outbox) -> None:
        await outbox.put([letter(1), letter(2)])
        await outbox.delivered(["letter-1", "letter-1", "letter-9"])
        assert await due_ids(outbox) == ["letter-2"]
        assert await outbox.counts() == OutboxCounts(accepted=2, delivered=1, pending=1, dead=0)

    async def test_a_retry_counts_the_attempt_and_waits(self, outbox: Outbox) -> None:
        await outbox.put([letter(1)])
        await outbox.retry("letter-1", NOON + timedelta(seconds=60), "503")
        assert await due_ids(outbox, 59) == []
        (found,) = await outbox.due(NOON + timedelta(seconds=60), limit=10)
        assert (found.attempts, found.last_error, found.due) == (1, "503", NOON + timedelta(seconds=60))

    async def test_a_buried_letter_is_kept_with_its_reason(self, outbox: Outbox) -> None:
        await outbox.put([letter(1, tenant="goyang"), letter(2)])
        await outbox.bury("letter-1", "no such host")
        assert await due_ids(outbox) == ["letter-2"]
        assert await outbox.dead("", limit=10) == []
        (found,) = await outbox.dead("goyang", limit=10)
        assert (found.id, found.attempts, found.last_error) == ("letter-1", 1, "no such host")
        assert await outbox.counts() == OutboxCounts(accepted=2, delivered=0, pending=1, dead=1)

    async def test_a_dead_letter_is_not_retried(self, outbox: Outbox) -> None:
        await outbox.put([letter(1)])
        await outbox.bury("letter-1", "first reason")
        await outbox.retry("letter-1", NOON, "second reason")
        (found,) = await outbox.dead("", limit=10)
        assert (found.attempts, found.last_error) == (1, "first reason")

    async def test_a_resent_letter_is_pending_anew(self, outbox: Outbox) -> None:
        await outbox.put([letter(1), letter(2)])
        await outbox.bury("letter-1", "gave up")
        later = NOON + timedelta(days=1)
        assert await outbox.resend(["letter-1", "letter-1", "letter-2", "letter-9"], later) == 1
        assert await outbox.dead("", limit=10) == []
        found = await outbox.due(later, limit=10)
        assert [(one.id, one.attempts, one.due) for one in found] == [
            ("letter-2", 0, letter(2).due),
            ("letter-1", 0, later),
        ]

    async def test_dead_letters_are_bounded_by_the_limit(self, outbox: Outbox) -> None:
        await outbox.put([letter(number) for number in range(5)])
        for number in range(5):
            await outbox.bury(f"letter-{number}", "gave up")
        assert [found.id for found in await outbox.dead("", limit=2)] == ["letter-0", "letter-1"]

    # The outbox is shared by all examples: the law holds whatever was in it before. Each store is one more executor.
    @settings(
        max_examples=25,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
    )
    @given(steps=steps)
    async def test_no_letter_is_lost_or_made(self, outbox: Outbox, steps: list[Step]) -> None:
        for step in steps:
            await apply(outbox, step)
            counts = await outbox.counts()
            assert counts.accepted == counts.delivered + counts.pending + counts.dead
            assert counts.pending == len(await due_ids(outbox))
            assert counts.dead == len(await outbox.dead("", limit=100))
