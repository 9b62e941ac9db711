"""Merged statements do what the single ones did."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.stores.embedded.schema import split_script
from madang.stores.embedded.state import PUT_ENTITY
from madang.stores.embedded.statements import Statement, execute, merge, shape_of
from madang.stores.embedded.tail import FORGET_ENTITY, INSERT_TAIL

PUT_A = "INSERT INTO a (key, value) VALUES (?, CAST(? AS TEXT)) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
PUT_B = "INSERT INTO b (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING"
DELETE_A = "DELETE FROM a WHERE key = ?"
COPY = "INSERT INTO b (key, value) SELECT key + ?, value FROM a WHERE true ON CONFLICT (key) DO NOTHING"

keys = st.integers(0, 5)
statements: st.SearchStrategy[Statement] = st.one_of(
    st.tuples(st.sampled_from([PUT_A, PUT_B]), st.lists(st.tuples(keys, st.sampled_from(["x", "y", "z"])), max_size=9)),
    st.tuples(st.sampled_from([DELETE_A, COPY]), st.lists(st.tuples(keys), max_size=3)),
)


def tables() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("CREATE TABLE a (key PRIMARY KEY, value)")
    connection.execute("CREATE TABLE b (key PRIMARY KEY, value)")
    return connection


def contents(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
    return connection.execute("SELECT 'a', * FROM a UNION ALL SELECT 'b', * FROM b ORDER BY 1, 2").fetchall()


@given(st.lists(statements, max_size=12))
def test_merged_statements_leave_the_same_rows(line: list[Statement]) -> None:
    merged, single = tables(), tables()
    execute(merged, line)
    for sql, rows in line:
        single.executemany(sql, rows)
    assert contents(merged) == contents(single)


def test_many_rows_of_several_callers_become_one_step_per_table() -> None:
    line = [statement for n in range(50) for statement in ((PUT_A, [(n, "x")]), (PUT_B, [(n, "y")]))]
    assert [(shape.table, len(rows)) for shape, rows in merge(line)] == [("a", 50), ("b", 50)]


@pytest.mark.parametrize("count", [1, 3, 4, 255, 256, 257, 600])
def test_every_row_is_written_once_whatever_the_width(count: int) -> None:
    connection = tables()
    execute(connection, [(PUT_A, [(n, str(n)) for n in range(count)])])
    assert contents(connection) == [("a", n, str(n)) for n in range(count)]


def test_the_statements_of_the_hot_path_can_be_widened() -> None:
    assert shape_of(PUT_ENTITY).wide(2).count("(?, ?, ?, CAST(? AS TEXT), ?)") == 2
    assert shape_of(INSERT_TAIL).table == "tail"
    assert shape_of(FORGET_ENTITY).table is None


def test_a_script_is_split_at_the_end_of_each_statement_only() -> None:
    trigger = "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET value = ';'; END;"
    assert [part.strip() for part in split_script(f"SELECT 1; {trigger} SELECT 2")] == [
        "SELECT 1;",
        trigger,
        "SELECT 2",
    ]
