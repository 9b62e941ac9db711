"""The fast evaluator answers like the plain one, whatever is stored and asked; q survives being written and read."""

from hypothesis import given, settings
from hypothesis import strategies as st

from madang.model.entity import DEFAULT_VOCAB, Entity, encode_entity
from madang.model.query import And, Compare, Exists, Or, Path, QExpr, Query
from madang.ngsild.context import CORE
from madang.ngsild.evaluate import matches, sort_entities
from madang.ngsild.q import format_q, parse_q
from madang.ports.state import Page, Stored
from madang.stores.rows import TenantRows
from madang.testing import strategies

FAST = settings(max_examples=60, deadline=None)
CITIES = settings(max_examples=10, deadline=None)
"""Few examples of whole cities, each asked dozens of questions. No deadline: the first example imports and compiles."""


def expected(entities: dict[str, Entity], query: Query) -> tuple[list[Entity], int | None]:
    found = sort_entities(((entity, entity) for entity in entities.values() if matches(query, entity)), query.order)
    return found[query.offset : query.offset + query.limit], len(found) if query.count else None


def answered(page: Page) -> tuple[list[Entity], int | None]:
    return [stored.entity() for stored in page.items], page.total


STEPS: st.SearchStrategy[Entity | str] = st.one_of(strategies.entities(), strategies.entity_ids)


@CITIES
@given(
    city=strategies.cities(),
    rounds=st.lists(
        st.tuples(st.lists(STEPS, max_size=3), st.lists(strategies.queries(), min_size=4, max_size=8)),
        min_size=2,
        max_size=3,
    ),
)
def test_rows_answer_like_the_reference_after_any_updates_and_removals(
    city: list[Entity], rounds: list[tuple[list[Entity | str], list[Query]]]
) -> None:
    rows, model = TenantRows(), dict[str, Entity]()
    asked: list[Query] = []
    for entity in city:
        apply(rows, model, entity)
    for steps, queries in [([], rounds[0][1]), *rounds]:
        for step in steps:
            apply(rows, model, step)
        asked += queries
        for query in asked:  # those asked before too: their columns are the ones that updates must have reached
            assert answered(rows.query(query)) == expected(model, query)
    assert rows.ids() == sorted(model)


def apply(rows: TenantRows, model: dict[str, Entity], step: Entity | str) -> None:
    if isinstance(step, Entity):
        model[step.id] = step
        rows.put(Stored(1, encode_entity(step)), step.id, step)
    else:
        model.pop(step, None)
        rows.remove(step)


@CITIES
@given(city=strategies.cities(), asked=st.lists(strategies.queries(), min_size=4, max_size=8))
def test_columns_made_late_hold_what_columns_kept_up_to_date_hold(city: list[Entity], asked: list[Query]) -> None:
    early, late = TenantRows(), TenantRows()
    for entity in city:
        early.put(Stored(1, encode_entity(entity)), entity.id, entity)
        early.query(asked[0])
        late.load(Stored(1, encode_entity(entity)), entity.id)
    for query in asked:
        assert answered(early.query(query)) == answered(late.query(query))
    assert early.count_types() == late.count_types()
    assert early.count_attributes() == late.count_attributes()


def without_expansion(expression: QExpr) -> QExpr:
    match expression:
        case And(items):
            return And(tuple(map(without_expansion, items)))
        case Or(items):
            return Or(tuple(map(without_expansion, items)))
        case Compare(path, op, value):
            return Compare(path, op, value)
        case Exists():
            return expression


@FAST
@given(expression=strategies.q_expressions)
def test_q_is_read_as_it_was_written(expression: QExpr) -> None:
    assert parse_q(format_q(expression, CORE), CORE, expand_values=()) == expression


def test_written_q_looks_as_people_write_it() -> None:
    path = Path((DEFAULT_VOCAB + "speed",))
    expression = Or((And((Compare(path, ">", 5), Exists(path, negated=True))), Compare(path, "==", "a")))
    assert format_q(expression, CORE) == 'speed>5;!speed|speed=="a"'
