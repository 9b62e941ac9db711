"""The entity operations over HTTP."""

from pathlib import Path

import httpx
import orjson
import pytest
from tests.api.city import TestCity

from madang.model.entity import Json

MODELS = Path(__file__).parents[1] / "data" / "smart-data-models"
LD = {"content-type": "application/ld+json"}
LOT = "urn:ngsi-ld:ParkingLot:1"


def lot(**members: Json) -> Json:
    return {"id": LOT, "type": "ParkingLot", "free": {"type": "Property", "value": 7}, **members}


@pytest.mark.parametrize("name", sorted(path.name for path in MODELS.glob("*.jsonld")))
async def test_smart_data_models_come_back_as_they_were_sent(town: TestCity, api: httpx.AsyncClient, name: str) -> None:
    doc = orjson.loads((MODELS / name).read_bytes())
    spec = doc["@context"]
    for url in spec if isinstance(spec, list) else [spec]:
        town.shelf.documents[url] = {"@context": {"@vocab": "https://smartdatamodels.org/"}}
    assert (await api.post("/entities", json=doc, headers=LD)).status_code == 201
    options = "?options=keyValues" if "simplified" in name else ""
    own = spec[-1] if isinstance(spec, list) else spec
    link = {"link": f'<{own}>; rel="http://www.w3.org/ns/json-ld#context"'}
    found = await api.get(f"/entities/{doc['id']}{options}", headers=link)
    assert found.json() == {member: value for member, value in doc.items() if member != "@context"}


async def test_an_entity_is_created_found_and_deleted(api: httpx.AsyncClient) -> None:
    made = await api.post("/entities/", json=lot())
    assert (made.status_code, made.headers["location"], made.content) == (201, f"/ngsi-ld/v1/entities/{LOT}", b"")
    found = await api.get(f"/entities/{LOT}")
    assert (found.json(), found.headers["content-type"]) == (lot(), "application/json")
    assert "ngsi-ld-core-context" in found.headers["link"]
    again = await api.post("/entities", json=lot())
    assert (again.status_code, again.json()["type"].rpartition("/")[2]) == (409, "AlreadyExists")
    gone = await api.delete(f"/entities/{LOT}")
    assert (gone.status_code, "content-length" in gone.headers) == (204, False)
    assert (await api.get(f"/entities/{LOT}")).status_code == 404


async def test_a_kept_rendering_is_not_given_after_a_change(api: httpx.AsyncClient) -> None:
    await api.post("/entities", json=lot())
    await api.get(f"/entities/{LOT}")
    await api.patch(f"/entities/{LOT}/attrs/free", json={"value": 8})
    assert (await api.get(f"/entities/{LOT}")).json()["free"]["value"] == 8


@pytest.mark.parametrize(
    ("query", "free"),
    [
        ("options=keyValues", 7),
        ("format=simplified", 7),
        ("options=concise", 7),
        ("", {"type": "Property", "value": 7}),
    ],
)
async def test_an_entity_is_shown_as_asked_for(api: httpx.AsyncClient, query: str, free: Json) -> None:
    await api.post("/entities", json=lot())
    # Asked for twice, in turns: a kept rendering must not be given for another representation.
    for _ in range(2):
        assert (await api.get(f"/entities/{LOT}?{query}")).json()["free"] == free
        assert (await api.get(f"/entities/{LOT}?options=sysAttrs")).json()["createdAt"] == "2026-11-22T09:00:00Z"


async def test_names_are_written_with_the_context_of_the_link(town: TestCity, api: httpx.AsyncClient) -> None:
    town.shelf.documents["https://example.org/ko"] = {"@context": {"빈자리": "https://example.org/free"}}
    link = {"link": '<https://example.org/ko>; rel="http://www.w3.org/ns/json-ld#context"'}
    await api.post("/entities", json={"id": LOT, "type": "ParkingLot", "빈자리": 7}, headers=link)
    named = await api.get(f"/entities/{LOT}?options=keyValues", headers=link)
    assert (named.json()["빈자리"], "https://example.org/ko" in named.headers["link"]) == (7, True)
    assert (await api.get(f"/entities/{LOT}?options=keyValues")).json()["https://example.org/free"] == 7
    inside = await api.get(f"/entities/{LOT}", headers={**link, "accept": "application/ld+json"})
    assert inside.json()["@context"] == "https://example.org/ko"
    assert "link" not in inside.headers
    assert town.shelf.loads == ["https://example.org/ko"]


async def test_pages_are_linked_and_counted(api: httpx.AsyncClient) -> None:
    docs = [lot(id=f"{LOT}{number}") for number in range(5)]
    assert (await api.post("/entityOperations/create", json=docs)).status_code == 201
    page = await api.get("/entities/?type=ParkingLot&limit=2&offset=2&count=true")
    assert [item["id"] for item in page.json()] == [f"{LOT}2", f"{LOT}3"]
    assert page.headers["ngsild-results-count"] == "5"
    link = page.headers["link"]
    assert (
        '</ngsi-ld/v1/entities?count=true&limit=2&offset=4&type=ParkingLot>;rel="next";type="application/json"' in link
    )
    assert 'offset=0&type=ParkingLot>;rel="prev"' in link
    last = await api.get("/entities?type=ParkingLot&limit=2&offset=4")
    assert 'rel="next"' not in last.headers["link"]


async def test_questions_are_answered(api: httpx.AsyncClient) -> None:
    near = {"type": "Point", "coordinates": [126.77, 37.66]}
    far = {"type": "Point", "coordinates": [10.2, 56.15]}
    docs = [
        lot(id="urn:x:1", location={"type": "GeoProperty", "value": near}, scope="/Goyang"),
        lot(id="urn:x:2", location={"type": "GeoProperty", "value": far}, free=90, type=["ParkingLot", "Covered"]),
    ]
    await api.post("/entityOperations/upsert", json=docs)
    geo = "georel=near;maxDistance==1000&geometry=Point&coordinates=[126.771,37.66]"
    asked = {
        "type=ParkingLot": ["urn:x:1", "urn:x:2"],
        "type=ParkingLot;Covered": ["urn:x:2"],
        "type=ParkingLot&q=free>50": ["urn:x:2"],
        f"type=ParkingLot&{geo}": ["urn:x:1"],
        "type=ParkingLot&scopeQ=/Goyang": ["urn:x:1"],
        "type=ParkingLot&idPattern=2$": ["urn:x:2"],
        "type=ParkingLot&orderBy=free;desc": ["urn:x:2", "urn:x:1"],
        "attrs=nothing": [],
    }
    for query, ids in asked.items():
        assert [item["id"] for item in (await api.get(f"/entities?{query}")).json()] == ids, query


async def test_a_query_by_post_says_the_same(api: httpx.AsyncClient) -> None:
    await api.post("/entityOperations/upsert", json=[lot(id="urn:x:1"), lot(id="urn:x:2", type="Other", free=90)])
    selectors = [{"type": "Other"}, {"type": "ParkingLot", "id": "urn:x:1"}]
    for doc, ids in (
        ({"entities": selectors}, ["urn:x:1", "urn:x:2"]),
        ({"entities": selectors, "q": "free>50"}, ["urn:x:2"]),
        ({"entities": [{"type": "Other"}], "attrs": ["free"]}, ["urn:x:2"]),
    ):
        found = await api.post("/entityOperations/query", json={"type": "Query", **doc})
        assert [item["id"] for item in found.json()] == ids


async def test_geojson_is_given_to_who_wants_it(api: httpx.AsyncClient) -> None:
    point = {"type": "Point", "coordinates": [126.77, 37.66]}
    await api.post("/entities", json=lot(location={"type": "GeoProperty", "value": point}))
    geo = {"accept": "application/geo+json"}
    feature = await api.get(f"/entities/{LOT}", headers=geo)
    assert (feature.headers["content-type"], feature.json()["geometry"]) == ("application/geo+json", point)
    listed = (await api.get("/entities?type=ParkingLot", headers={**geo, "prefer": "body=json"})).json()
    assert (listed["type"], "@context" in listed) == ("FeatureCollection", False)


async def test_attributes_are_changed_one_way_each(api: httpx.AsyncClient) -> None:
    await api.post("/entities", json=lot())
    attrs = f"/entities/{LOT}/attrs"
    added = await api.post(f"{attrs}?options=noOverwrite", json={"free": 1, "total": 9})
    assert (added.status_code, [item["attributeName"][-4:] for item in added.json()["notUpdated"]]) == (207, ["free"])
    assert (await api.patch(attrs, json={"free": 2})).status_code == 204
    assert (await api.patch(f"{attrs}/total", json={"value": 10, "unitCode": "C62"})).status_code == 204
    assert (await api.put(f"{attrs}/free", json={"type": "Property", "value": 3})).status_code == 204
    assert (await api.patch(f"/entities/{LOT}", json={"open": True})).status_code == 204
    found = (await api.get(f"/entities/{LOT}")).json()
    assert (found["free"]["value"], found["total"], found["open"]["value"]) == (
        3,
        {"type": "Property", "value": 10, "unitCode": "C62"},
        True,
    )
    assert (await api.delete(f"{attrs}/free")).status_code == 204
    assert (await api.delete(f"{attrs}/free")).status_code == 404
    assert (await api.put(f"/entities/{LOT}", json={"type": "ParkingLot", "free": 1})).status_code == 204
    assert (await api.get(f"/entities/{LOT}?options=keyValues")).json() == {"id": LOT, "type": "ParkingLot", "free": 1}


async def test_tenants_do_not_see_each_other(api: httpx.AsyncClient) -> None:
    harbour = {"NGSILD-Tenant": "harbour"}
    unknown = await api.get("/entities?type=ParkingLot", headers=harbour)
    assert (unknown.status_code, unknown.headers["ngsild-tenant"]) == (404, "harbour")
    assert unknown.json()["type"].endswith("NonexistentTenant")
    assert (await api.post("/entities", json=lot(), headers=harbour)).headers["ngsild-tenant"] == "harbour"
    assert (await api.get(f"/entities/{LOT}", headers=harbour)).status_code == 200
    assert (await api.get(f"/entities/{LOT}")).status_code == 404


async def test_types_and_attributes_are_listed(api: httpx.AsyncClient) -> None:
    await api.post("/entities", json=lot())
    assert (await api.get("/types")).json()["typeList"] == ["ParkingLot"]
    assert (await api.get("/types/ParkingLot")).json()["attributeDetails"][0]["attributeTypes"] == ["Property"]
    assert (await api.get("/attributes/free")).json()["attributeCount"] == 1
    assert [item["attributeName"] for item in (await api.get("/attributes?details=true")).json()] == ["free"]


async def test_the_past_is_told_as_asked_for(api: httpx.AsyncClient) -> None:
    for minute, free in ((0, 1), (1, 3), (2, 8)):
        seen = {"type": "Property", "value": free, "observedAt": f"2026-11-22T08:0{minute}:00Z"}
        await api.post("/entityOperations/upsert?options=update", json=[lot(free=seen)])
    path = f"/temporal/entities/{LOT}"
    whole = (await api.get(path)).json()
    assert [item["value"] for item in whole["free"]] == [1, 3, 8]
    last = (await api.get(f"{path}?lastN=2&options=temporalValues")).json()
    assert last["free"]["values"] == [[3, "2026-11-22T08:01:00Z"], [8, "2026-11-22T08:02:00Z"]]
    window = "timerel=between&timeAt=2026-11-22T08:00:00Z&endTimeAt=2026-11-22T08:02:00Z"
    mean = (
        await api.get(f"{path}?{window}&options=aggregatedValues&aggrMethods=avg,max&aggrPeriodDuration=PT2M")
    ).json()
    assert (mean["free"]["avg"][0][0], mean["free"]["max"][0][0]) == (2, 3)
    listed = (await api.get(f"/temporal/entities?type=ParkingLot&q=free>5&{window}")).json()
    assert [item["id"] for item in listed] == [LOT]
    other = (await api.get(f"{path}?datasetId=urn:ngsi-ld:Dataset:1")).json()
    assert "free" not in other
    instance = whole["free"][0]["instanceId"]
    assert (await api.delete(f"{path}/attrs/free/{instance}")).status_code == 204
    assert [item["value"] for item in (await api.get(path)).json()["free"]] == [3, 8]


async def test_an_evolution_is_taken_and_given_back(api: httpx.AsyncClient) -> None:
    def seen(value: int, hour: int) -> Json:
        return {"type": "Property", "value": value, "observedAt": f"2014-08-29T{hour:02}:00:00Z"}

    doc = {"id": LOT, "type": "ParkingLot", "free": [seen(2, 11), seen(1, 10)]}
    assert (await api.post("/temporal/entities", json=doc)).status_code == 201
    assert (await api.post(f"/temporal/entities/{LOT}/attrs", json={"free": [seen(3, 12)]})).status_code == 204
    assert [item["value"] for item in (await api.get(f"/temporal/entities/{LOT}")).json()["free"]] == [1, 2, 3]
    assert (await api.get(f"/entities/{LOT}")).json()["free"]["value"] == 3
    assert (await api.delete(f"/temporal/entities/{LOT}")).status_code == 204
    assert (await api.get(f"/entities/{LOT}")).status_code == 200


async def test_contexts_are_kept_for_others(town: TestCity, api: httpx.AsyncClient) -> None:
    made = await api.post("/jsonldContexts", json={"@context": {"free": "https://example.org/free"}})
    url = f"http://testserver{made.headers['location']}"
    link = {"link": f'<{url}>; rel="http://www.w3.org/ns/json-ld#context"'}
    await api.post("/entities", json=lot(), headers=link)
    assert "https://example.org/free" in (await api.get(f"/entities/{LOT}")).json()
    name = made.headers["location"].rpartition("/")[2]
    details = (await api.get(f"/jsonldContexts/{name}?details=true")).json()
    assert (details["kind"], details["numberOfHits"], town.shelf.loads) == ("Hosted", 1, [])
    assert (await api.get("/jsonldContexts")).json() == [url]
    other = {"NGSILD-Tenant": "harbour"}
    assert (await api.get(f"/jsonldContexts/{name}", headers=other)).status_code == 404
    assert (await api.delete(f"/jsonldContexts/{name}")).status_code == 204
    assert (await api.get(f"/jsonldContexts/{name}")).status_code == 404


async def test_a_question_for_linked_entities_is_refused_and_not_half_answered(api: httpx.AsyncClient) -> None:
    await api.post("/entities", json=lot())
    refused = await api.get(f"/entities/{LOT}?join=inline")
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (422, "OperationNotSupported")
    assert (await api.get(f"/entities/{LOT}?join=@none")).status_code == 200
