"""One HTTP exchange of the NGSI-LD door as plain values.

Starlette's Request and Response are left out here on purpose: together they cost about as much as the answer itself
when that is a finished rendering (bench/).
"""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

import orjson

from madang.errors import ROOT, BadRequestData, Fault, InvalidRequest, NotFound, TooLarge
from madang.model.entity import Json
from madang.ngsild.context import CORE, CORE_URL, Context
from madang.ngsild.parse import parse_json

from .city import City
from .negotiation import JSON, LD, choose, context_link, media_type, parse_link
from .problems import report

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

TENANT = "ngsild-tenant"
TENANT_MAX = 128
WITH_BODY = frozenset({"POST", "PATCH", "PUT"})


@dataclass(frozen=True, slots=True)
class Answer:
    """status, headers as lower-case name and value, body as finished bytes."""

    status: int
    body: bytes = b""
    headers: Sequence[tuple[str, str]] = ()


NO_CONTENT = Answer(204)
_NO_OPTIONS: frozenset[str] = frozenset()
_CORE_LINK = context_link(CORE_URL)


@dataclass(slots=True)
class Call:
    """A request. media: of the answer. path: path parameters, decoded. headers: lower-case names."""

    city: City
    method: str
    path: Mapping[str, str]
    params: Mapping[str, str]
    headers: Mapping[str, str]
    tenant: str
    media: str
    url: str
    receive: Receive
    options: frozenset[str]
    context_spec: Json = None

    async def linked_context(self) -> Context:
        """Context of the Link header; the core one where there is none."""
        link = self.headers.get("link")
        url = parse_link(link) if link else None
        return CORE if url is None else await self.city.contexts.resolve(self.tenant, url)

    async def body(self) -> Json:
        """The JSON body. Raises TooLarge before all of it is read, InvalidRequest where it is not JSON."""
        most = self.city.settings.int("body_max")
        raw = await read_body(self.receive, int(self.headers.get("content-length") or 0), most)
        return parse_json(raw, depth_max=self.city.settings.int("depth_max"))

    @property
    def is_ld(self) -> bool:
        return media_type(self.headers.get("content-type", "")) == LD

    async def context_of(self, doc: Json) -> Context:
        """The context a body's names are to be read with. Source: clause 6.3.5."""
        inside = isinstance(doc, dict) and "@context" in doc
        if not self.is_ld:
            if inside:
                raise BadRequestData(
                    f"A body of type {JSON} must not have @context; use {LD} or a Link header.", "/@context"
                )
            return await self.linked_context()
        self.refuse_link()
        if not inside:
            raise BadRequestData(f"A body of type {LD} must have @context.", "/@context")
        return await self.city.contexts.resolve(self.tenant, doc["@context"], at=ROOT / "@context")

    def refuse_link(self) -> None:
        """Raises BadRequestData where a Link header names a context besides the one in an ld+json body."""
        link = self.headers.get("link")
        if link and parse_link(link) is not None:
            raise BadRequestData(
                f"A body of type {LD} has its @context inside; the Link header must not name one.", "Link"
            )

    async def document(self) -> tuple[Json, Context]:
        """A JSON object as body, its @context taken out (see context_spec), and the context."""
        doc = await self.body()
        if not isinstance(doc, dict):
            raise BadRequestData("The body must be a JSON object.")
        if not doc:
            raise InvalidRequest("The body is empty.")
        context = await self.context_of(doc)
        self.context_spec = doc.get("@context")
        return {name: value for name, value in doc.items() if name != "@context"}, context

    async def give(
        self, doc: Json, context: Context, *, status: int = 200, headers: Sequence[tuple[str, str]] = ()
    ) -> Answer:
        """Answer with JSON in the negotiated media type; the context goes into the body or the Link header."""
        if self.media == LD:
            doc = _with_context(doc, context)
        return await self.give_bytes(orjson.dumps(doc), context, status=status, headers=headers)

    async def give_bytes(
        self, body: bytes, context: Context, *, status: int = 200, headers: Sequence[tuple[str, str]] = ()
    ) -> Answer:
        """As give, but the body is finished (for ld+json with its @context in it)."""
        all_headers = [("content-type", self.media), *headers]
        if self.media != LD:
            all_headers.append(("link", await self.link(context)))
        return Answer(status, body, all_headers)

    async def link(self, context: Context) -> str:
        if context.wire is None:
            return _CORE_LINK
        return context_link(await self.city.contexts.host_implicitly(self.tenant, context.wire))

    def created(self, location: str, headers: Sequence[tuple[str, str]] = ()) -> Answer:
        return Answer(201, headers=[("location", location), *headers])


def _with_context(doc: Json, context: Context) -> Json:
    if isinstance(doc, list):
        return [_with_context(item, context) for item in doc]
    return {"@context": context.body, **doc} if isinstance(doc, dict) else doc


async def read_body(receive: Receive, announced: int, most: int) -> bytes:
    """The whole body. Raises TooLarge as soon as more than ``most`` bytes are announced or have come."""
    if announced > most:
        raise TooLarge(f"The body has {announced} bytes; at most {most} are taken (setting body_max).")
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise InvalidRequest("The connection was closed before the whole body had come.")
        part = message.get("body", b"")
        if part:
            parts.append(part)
            size += len(part)
            if size > most:
                raise TooLarge(f"The body has more than {most} bytes (setting body_max).")
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


Handler = Callable[[Call], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Operation:
    """One row of the door's table. path: Starlette's form, below the API's root, without a slash at its end.

    params: query parameters it knows; any other is refused (clause 6.3.20). gives: media types it can answer with.
    takes: media types of its body.
    """

    method: str
    path: str
    handler: Handler
    params: frozenset[str] = frozenset()
    gives: tuple[str, ...] = (JSON, LD)
    takes: tuple[str, ...] = (JSON, LD)


COMMON_PARAMS = frozenset({"options", "local"})


class Door:
    """ASGI application of one city's NGSI-LD API, to be mounted anywhere.

    Finds the operation, checks what comes before its work, and answers errors. It reads the raw path, because ids and
    attribute names are URIs that may hold an encoded slash.
    """

    def __init__(self, city: City, operations: Sequence[Operation]) -> None:
        self._city = city
        self._tree: _Node = _Node()
        for operation in operations:
            self._tree.at(operation.path.strip("/").split("/")).operations[operation.method] = operation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            answer = await self._answer(scope, receive, headers)
        except Exception as exc:  # noqa: BLE001 - the request boundary: whatever it is becomes a response
            body = report(exc, scope["method"], scope["path"])
            answer = Answer(body["status"], orjson.dumps(body), [("content-type", JSON)])
        await _send(answer, headers.get(TENANT, ""), send)

    async def _answer(self, scope: Scope, receive: Receive, headers: Mapping[str, str]) -> Answer:
        node, path = self._tree.find(_segments(scope))
        method = scope["method"]
        operation = node.operations.get(method)
        if operation is None:
            return Answer(405, headers=[("allow", ", ".join(sorted(node.operations)))])
        if method in WITH_BODY:
            # Clause 6.3.4: these two are answered without a body, whatever the request is about.
            if "content-length" not in headers:
                return Answer(411)
            if media_type(headers.get("content-type", "")) not in operation.takes:
                return Answer(415)
        media = choose(headers.get("accept", ""), operation.gives)
        if media is None:
            return Answer(406)
        params = parse_params(scope["query_string"], operation.params)
        options = frozenset(params["options"].split(",")) if "options" in params else _NO_OPTIONS
        tenant = parse_tenant(headers)
        return await operation.handler(
            Call(self._city, method, path, params, headers, tenant, media, scope["path"], receive, options)
        )


@dataclass(slots=True)
class _Node:
    """One step of a path: what may follow it by name, what follows it as a parameter, and what can be done here."""

    named: dict[str, "_Node"] = field(default_factory=dict)
    parameter: tuple[str, "_Node"] | None = None
    operations: dict[str, Operation] = field(default_factory=dict)

    def at(self, steps: Sequence[str]) -> "_Node":
        """The node for a template's steps, made where missing."""
        node = self
        for step in steps:
            if not step.startswith("{"):
                node = node.named.setdefault(step, _Node())
            else:
                if node.parameter is None:
                    node.parameter = (step[1:-1], _Node())
                node = node.parameter[1]
        return node

    def find(self, steps: Sequence[str]) -> tuple["_Node", Mapping[str, str]]:
        """Raises NotFound where no operation has such a path."""
        node, path = self, {}
        for step in steps:
            following = node.named.get(step)
            if following is None:
                if node.parameter is None:
                    raise NotFound("/".join(steps), f"There is nothing at {'/'.join(steps)!r} in this API.")
                name, following = node.parameter
                path[name] = unquote(step) if "%" in step else step
            node = following
        if not node.operations:
            raise NotFound("/".join(steps), f"There is nothing at {'/'.join(steps)!r} in this API.")
        return node, path


def _segments(scope: Scope) -> Sequence[str]:
    """The path below the API's root, in its encoded steps; a slash at its end does not matter."""
    raw = scope.get("raw_path") or quote(scope["path"]).encode()
    below = raw.decode("latin-1").partition("?")[0][len(scope.get("root_path", "")) :]
    steps = below.strip("/").split("/")
    if "" in steps and len(steps) > 1:
        raise BadRequestData(f"A part of the path is empty: {below!r}.")
    return steps


def parse_params(query: bytes, known: frozenset[str]) -> Mapping[str, str]:
    """Query parameters. Raises InvalidRequest for one the operation does not know (clause 6.3.20)."""
    if not query:
        return {}
    try:
        params = dict(parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict"))
    except (UnicodeDecodeError, ValueError) as exc:
        raise InvalidRequest(f"The query string is not percent-encoded UTF-8: {exc}.") from exc
    unknown = params.keys() - known - COMMON_PARAMS
    if unknown:
        name = min(unknown)
        raise InvalidRequest(
            f"{name!r} is not a parameter of this operation.", faults=(Fault("unknown parameter", name),)
        )
    return params


def parse_tenant(headers: Mapping[str, str]) -> str:
    tenant = headers.get(TENANT, "")
    if len(tenant) > TENANT_MAX or not tenant.isprintable():
        raise BadRequestData(f"A tenant's name has at most {TENANT_MAX} printable characters.", "NGSILD-Tenant")
    return tenant


async def _send(answer: Answer, tenant: str, send: Send) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in answer.headers]
    if tenant:
        headers.append((b"ngsild-tenant", tenant.encode("latin-1")))
    if answer.status != 204:  # clause 6.3.6: no Content-Length with 204
        headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
