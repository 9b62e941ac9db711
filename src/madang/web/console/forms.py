"""Forms as browsers send them, read within a stated size and no further."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.types import Message, Receive

from madang.errors import BadRequestData, TooLarge

FILES_MAX = 1
FIELDS_MAX = 200


@asynccontextmanager
async def bounded_form(request: Request, most: int) -> AsyncIterator[FormData]:
    """The fields and the one file of a form of at most so many bytes, urlencoded or multipart.

    Raises TooLarge as soon as more have come (or are announced), BadRequestData for what is no form.
    """
    bounded = Request(request.scope, _once(await _body(request, most)))
    try:
        form = await bounded.form(max_files=FILES_MAX, max_fields=FIELDS_MAX, max_part_size=most)
    except HTTPException as exc:
        raise BadRequestData(f"The form cannot be read: {exc.detail}", "form") from exc
    except MultiPartException as exc:  # where no Starlette application stands around it
        raise BadRequestData(f"The form cannot be read: {exc.message}", "form") from exc
    try:
        yield form
    finally:
        await form.close()


def text_of(form: FormData, name: str) -> str:
    """A field's text, "" where there is none; of one that is sent several times all of them with ``;`` between.

    Raises BadRequestData for a file in its place.
    """
    values = form.getlist(name)
    texts = [one for one in values if isinstance(one, str)]
    if len(texts) < len(values):
        raise BadRequestData(f"{name[:40]} is a file where a text belongs.", name[:40])
    return ";".join(texts)


async def _body(request: Request, most: int) -> bytes:
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdecimal() and (len(length) > 12 or int(length) > most):
        raise TooLarge(_too_large(most))
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise TooLarge(_too_large(most))
        parts.append(part)
    return b"".join(parts)


def _too_large(most: int) -> str:
    return f"What was sent is larger than {most:,} bytes; send it in parts."


def _once(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
