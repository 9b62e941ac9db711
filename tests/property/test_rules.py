"""Laws of the rules' state machine, for any readings and any ticks."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from madang.model.formula import constant, parse_formula
from madang.packs.pack import AgainstUsual, Range, Rule, RuleHead, Silent, Stuck, Threshold
from madang.packs.rules import Engine, Reading, Transition

START = datetime(2014, 8, 29, tzinfo=UTC)
TYPE = "https://example.org/CarPark"


def head(name: str, minutes: int) -> RuleHead:
    return RuleHead("p", name, "CarPark", TYPE, "low", {}, {}, timedelta(minutes=minutes), None, "", "", 0)


RULES: tuple[Rule, ...] = (
    Threshold(head("full", 10), parse_formula("cars"), True, 90.0, 80.0),
    Threshold(head("full-now", 0), parse_formula("cars"), True, 90.0, 80.0),
    Threshold(head("empty", 7), parse_formula("cars"), False, 5.0, 10.0),
    Range(head("impossible", 0), "cars", constant(0), constant(100)),
    Stuck(head("stuck", 30), "cars", (0.0,)),
    Silent(head("silent", 20), "cars"),
    AgainstUsual(head("usual", 5), "cars", "", False, 0.5, 0.7, 4),
)

readings = st.lists(
    st.tuples(
        st.integers(0, 25), st.sampled_from("ab"), st.sampled_from([-1.0, 0.0, 4.0, 20.0, 45.0, 85.0, 95.0, 101.0])
    ),
    max_size=40,
)


def played(entries: list[tuple[int, str, float]], *, tick_minutes: int) -> list[Transition]:
    """Readings with the gaps between them in minutes; ticks every so often, and one far behind the last."""
    engine, at, ticked, found = Engine(RULES), START, START, list[Transition]()
    for gap, entity_id, value in entries:
        at += timedelta(minutes=gap)
        while ticked + timedelta(minutes=tick_minutes) <= at:
            ticked += timedelta(minutes=tick_minutes)
            found += engine.tick(ticked)
        found += engine.observe(TYPE, Reading(entity_id, at, {"cars": value}, {"cars": (60.0, 10)}))
    return [*found, *engine.tick(at + timedelta(hours=2))]


def told(transitions: list[Transition]) -> list[tuple[str, str, str, datetime]]:
    return sorted((t.rule.head.id, t.entity_id, t.kind, t.at) for t in transitions)


@given(entries=readings, tick_minutes=st.sampled_from([1, 3, 11]))
def test_an_alert_never_rises_twice_without_falling(entries: list[tuple[int, str, float]], tick_minutes: int) -> None:
    opened: set[tuple[str, str]] = set()
    for transition in played(entries, tick_minutes=tick_minutes):
        key = (transition.rule.head.id, transition.entity_id)
        assert (key in opened) == (transition.kind == "fall")
        opened.symmetric_difference_update({key})


@given(entries=readings)
def test_how_often_the_clock_ticks_changes_nothing(entries: list[tuple[int, str, float]]) -> None:
    assert told(played(entries, tick_minutes=1)) == told(played(entries, tick_minutes=10_000))


@given(entries=readings)
def test_entities_do_not_influence_each_other(entries: list[tuple[int, str, float]]) -> None:
    alone: list[tuple[int, str, float]] = []
    skipped = 0
    for gap, entity_id, value in entries:
        skipped += gap
        if entity_id == "a":
            alone.append((skipped, entity_id, value))
            skipped = 0
    horizon = START + timedelta(minutes=sum(gap for gap, _, _ in alone))
    together = [each for each in played(entries, tick_minutes=5) if each.entity_id == "a" and each.at <= horizon]
    single = [each for each in played(alone, tick_minutes=5) if each.at <= horizon]
    assert told(together) == told(single)


@given(entries=readings)
def test_a_fall_of_full_needs_a_reading_below_the_clear_mark(entries: list[tuple[int, str, float]]) -> None:
    at, least = START, dict[tuple[str, datetime], float]()
    for gap, entity_id, value in entries:
        at += timedelta(minutes=gap)
        least[entity_id, at] = min(value, least.get((entity_id, at), value))
    for each in played(entries, tick_minutes=5):
        if each.rule.head.id == "full" and each.kind == "fall":
            assert least[each.entity_id, each.at] < 80.0


@given(entries=readings)
def test_a_reset_forgets_every_duration_and_every_open_alert(entries: list[tuple[int, str, float]]) -> None:
    engine, at = Engine(RULES), START
    for gap, entity_id, value in entries:
        at += timedelta(minutes=gap)
        engine.observe(TYPE, Reading(entity_id, at, {"cars": value}))
    engine.reset()
    assert engine.open() == {}
    assert engine.tick(at + timedelta(days=1)) == []
    # Time may go backwards over a reset: the same readings are judged as if for the first time.
    fresh = Engine(RULES)
    assert told(engine.observe(TYPE, Reading("a", START, {"cars": 95.0}))) == told(
        fresh.observe(TYPE, Reading("a", START, {"cars": 95.0}))
    )
