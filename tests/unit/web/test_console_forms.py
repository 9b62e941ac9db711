"""Forms within a stated size: more is refused while it comes, files are no texts, and what is no form is said so."""

from collections.abc import Sequence

import pytest
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.types import Message

from madang.errors import BadRequestData, TooLarge
from madang.web.console.forms import FIELDS_MAX, bounded_form, text_of

PLAIN = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=x"
FILE = (
    b'--x\r\nContent-Disposition: form-data; name="note"; filename="n.txt"\r\nContent-Type: text/plain\r\n\r\n'
    b"a note\r\n--x--\r\n"
)


class Sent:
    """A request in pieces, which counts how many of them were asked for."""

    def __init__(self, pieces: Sequence[bytes], kind: str = PLAIN, length: str = "") -> None:
        self.pieces = list(pieces)
        self.taken = 0
        headers = [(b"content-type", kind.encode()), *([(b"content-length", length.encode())] if length else [])]
        self.request = Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, self.receive)

    async def receive(self) -> Message:
        piece = self.pieces[self.taken]
        self.taken += 1
        return {"type": "http.request", "body": piece, "more_body": self.taken < len(self.pieces)}


async def test_the_texts_of_a_form_are_read_and_repeated_ones_joined() -> None:
    async with bounded_form(Sent([b"a=1&b=%ED%95", b"%9C&a=2&c="]).request, 100) as form:
        assert [text_of(form, name) for name in ("a", "b", "c", "d")] == ["1;2", "한", "", ""]


async def test_more_than_the_limit_is_refused_as_soon_as_it_has_come() -> None:
    sent = Sent([b"a=" + b"x" * 60, b"x" * 60, b"x" * 60, b"x"])
    with pytest.raises(TooLarge, match="larger than 100 bytes"):
        async with bounded_form(sent.request, 100):
            pass
    assert sent.taken == 2


@pytest.mark.parametrize("length", ["101", "9" * 40])
async def test_more_than_the_limit_is_refused_unread_where_it_is_announced(length: str) -> None:
    sent = Sent([b"a=1"], length=length)
    with pytest.raises(TooLarge):
        async with bounded_form(sent.request, 100):
            pass
    assert sent.taken == 0


async def test_a_form_of_just_the_limit_is_taken_whole() -> None:
    async with bounded_form(Sent([b"a=" + b"x" * 98], length="100").request, 100) as form:
        assert len(text_of(form, "a")) == 98


async def test_a_file_is_no_text() -> None:
    async with bounded_form(Sent([FILE], PARTS).request, 1000) as form:
        assert isinstance(form["note"], UploadFile)
        with pytest.raises(BadRequestData, match="note is a file where a text belongs"):
            text_of(form, "note")


@pytest.mark.parametrize(
    "body",
    [
        FILE.replace(b"--x--", b"--x") + FILE,
        b"".join(b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' for _ in range(FIELDS_MAX + 1))
        + b"--x--\r\n",
        b"--y\r\nnonsense",
    ],
)
async def test_what_is_no_form_of_ours_is_refused_in_words(body: bytes) -> None:
    with pytest.raises(BadRequestData, match="form cannot be read"):
        async with bounded_form(Sent([body], PARTS).request, 100_000):
            pass
