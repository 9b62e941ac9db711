"""@context: names to URIs and back. pyld, a full JSON-LD processor, is the oracle for the core table."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyld import jsonld

from madang.errors import BadRequestData, ContextNotAvailable
from madang.model.entity import CORE as NGSI_LD
from madang.model.entity import DEFAULT_VOCAB, Json
from madang.ngsild.context import CORE, CORE_URL, Context, core_document, freeze, resolve, thaw
from madang.ngsild.core_terms import TERMS


class Pages:
    """A ContextLoader over a few documents; remembers what it was asked for."""

    def __init__(self, **documents: Json) -> None:
        self.documents = {f"https://example.org/{name}.jsonld": document for name, document in documents.items()}
        self.asked: list[str] = []

    async def load(self, url: str) -> Json:
        self.asked.append(url)
        if url not in self.documents:
            raise ContextNotAvailable(url, "offline")
        return self.documents[url]


async def resolved(spec: Json, **documents: Json) -> Context:
    return await resolve(spec, Pages(**documents))


def pyld_expand(term: str, context: Json) -> str:
    """How a full JSON-LD processor expands a property name."""
    (node,) = jsonld.expand({"@context": context, term: [{"@value": 1}]})
    (name,) = node
    return str(name)


OWN = {"ex": "https://example.org/", "speed": "ex:speed", "Vehicle": {"@id": "ex:Vehicle"}}


@pytest.mark.parametrize(
    "term", sorted(set(TERMS) - {"id", "type", "languageMap", "dataset", "entityMap", "previousLanguageMap"})
)
def test_core_document_expands_like_the_table(term: str) -> None:
    assert pyld_expand(term, core_document()["@context"]) == CORE.expand(term)


def test_core_knows_the_published_iris() -> None:
    assert CORE.expand("value") == NGSI_LD + "hasValue"
    assert CORE.expand("json") == NGSI_LD + "hasJSON"
    assert CORE.expand("containedBy") == NGSI_LD + "isContainedBy"
    assert CORE.expand("coordinates") == "https://purl.org/geojson/vocab#coordinates"
    assert CORE.expand("title") == "http://purl.org/dc/terms/title"
    assert CORE.expand("id") == "@id"


def test_coercions_and_containers_stand_in_the_core_document() -> None:
    context: Any = core_document()["@context"]
    assert context["observedAt"] == {"@id": NGSI_LD + "observedAt", "@type": NGSI_LD + "DateTime"}
    assert context["object"] == {"@id": NGSI_LD + "hasObject", "@type": "@id"}
    assert context["vocab"] == {"@id": NGSI_LD + "hasVocab", "@type": "@vocab"}
    assert context["languageMap"] == {"@id": NGSI_LD + "hasLanguageMap", "@container": "@language"}
    assert context["coordinates"]["@container"] == "@list"
    assert context["@protected"] is True


def test_unknown_names_get_the_default_vocabulary() -> None:
    assert CORE.expand("traffic") == DEFAULT_VOCAB + "traffic"
    assert CORE.compact(DEFAULT_VOCAB + "traffic") == "traffic"


@pytest.mark.parametrize(
    "spec",
    [
        None,
        [],
        {},
        CORE_URL,
        [CORE_URL],
        "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.3.jsonld",
        [[CORE_URL]],
    ],
)
async def test_the_core_alone_is_known_offline(spec: Json) -> None:
    assert await resolved(spec) is CORE
    assert CORE.wire is None
    assert CORE.body == CORE_URL


async def test_terms_prefixes_and_definitions_expand() -> None:
    context = await resolved(OWN)
    assert context.expand("speed") == "https://example.org/speed"
    assert context.expand("Vehicle") == "https://example.org/Vehicle"
    assert context.expand("ex:colour") == "https://example.org/colour"
    assert context.expand("urn:ngsi-ld:x") == "urn:ngsi-ld:x"
    assert context.compact("https://example.org/speed") == "speed"
    assert context.compact("https://example.org/colour") == "ex:colour"
    assert context.compact("https://elsewhere.org/a") == "https://elsewhere.org/a"


async def test_a_name_of_the_default_vocabulary_that_the_context_redefines_gets_the_core_prefix() -> None:
    context = await resolved(OWN)
    assert context.compact(DEFAULT_VOCAB + "speed") == "ngsi-ld:default-context/speed"


async def test_the_core_cannot_be_redefined() -> None:
    context = await resolved({"Property": "https://evil.example/Property", "@vocab": "https://evil.example/"})
    assert context.expand("Property") == NGSI_LD + "Property"
    assert context.expand("anything") == DEFAULT_VOCAB + "anything"


async def test_a_vocabulary_applies_to_definitions_beside_it() -> None:
    context = await resolved({"@vocab": "https://example.org/", "lane": {"@id": "laneNumber"}})
    assert context.expand("lane") == "https://example.org/laneNumber"


async def test_later_contexts_win_and_null_forgets() -> None:
    context = await resolved([{"a": "https://one.org/a", "b": "https://one.org/b"}, {"a": "https://two.org/a"}])
    assert (context.expand("a"), context.expand("b")) == ("https://two.org/a", "https://one.org/b")
    context = await resolved([{"a": "https://one.org/a"}, None, {"c": "https://one.org/c"}])
    assert context.expand("a") == DEFAULT_VOCAB + "a"


async def test_a_term_mapped_to_null_has_no_meaning() -> None:
    context = await resolved({"noise": None})
    with pytest.raises(BadRequestData, match="mapped to null"):
        context.expand("noise")


async def test_remote_and_nested_contexts_are_loaded() -> None:
    context = await resolved(
        ["https://example.org/a.jsonld", {"own": "https://o.org/own"}],
        a={"@context": ["https://example.org/b.jsonld", CORE_URL]},
        b={"@context": {"deep": "https://b.org/deep"}},
    )
    assert context.expand("deep") == "https://b.org/deep"
    assert context.expand("own") == "https://o.org/own"
    assert context.wire == ["https://example.org/a.jsonld", {"own": "https://o.org/own"}]


async def test_the_wire_is_the_users_part() -> None:
    url = "https://example.org/a.jsonld"
    context = await resolved([url, CORE_URL], a={"@context": {}})
    assert (context.wire, context.key, context.body) == (url, url, url)


async def test_an_unknown_url_is_not_available() -> None:
    with pytest.raises(ContextNotAvailable, match="offline") as caught:
        await resolved("https://example.org/missing.jsonld")
    assert caught.value.url == "https://example.org/missing.jsonld"


async def test_a_context_that_includes_itself_is_not_available() -> None:
    with pytest.raises(ContextNotAvailable, match="includes itself"):
        await resolved("https://example.org/a.jsonld", a={"@context": "https://example.org/a.jsonld"})


@pytest.mark.parametrize(
    ("spec", "where", "what"),
    [
        (7, "", "URL, an object"),
        ([{}, True], "/1", "URL, an object"),
        ("urn:x:y", "", "http or https"),
        ({"a": 7}, "/a", "text, an object or null"),
        ({"a": {"@id": 7}}, "/a/@id", "text or null"),
        ({"@vocab": 7}, "/@vocab", "text or null"),
        ({"a": "b:x", "b": "a:x"}, "/a", "by itself"),
        ({"V": {"@id": "https://e.org/V", "@context": {}}}, "/V/@context", "scoped"),
        ({"": "https://e.org/"}, "", "empty"),
    ],
)
async def test_what_is_no_context_is_refused_where_it_stands(spec: Json, where: str, what: str) -> None:
    with pytest.raises(BadRequestData, match=what) as caught:
        await resolved(spec)
    assert caught.value.faults[0].where == where


@pytest.mark.parametrize("name", ["my attr", "9Vehicle", "a-b", "", "a<b", "x:y z"])
def test_a_name_is_letters_digits_and_underscores(name: str) -> None:
    with pytest.raises(BadRequestData, match="not a name"):
        CORE.names[name]


@pytest.mark.parametrize("name", ["výška_1", "속도", "CO2", "ngsi-ld:x", "https://example.org/my-attr"])
def test_letters_of_any_script_and_uris_are_names(name: str) -> None:
    assert CORE.compact(CORE.names[name]) in (name, "ngsi-ld:x")


def test_a_keyword_is_no_name() -> None:
    with pytest.raises(BadRequestData, match="keyword"):
        CORE.names["type"]


async def test_a_frozen_context_thaws_to_the_same_names() -> None:
    context = await resolved([OWN, {"nothing": None}])
    again = thaw(json.loads(json.dumps(freeze(context))))
    assert (again.wire, again.key) == (context.wire, context.key)
    assert (again.terms, again.prefixes) == (context.terms, context.prefixes)
    assert thaw(freeze(CORE)) is CORE


words = st.text("bcefgh", min_size=1, max_size=4)  # none of them a word of the core
iris = words.map(lambda word: f"https://{word}.org/")


@settings(max_examples=50, deadline=None)  # the first example loads pyld
@given(prefixes=st.dictionaries(words, iris, max_size=3), terms=st.dictionaries(words, words, max_size=4), name=words)
async def test_expansion_agrees_with_a_full_processor(
    prefixes: dict[str, str], terms: dict[str, str], name: str
) -> None:
    some = list(prefixes) or ["ngsi-ld"]
    own = prefixes | {t: f"{some[0]}:{suffix}" for t, suffix in terms.items() if t not in prefixes}
    context = await resolved(own)
    for each in (name, f"{some[-1]}:{name}"):
        assert context.expand(each) == pyld_expand(each, [own, core_document()["@context"]])


@settings(max_examples=50, deadline=None)  # the first example loads pyld
@given(prefixes=st.dictionaries(words, iris, max_size=3), suffix=words)
async def test_what_is_compacted_expands_to_the_same(prefixes: dict[str, str], suffix: str) -> None:
    context = await resolved(prefixes)
    for iri in [*prefixes.values(), DEFAULT_VOCAB, NGSI_LD]:
        assert context.expand(context.compact(iri + suffix)) == iri + suffix
