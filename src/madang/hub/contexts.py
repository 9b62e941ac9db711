"""@contexts: those kept here for others, and those fetched from elsewhere. Source: GS CIM 009 v1.9.1, clause 5.13."""

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import uuid4

import msgspec
import orjson

from madang.errors import ROOT, BadRequestData, InvalidRequest, NotFound, Pointer
from madang.model.entity import Json
from madang.ngsild import context as core
from madang.ngsild.context import CORE, CORE_URL, Context, core_document
from madang.ports.clock import Clock
from madang.ports.documents import DocumentStore
from madang.ports.outside import ContextLoader

from .turns import Turns

ContextKind = Literal["Hosted", "Cached", "ImplicitlyCreated"]

COLLECTION = "context"
PATH = "/jsonldContexts/"


class HostedContext(msgspec.Struct, frozen=True):
    """A context kept here, as it lies in the document store. document: ``{"@context": ...}``."""

    kind: ContextKind
    document: Json
    created_at: datetime


@dataclass(frozen=True, slots=True)
class KnownContext:
    """One context this hub can serve or has used. hits: since the hub started."""

    local_id: str
    url: str
    kind: ContextKind
    document: Json
    created_at: datetime
    last_used: datetime | None = None
    hits: int = 0


@dataclass(slots=True)
class _Use:
    hits: int = 0
    last_used: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Cached:
    document: Json
    created_at: datetime


class Contexts:
    """Resolves what stands in ``@context`` or a Link header, and remembers what it fetched.

    base_url: where this hub's NGSI-LD API is reached from outside; hosted contexts live below it.
    """

    def __init__(
        self, documents: DocumentStore, loader: ContextLoader, clock: Clock, *, base_url: str, cached_max: int = 256
    ) -> None:
        self._documents = documents
        self._loader = loader
        self._clock = clock
        self._base_url = base_url.rstrip("/")
        self._cached_max = cached_max
        self._cached: OrderedDict[str, _Cached] = OrderedDict()
        self._resolved: dict[tuple[str, str], Context] = {}
        self._uses: dict[str, _Use] = {}
        self._turns = Turns()
        self._since = clock.now()

    # Using

    async def resolve(self, tenant: str, spec: Json, *, at: Pointer = ROOT) -> Context:
        """See ngsild.context.resolve; a spec seen before costs a look-up."""
        if spec is None:
            return CORE
        self._note_use(spec)
        key = (tenant, spec if isinstance(spec, str) else orjson.dumps(spec).decode())
        found = self._resolved.get(key)
        if found is None:
            found = await core.resolve(spec, _Bound(self, tenant), at=at)
            if len(self._resolved) >= self._cached_max:
                self._resolved.clear()
            self._resolved[key] = found
        return found

    def _note_use(self, spec: Json) -> None:
        for url in spec if isinstance(spec, list) else (spec,):
            if isinstance(url, str):
                use = self._uses.setdefault(url.rpartition(PATH)[2], _Use())
                use.hits += 1
                use.last_used = self._clock.now()

    async def load(self, tenant: str, url: str) -> Json:
        """The document behind a URL: hosted here, fetched before, or fetched now."""
        hosted = await self._find_hosted(tenant, url)
        if hosted is not None:
            return hosted.document
        async with self._turns.of([url]):
            cached = self._cached.get(url)
            if cached is None:
                cached = await self._fetch(url)
            self._cached.move_to_end(url)
        return cached.document

    async def _fetch(self, url: str) -> _Cached:
        document = await self._loader.load(url)
        if not isinstance(document, dict) or "@context" not in document:
            raise BadRequestData(f"What {url} gives is not a @context: it has no @context member.", "@context")
        cached = self._cached[url] = _Cached(document, self._clock.now())
        while len(self._cached) > self._cached_max:
            self._cached.popitem(last=False)
        return cached

    # Hosting

    async def add(self, tenant: str, document: Json, kind: ContextKind = "Hosted") -> KnownContext:
        """Keep a context for others. Raises InvalidRequest unless it is ``{"@context": ...}``, BadRequestData,
        ContextNotAvailable where it names one that cannot be had."""
        if not isinstance(document, dict) or "@context" not in document:
            raise InvalidRequest("A context is an object with the member @context.")
        await core.resolve(document["@context"], _Bound(self, tenant), at=ROOT / "@context")
        hosted = HostedContext(kind, {"@context": document["@context"]}, self._clock.now())
        local_id = str(uuid4())
        await self._documents.put(COLLECTION, tenant, local_id, msgspec.json.encode(hosted))
        return self._known_hosted(local_id, hosted)

    async def host_implicitly(self, tenant: str, wire: Json) -> str:
        """URL of a context that came inline; the same one is kept once. A plain URL is given back as it is."""
        if wire is None:
            return CORE_URL
        if isinstance(wire, str):
            return wire
        body = orjson.dumps(wire, option=orjson.OPT_SORT_KEYS)
        local_id = hashlib.sha256(body).hexdigest()[:32]
        if await self._documents.get(COLLECTION, tenant, local_id) is None:
            hosted = HostedContext("ImplicitlyCreated", {"@context": wire}, self._clock.now())
            await self._documents.put(COLLECTION, tenant, local_id, msgspec.json.encode(hosted))
            self._note_use(self._url(local_id))
        return self._url(local_id)

    async def list(self, tenant: str, kind: ContextKind | None = None) -> Sequence[KnownContext]:
        """Hosted ones in the order of their ids, then those fetched, longest unused first; the core one is left out."""
        found = await self._documents.scan(COLLECTION, tenant)
        known = [self._known_hosted(key, _decode(body)) for (_, key), body in found.items()]
        known += [self._known_cached(url, cached) for url, cached in self._cached.items()]
        return [item for item in known if kind in (None, item.kind)]

    async def retrieve(self, tenant: str, name: str) -> KnownContext:
        """name: local id or URL. Raises NotFound."""
        if core.is_core_url(name):
            return self._used(KnownContext(_local_id(name), name, "Cached", core_document(), self._since))
        hosted = await self._find_hosted(tenant, name)
        if hosted is not None:
            return self._known_hosted(name.rpartition(PATH)[2], hosted)
        for url, cached in self._cached.items():
            if name in (url, _local_id(url)):
                return self._known_cached(url, cached)
        raise NotFound(name)

    async def delete(self, tenant: str, name: str) -> None:
        """Raises NotFound, and BadRequestData for the core context."""
        if core.is_core_url(name):
            raise BadRequestData("The core @context cannot be deleted.", "contextId")
        known = await self.retrieve(tenant, name)
        if known.kind == "Cached":
            del self._cached[known.url]
        else:
            await self._documents.delete(COLLECTION, tenant, known.local_id)
        self._resolved.clear()

    async def reload(self, tenant: str, name: str) -> None:
        """Fetch a cached context anew. Raises BadRequestData where there is none of that name, ContextNotAvailable
        where it cannot be had (the old one then stays)."""
        if core.is_core_url(name):
            return
        known = [item for item in await self.list(tenant, "Cached") if name in (item.url, item.local_id)]
        if not known:
            raise BadRequestData("Only a cached @context can be reloaded.", "reload")
        await self._fetch(known[0].url)
        self._resolved.clear()

    # Inside

    async def _find_hosted(self, tenant: str, name: str) -> HostedContext | None:
        """By local id, or by a URL that ends in one."""
        body = await self._documents.get(COLLECTION, tenant, name.rpartition(PATH)[2])
        return None if body is None else _decode(body)

    def _url(self, local_id: str) -> str:
        return f"{self._base_url}{PATH}{local_id}"

    def _known_hosted(self, local_id: str, hosted: HostedContext) -> KnownContext:
        return self._used(KnownContext(local_id, self._url(local_id), hosted.kind, hosted.document, hosted.created_at))

    def _known_cached(self, url: str, cached: _Cached) -> KnownContext:
        return self._used(KnownContext(_local_id(url), url, "Cached", cached.document, cached.created_at))

    def _used(self, known: KnownContext) -> KnownContext:
        use = self._uses.get(known.url.rpartition(PATH)[2])
        return known if use is None else replace(known, hits=use.hits, last_used=use.last_used)


@dataclass(frozen=True, slots=True)
class _Bound:
    """Loader of one tenant: hosted contexts are seen by their own tenant only (clause 5.5.10)."""

    contexts: Contexts
    tenant: str

    async def load(self, url: str) -> Json:
        return await self.contexts.load(self.tenant, url)


def _decode(body: bytes) -> HostedContext:
    return msgspec.json.decode(body, type=HostedContext)


def _local_id(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()[:32]
