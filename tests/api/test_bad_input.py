"""Each kind of bad input: a clear problem that names the place, the right status, and nothing written."""

from collections.abc import AsyncIterator, Iterator, Mapping

import httpx
import orjson
import pytest
from tests.api.city import TestCity

ERRORS = "https://uri.etsi.org/ngsi-ld/errors/"
JSON = {"content-type": "application/json"}
ENTITY = {"id": "urn:ngsi-ld:T:1", "type": "T"}


async def post(api: httpx.AsyncClient, body: bytes, headers: Mapping[str, str] = JSON) -> httpx.Response:
    return await api.post("/entities", content=body, headers=headers)


def entity(**members: object) -> bytes:
    return orjson.dumps({**ENTITY, **members})


def nested(depth: int) -> bytes:
    return b'{"id":"urn:x:1","type":"T","a":{"type":"Property","value":' + b"[" * depth + b"]" * depth + b"}}"


BAD = [
    ("not JSON", b'{"id": ', "InvalidRequest", ""),
    ("empty", b"", "InvalidRequest", ""),
    ("cut off", b'{"id":"urn:x:1","type":"T","a":{"type":"Prop', "InvalidRequest", ""),
    ("CP949", '{"id":"urn:x:1","type":"T","name":"고양시"}'.encode("cp949"), "InvalidRequest", ""),
    ("NaN", b'{"id":"urn:x:1","type":"T","a":NaN}', "InvalidRequest", ""),
    ("infinity", b'{"id":"urn:x:1","type":"T","a":-Infinity}', "InvalidRequest", ""),
    ("duplicate keys", b'{"id":"urn:x:1","type":"T","a":1,"a":2}', "InvalidRequest", ""),
    ("an array", b"[]", "BadRequestData", ""),
    ("a text", b'"urn:x:1"', "BadRequestData", ""),
    ("no id", b'{"type":"T"}', "BadRequestData", "/id"),
    ("no type", b'{"id":"urn:x:1"}', "BadRequestData", "/type"),
    ("id no URI", b'{"id":"seven","type":"T"}', "BadRequestData", "/id"),
    ("id a number", b'{"id":7,"type":"T"}', "BadRequestData", "/id"),
    ("type a number", b'{"id":"urn:x:1","type":7}', "BadRequestData", "/type"),
    ("null", entity(a={"type": "Property", "value": None}), "BadRequestData", "/a/value"),
    ("object no URI", entity(a={"type": "Relationship", "object": "seven"}), "BadRequestData", "/a/object"),
    ("naive time", entity(a={"value": 1, "observedAt": "2026-11-22T09:00:00"}), "BadRequestData", "/a/observedAt"),
    (
        "coordinates out of range",
        entity(location={"type": "GeoProperty", "value": {"type": "Point", "coordinates": [126.7, 95]}}),
        "BadRequestData",
        "/location/value/coordinates",
    ),
    ("@context in plain JSON", entity(**{"@context": []}), "BadRequestData", "/@context"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "kind", "pointer"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
async def test_bad_bodies_are_refused_with_their_place(
    api: httpx.AsyncClient, body: bytes, kind: str, pointer: str
) -> None:
    answer = await post(api, body)
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (400, ERRORS + kind)
    assert answer.headers["content-type"] == "application/json"
    assert problem["instance"].startswith("urn:uuid:")
    if pointer:
        assert pointer in " ".join(fault["pointer"] + fault["detail"] for fault in problem["errors"])
    assert (await api.get("/entities?local=true")).json() == []


async def test_all_faults_of_an_entity_are_told_at_once(api: httpx.AsyncClient) -> None:
    answer = await post(api, orjson.dumps({"id": "seven", "type": "T", "a": {"type": "Property", "value": None}}))
    assert {fault["pointer"] for fault in answer.json()["errors"]} == {"/id", "/a/value"}


async def test_deep_nesting_is_refused(api: httpx.AsyncClient) -> None:
    assert (await post(api, nested(15))).status_code == 201
    assert (await post(api, nested(30))).status_code == 400


async def test_nesting_that_would_break_a_recursive_reader_is_refused(api: httpx.AsyncClient) -> None:
    assert (await post(api, nested(20_000))).status_code == 400


async def test_too_many_attributes_are_refused(town: TestCity, api: httpx.AsyncClient) -> None:
    many = {f"a{n}": 1 for n in range(1001)}
    answer = await post(api, entity(**many))
    assert answer.status_code == 413
    assert "1000" in answer.json()["detail"]


async def test_a_body_over_the_limit_is_refused_before_it_is_read(api: httpx.AsyncClient) -> None:
    read = 0

    def parts() -> Iterator[bytes]:
        nonlocal read
        for _ in range(1000):
            read += 1
            yield b" " * 1024

    headers = {**JSON, "content-length": str(1000 * 1024)}
    request = api.build_request("POST", "/entities", content=_slowly(parts()), headers=headers)
    answer = await api.send(request)
    assert answer.status_code == 413
    assert read == 0


async def _slowly(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def test_a_body_longer_than_it_said_is_refused_at_the_limit(api: httpx.AsyncClient) -> None:
    read = 0

    async def parts() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(1000):
            read += 1
            yield b" " * 1024

    answer = await api.post("/entities", content=parts(), headers={**JSON, "content-length": "10"})
    assert answer.status_code == 413
    assert read <= 66


async def test_an_unknown_context_without_a_network_is_told(town: TestCity, api: httpx.AsyncClient) -> None:
    body = entity(**{"@context": "https://example.org/none.jsonld"})
    answer = await post(api, body, {"content-type": "application/ld+json"})
    assert (answer.status_code, answer.json()["type"]) == (504, ERRORS + "LdContextNotAvailable")
    assert "https://example.org/none.jsonld" in answer.json()["detail"]


async def test_a_remote_document_that_is_no_context_is_the_callers_fault(
    town: TestCity, api: httpx.AsyncClient
) -> None:
    town.shelf.documents["https://example.org/c"] = {"note": "nothing"}
    answer = await post(api, entity(**{"@context": "https://example.org/c"}), {"content-type": "application/ld+json"})
    assert (answer.status_code, answer.json()["type"]) == (400, ERRORS + "BadRequestData")


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("type=T&colour=red", "InvalidRequest"),
        ("type=T&options=pretty", "InvalidRequest"),
        ("type=T&q=(speed>5", "BadRequestData"),
        ("type=T&limit=-1", "BadRequestData"),
        ("type=T&limit=1001", "BadRequestData"),
        ("type=T&georel=near;maxDistance==1&geometry=Point&coordinates=[200,0]", "BadRequestData"),
        ("type=T&georel=sideways&geometry=Point&coordinates=[1,2]", "BadRequestData"),
        ("type=T&pick=a&omit=a", "BadRequestData"),
        ("type=T&attrs=a&pick=a", "BadRequestData"),
        ("", "BadRequestData"),
        ("type=%FF", "InvalidRequest"),
    ],
)
async def test_bad_queries_are_refused(api: httpx.AsyncClient, query: str, kind: str) -> None:
    answer = await api.get(f"/entities?{query}")
    assert (answer.status_code, answer.json()["type"]) == (400, ERRORS + kind)


async def test_what_is_not_there_is_404(api: httpx.AsyncClient) -> None:
    await post(api, entity())
    for path in ("/entities/urn:x:none", "/nowhere", "/types/None", "/attributes/none", "/subscriptions/urn:x:none"):
        answer = await api.get(path)
        assert (answer.status_code, answer.json()["type"]) == (404, ERRORS + "ResourceNotFound"), path


async def test_an_id_in_the_path_must_be_a_uri(api: httpx.AsyncClient) -> None:
    assert (await api.get("/entities/seven")).status_code == 400
    assert (await api.delete("/entities//attrs/a")).status_code == 400


async def test_wrong_methods_and_media_types_are_answered_bare(api: httpx.AsyncClient) -> None:
    wrong_method = await api.put("/types", content=b"{}", headers=JSON)
    assert (wrong_method.status_code, wrong_method.headers["allow"], wrong_method.content) == (405, "GET", b"")
    assert (await post(api, b"<x/>", {"content-type": "application/xml"})).status_code == 415
    assert (await post(api, b"a", {"content-type": "application/json-patch+json"})).status_code == 415
    assert (await api.get("/types", headers={"accept": "text/html"})).status_code == 406
    assert (await api.get("/types", headers={"accept": "application/geo+json"})).status_code == 406


async def test_a_length_is_required(api: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield entity()

    answer = await api.post("/entities", content=chunks(), headers=JSON)
    assert (answer.status_code, answer.content) == (411, b"")


async def test_a_bug_is_500_and_shows_no_inside(town: TestCity, api: httpx.AsyncClient) -> None:
    town.shelf.documents["https://example.org/c"] = {"@context": _Bomb()}
    link = '<https://example.org/c>; rel="http://www.w3.org/ns/json-ld#context"'
    answer = await api.get("/entities?type=T", headers={"link": link})
    assert (answer.status_code, answer.json()["type"]) == (500, ERRORS + "InternalError")
    assert "secret" not in answer.text


class _Bomb(dict[str, object]):
    def __contains__(self, key: object) -> bool:
        raise RuntimeError("the secret")


async def test_a_tenant_name_has_a_limit(api: httpx.AsyncClient) -> None:
    assert (await api.get("/entities?type=T", headers={"NGSILD-Tenant": "x" * 200})).status_code == 400


async def test_a_batch_says_which_items_are_bad(api: httpx.AsyncClient) -> None:
    items = [entity(), b'{"id":"seven","type":"T"}', b'{"id":"urn:x:2"}']
    answer = await api.post("/entityOperations/create", content=b"[" + b",".join(items) + b"]", headers=JSON)
    report = answer.json()
    assert (answer.status_code, report["success"]) == (207, ["urn:ngsi-ld:T:1"])
    pointers = [[fault["pointer"] for fault in item["error"]["errors"]] for item in report["errors"]]
    assert ([item["entityId"] for item in report["errors"]], pointers) == (
        ["seven", "urn:x:2"],
        [["/1/id"], ["/2/type"]],
    )


@pytest.mark.parametrize("body", [b"{}", b"[]", b"[null]", b"7"])
async def test_a_batch_that_is_none_is_refused_as_a_whole(api: httpx.AsyncClient, body: bytes) -> None:
    assert (await api.post("/entityOperations/upsert", content=body, headers=JSON)).status_code == 400
