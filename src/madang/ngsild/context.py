"""@context: short names to URIs and back. Source: JSON-LD 1.1 (W3C), ETSI GS CIM 009 v1.9.1, clauses 4.4 and 5.5.7.

What a @context can say beyond names (reverse terms, base, language) has no meaning in NGSI-LD and is passed over;
scoped contexts are forbidden by clause 5.5.7 and refused. The core @context is always applied last: its terms and its
vocabulary cannot be redefined.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

import orjson

from madang.errors import ROOT, BadRequestData, ContextNotAvailable, Pointer
from madang.model.entity import DEFAULT_VOCAB, Json

from . import core_terms
from .core_terms import core_document
from .uri import is_uri

__all__ = ["CORE", "CORE_URL", "Context", "Loader", "core_document", "freeze", "resolve", "thaw"]

CORE_URL: Final = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld"

_CORE_URL = re.compile(r"https?://uri\.etsi\.org/ngsi-ld/v1/ngsi-ld-core-context(-v1\.\d+(\.\d+)?)?\.jsonld/?")
_NAME: Final = re.compile(r"[^\W\d_]\w*(:[^\W\d_]\w*)?")
_GEN_DELIMS: Final = frozenset(":/?#[]@")
_NESTING_MAX: Final = 16
_CACHE_MAX: Final = 50_000


class Loader(Protocol):
    """Fetches the document behind a @context URL (the port ContextLoader, seen from here)."""

    async def load(self, url: str) -> Json: ...


class _Names(dict[str, str]):
    """A name translated once is looked up from then on. Forgets all when names nobody defined pile up."""

    __slots__ = ("_translate",)

    def __init__(self, translate: Callable[[str], str]) -> None:
        self._translate = translate

    def __missing__(self, name: str) -> str:
        if len(self) >= _CACHE_MAX:
            self.clear()
        translated = self[name] = self._translate(name)
        return translated


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """A resolved @context, the core included.

    wire: the user's @context as given, without the core (URL, object or list); None where there is only the core.
    key: equal for equal wires; good for caches. terms: term -> IRI, None where the @context gives it no meaning.
    prefixes: the terms that may stand before a colon.
    expanded, names, compacted: what the methods do as mappings, for the hot path. names expands like expanded, but only
    what may name an entity type or an attribute.
    """

    wire: Json
    key: str
    terms: Mapping[str, str | None]
    prefixes: Mapping[str, str]
    expanded: Mapping[str, str] = field(init=False, repr=False)
    names: Mapping[str, str] = field(init=False, repr=False)
    compacted: Mapping[str, str] = field(init=False, repr=False)
    _inverse: Mapping[str, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_inverse", _invert(self.terms))
        object.__setattr__(self, "expanded", _Names(self._expand))
        object.__setattr__(self, "names", _Names(self._expand_name))
        object.__setattr__(self, "compacted", _Names(self._compact))

    @property
    def body(self) -> Json:
        """What ``@context`` holds in a JSON-LD answer."""
        return CORE_URL if self.wire is None else self.wire

    def expand(self, term: str) -> str:
        """URI of a term, compact IRI or URI. Raises BadRequestData where the @context maps it to nothing."""
        return self.expanded[term]

    def compact(self, uri: str) -> str:
        """Shortest name that expands to this URI; the URI itself where there is none."""
        return self.compacted[uri]

    def _expand(self, name: str) -> str:
        iri = expand_iri(name, self.terms, self.prefixes, DEFAULT_VOCAB)
        if iri is None:
            raise BadRequestData(f"The @context gives {name!r} no meaning (it is mapped to null).")
        return iri

    def _expand_name(self, name: str) -> str:
        iri = self.expanded[name]
        if not (_NAME.fullmatch(name) or name in self.terms or is_uri(name)):
            raise BadRequestData(
                f"{name[:200]!r} is not a name: a letter, then letters, digits and _, or a URI (clause 4.6.2)."
            )
        if iri.startswith("@"):
            raise BadRequestData(f"{name!r} stands for the keyword {iri} and cannot name a type or an attribute.")
        return iri

    def _compact(self, uri: str) -> str:
        for name in self._short_names(uri):
            if expand_iri(name, self.terms, self.prefixes, DEFAULT_VOCAB) == uri:
                return name
        return uri

    def _short_names(self, uri: str) -> list[str]:
        """Candidates in the order of JSON-LD's IRI compaction: term, vocabulary, prefix."""
        names = [self._inverse[uri]] if uri in self._inverse else []
        if uri.startswith(DEFAULT_VOCAB) and len(uri) > len(DEFAULT_VOCAB):
            names.append(uri[len(DEFAULT_VOCAB) :])
        fitting = [
            f"{prefix}:{uri[len(iri) :]}"
            for prefix, iri in self.prefixes.items()
            if uri.startswith(iri) and len(uri) > len(iri)
        ]
        return names + sorted(fitting, key=_shortest)


def _shortest(name: str) -> tuple[int, str]:
    return len(name), name


def _invert(terms: Mapping[str, str | None]) -> dict[str, str]:
    inverse: dict[str, str] = {}
    for term in sorted(terms, key=_shortest):
        iri = terms[term]
        if iri is not None:
            inverse.setdefault(iri, term)
    return inverse


def expand_iri(
    name: str, terms: Mapping[str, str | None], prefixes: Mapping[str, str], vocab: str | None
) -> str | None:
    """IRI of a name; None where it is mapped to nothing. Source: JSON-LD 1.1 API, clause 5.2 (vocab true)."""
    if name in terms:
        return terms[name]
    prefix, colon, suffix = name.partition(":")
    if colon:
        if prefix in prefixes and not suffix.startswith("//"):
            return prefixes[prefix] + suffix
        return name
    if name.startswith("@"):
        return name
    return None if vocab is None else vocab + name


@dataclass(slots=True)
class _Active:
    """The @context while it is being put together; local contexts are applied to it one after the other."""

    terms: dict[str, str | None] = field(default_factory=dict)
    prefixes: dict[str, str] = field(default_factory=dict)
    vocab: str | None = DEFAULT_VOCAB

    def clear(self) -> None:
        self.terms.clear()
        self.prefixes.clear()
        self.vocab = DEFAULT_VOCAB

    def apply(self, local: Mapping[str, Json], at: Pointer) -> None:
        if "@vocab" in local:
            self.vocab = self._vocab(local["@vocab"], at / "@vocab")
        definitions = {term: value for term, value in local.items() if not term.startswith("@")}
        done: dict[str, bool] = {}
        for term in definitions:
            self._define(term, definitions, done, at)

    def _vocab(self, value: Json, at: Pointer) -> str | None:
        if value is None:
            return None
        if not isinstance(value, str):
            raise BadRequestData("@vocab must be a text or null.", at)
        return expand_iri(value, self.terms, self.prefixes, self.vocab)

    def _define(self, term: str, definitions: Mapping[str, Json], done: dict[str, bool], at: Pointer) -> None:
        """Source: JSON-LD 1.1 API, clause 4.2, as far as names go. done: False while a term is being defined."""
        if term in done:
            if not done[term]:
                raise BadRequestData(f"The @context defines {term!r} by itself.", at / term)
            return
        if not term:
            raise BadRequestData("A @context term must not be empty.", at)
        done[term] = False
        identifier, simple, prefix = _definition(term, definitions[term], at / term)
        self.terms.pop(term, None)
        self.prefixes.pop(term, None)
        iri = None
        if identifier is not None:
            self._define_needed(identifier, term, definitions, done, at)
            iri = expand_iri(identifier, self.terms, self.prefixes, self.vocab)
        self.terms[term] = iri
        if iri and not iri.startswith("@") and ":" not in term and (prefix or (simple and iri[-1] in _GEN_DELIMS)):
            self.prefixes[term] = iri
        done[term] = True

    def _define_needed(
        self, identifier: str, term: str, definitions: Mapping[str, Json], done: dict[str, bool], at: Pointer
    ) -> None:
        prefix = identifier.partition(":")[0]
        for needed in (identifier, prefix):
            if needed in definitions and needed != term:
                self._define(needed, definitions, done, at)


def _definition(term: str, value: Json, at: Pointer) -> tuple[str | None, bool, bool]:
    """(what the term stands for before expansion, simple, prefix) of one term definition."""
    if value is None:
        return None, False, False
    if isinstance(value, str):
        return value, True, False
    if not isinstance(value, dict):
        raise BadRequestData("A term of a @context is defined by a text, an object or null.", at)
    if "@context" in value:
        raise BadRequestData("A @context must not contain scoped contexts (clause 5.5.7).", at / "@context")
    if "@reverse" in value:
        return None, False, False
    identifier = value.get("@id", term)
    if identifier is not None and not isinstance(identifier, str):
        raise BadRequestData("@id of a term must be a text or null.", at / "@id")
    return identifier, False, value.get("@prefix") is True


def is_core_url(url: str) -> bool:
    """Any published version of the core @context: known offline, always read as ours."""
    return _CORE_URL.fullmatch(url) is not None


def _finished(active: _Active, wire: Json) -> Context:
    key = (
        ""
        if wire is None
        else wire
        if isinstance(wire, str)
        else orjson.dumps(wire, option=orjson.OPT_SORT_KEYS).decode()
    )
    prefixes = {name: iri for name, iri in active.prefixes.items() if name not in core_terms.TERMS}
    prefixes |= {name: core_terms.TERMS[name] for name in core_terms.PREFIXES}
    return Context(wire, key, active.terms | core_terms.TERMS, prefixes)


CORE: Final = _finished(_Active(), None)
"""Only the core @context and its default vocabulary."""


def user_part(spec: Json) -> Json:
    """The @context as given without the core: None where nothing is left, a bare item where one is."""
    if not isinstance(spec, list):
        return None if spec is None or spec == {} or (isinstance(spec, str) and is_core_url(spec)) else spec
    items = [item for item in map(user_part, spec) if item is not None]
    return items[0] if len(items) == 1 else items or None


async def resolve(spec: Json, loader: Loader, *, at: Pointer = ROOT) -> Context:
    """Context of what stands in ``@context`` or in a Link header: null, URL, object or (nested) list of these.

    Raises BadRequestData (not a @context; ``at`` is its place) and ContextNotAvailable (a URL in it cannot be had).
    """
    wire = user_part(spec)
    if wire is None:
        return CORE
    active = _Active()
    await _apply(active, spec, loader, at, ())
    return _finished(active, wire)


async def _apply(active: _Active, spec: Json, loader: Loader, at: Pointer, path: tuple[str, ...]) -> None:
    """path: the URLs that led here, outermost first."""
    match spec:
        case None:
            active.clear()
        case str():
            await _apply_url(active, spec, loader, at, path)
        case list():
            for index, item in enumerate(spec):
                await _apply(active, item, loader, at / index, path)
        case dict():
            if "@import" in spec:
                await _apply(active, spec["@import"], loader, at / "@import", path)
            active.apply(spec, at)
        case _:
            raise BadRequestData("A @context is a URL, an object, or a list of these.", at)


async def _apply_url(active: _Active, url: str, loader: Loader, at: Pointer, path: tuple[str, ...]) -> None:
    if is_core_url(url):
        return
    if not url.startswith(("http://", "https://")):
        raise BadRequestData(f"A @context must be an http or https URL, this is {url[:200]!r}.", at)
    if url in path or len(path) >= _NESTING_MAX:
        raise ContextNotAvailable(url, "it includes itself, or too many contexts include each other")
    document = await loader.load(url)
    if not isinstance(document, dict) or "@context" not in document:
        raise ContextNotAvailable(url, "the document has no @context member")
    try:
        await _apply(active, document["@context"], loader, ROOT / "@context", (*path, url))
    except BadRequestData as exc:
        raise BadRequestData(f"The @context {url} cannot be used: {exc.detail}", at) from exc


def freeze(context: Context) -> Json:
    """All a context knows as plain JSON, so that it can be kept and used again without its URLs."""
    own = {term: iri for term, iri in context.terms.items() if term not in core_terms.TERMS}
    prefixes = [name for name in context.prefixes if name not in core_terms.TERMS]
    return {"wire": context.wire, "terms": own, "prefixes": prefixes}


def thaw(frozen: Json) -> Context:
    """The context that freeze was given."""
    if frozen["wire"] is None:
        return CORE
    terms = frozen["terms"]
    return _finished(_Active(terms, {name: terms[name] for name in frozen["prefixes"]}), frozen["wire"])
