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

FAST = settings(max_examples=80, deadline=None)
"""Moderate: the whole file takes seconds. No deadline: the first example imports and compiles."""


def expected(entities: dict[str, Entity], query: Query) -> tuple[list[Entity], int | None]:
    found = sort_entities(((entity, entity) for entity in entities.values() if matches(query, entity)), query.order)
    return found[query.offset : query.offset + query.limit], len(found) if query.count else None


def answered(page: Page) -> tuple[list[Entity], int | None]:
    return [stored.entity() for stored in page.items], page.total


@FAST
@given(
    steps=st.lists(
        st.one_of(strategies.entities(), strategies.entity_ids, strategies.queries()), min_size=3, max_size=14
    ),
    asked=strategies.queries(),
)
def test_rows_answer_like_the_reference_after_any_updates_and_removals(
    steps: list[Entity | str | Query], asked: Query
) -> None:
    rows, model = TenantRows(), dict[str, Entity]()
    for step in [*steps, asked]:
        match step:
            case Entity():
                model[step.id] = step
                rows.put(Stored(1, encode_entity(step)), step.id, step)
            case str():
                model.pop(step, None)
                rows.remove(step)
            case Query():
                assert answered(rows.query(step)) == expected(model, step)
    assert rows.ids() == sorted(model)


@FAST
@given(entities=st.lists(strategies.entities(), max_size=12), asked=strategies.queries())
def test_columns_made_late_hold_what_columns_kept_up_to_date_hold(entities: list[Entity], asked: Query) -> None:
    early, late = TenantRows(), TenantRows()
    for entity in entities:
        early.put(Stored(1, encode_entity(entity)), entity.id, entity)
        early.query(asked)
        late.load(Stored(1, encode_entity(entity)), entity.id)
    assert answered(early.query(asked)) == answered(late.query(asked))
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
