"""Bytes to JSON, strictly. Source: RFC 8259; ETSI GS CIM 009 v1.9.1, clauses 4.6.1 and 5.5.4."""

import json
import re
from collections.abc import Iterator
from typing import Final, NoReturn

import orjson

from madang.errors import ROOT, InvalidRequest, Pointer
from madang.model.entity import Json

DEPTH_MAX: Final = 64

_BOM: Final = b"\xef\xbb\xbf"
_NO_BRACKETS: Final = bytes(set(range(256)) - set(b"{}[]"))
_NOT_A_NUMBER: Final = re.compile(r"-?(NaN|Infinity|nan|inf)")


def parse_json(body: bytes, *, depth_max: int = DEPTH_MAX) -> Json:
    """Parse a whole body. Raises InvalidRequest, with line:column, if it is not JSON in UTF-8, cut off, holds NaN or
    infinity, names a member twice in one object, or nests deeper than depth_max levels.
    """
    body = body.removeprefix(_BOM)
    try:
        doc = orjson.loads(body)
    except orjson.JSONDecodeError as exc:
        _explain(body, exc, depth_max)
    if _may_nest_deeper(body, depth_max) and _depth(doc) > depth_max:
        raise InvalidRequest(f"The JSON nests deeper than the {depth_max} levels allowed.")
    # orjson keeps the last of two equal members in silence; then fewer colons come out than went in. To write the
    # document again and count takes a tenth of the time of parsing with hooks. A colon that was sent as \u003a spoils
    # the count, so the exact way decides then, as it does where the counts differ.
    if body.count(b":") != orjson.dumps(doc).count(b":") or (b"\\" in body and b"\\u003a" in body.lower()):
        _refuse_duplicates(body)
    return doc


def _may_nest_deeper(body: bytes, levels: int) -> bool:
    """False only if the body surely nests no deeper. Brackets inside texts count too, so True may be wrong."""
    if body.count(b"{") + body.count(b"[") <= levels:
        return False
    brackets = body.translate(None, _NO_BRACKETS)
    # One round takes away one level or two.
    for _ in range(levels // 2):
        brackets = brackets.replace(b"{}", b"").replace(b"[]", b"")
        if not brackets:
            return False
    return True


def _depth(doc: Json) -> int:
    """Levels of nesting."""
    depth = 0
    level: list[Json] = [doc]
    while level := [node for node in level if type(node) is dict or type(node) is list]:
        depth += 1
        level = [item for node in level for item in (node.values() if type(node) is dict else node)]
    return depth


def _explain(body: bytes, error: orjson.JSONDecodeError, depth_max: int) -> NoReturn:
    """Say what is wrong in the sender's words."""
    if not body.strip():
        raise InvalidRequest("The body is empty; JSON was expected.") from error
    try:
        text = body.decode()
    except UnicodeDecodeError as exc:
        raise InvalidRequest(_foreign_encoding(body, exc)) from error
    where = f"line {error.lineno}, column {error.colno}"
    if "recursion" in error.msg or "depth" in error.msg:
        raise InvalidRequest(f"The JSON nests deeper than the {depth_max} levels allowed.") from error
    if error.pos >= len(text.rstrip()):
        raise InvalidRequest(f"The JSON is cut off at {where}.") from error
    if found := _NOT_A_NUMBER.match(text, error.pos) or _NOT_A_NUMBER.match(text, max(error.pos - 1, 0)):
        raise InvalidRequest(
            f"{found[0]} at {where} is not JSON; leave the member out where there is no number."
        ) from error
    raise InvalidRequest(f"Not JSON at {where}: {error.msg.removesuffix('.')}.") from error


def _foreign_encoding(body: bytes, error: UnicodeDecodeError) -> str:
    before = body[: error.start]
    line = before.count(b"\n") + 1
    column = len(before[before.rfind(b"\n") + 1 :].decode()) + 1
    detail = f"The body is not UTF-8: byte 0x{body[error.start]:02x} at line {line}, column {column}."
    try:
        body.decode("cp949")
    except UnicodeDecodeError:
        return detail
    return f"{detail} It can be read as CP949 (EUC-KR); convert it to UTF-8 before sending."


class _Pairs(list[tuple[str, Json]]):
    """An object with every member that was written, in order."""


def _refuse_duplicates(body: bytes) -> None:
    for pointer in _duplicates(json.loads(body, object_pairs_hook=_Pairs), ROOT):
        raise InvalidRequest(f"The member {pointer} stands there twice.")


def _duplicates(node: Json, at: Pointer) -> Iterator[Pointer]:
    if isinstance(node, _Pairs):
        seen: set[str] = set()
        for name, value in node:
            if name in seen:
                yield at / name
            seen.add(name)
            yield from _duplicates(value, at / name)
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _duplicates(value, at / index)
