"""The load generator counts what a server really answered."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from bench.client import Load, Measured, once, parse_head, request, run

HELLO = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"


class Answers:
    """A tiny server: ``answer`` gives the pieces of the n-th answer. asked: heads of the requests that came."""

    def __init__(self, answer: Callable[[int], list[bytes]]) -> None:
        self.answer = answer
        self.asked: list[bytes] = []
        self.port = 0
        self.serving: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.serving.add(task)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.asked.append(head)
                for piece in self.answer(len(self.asked)):
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
            await writer.wait_closed()


@asynccontextmanager
async def answering(answer: Callable[[int], list[bytes]]) -> AsyncIterator[Answers]:
    answers = Answers(answer)
    server = await asyncio.start_server(answers.serve, "127.0.0.1", 0)
    answers.port = server.sockets[0].getsockname()[1]
    async with server:
        yield answers
        await asyncio.gather(*answers.serving)


async def ask_once(answers: Answers, *, status: int = 200, count: int = 30) -> Measured:
    return await once("127.0.0.1", answers.port, [request("GET", f"/{n}") for n in range(count)], status, connections=4)


async def test_each_request_is_asked_once_and_each_answer_counted() -> None:
    async with answering(lambda _: [HELLO]) as answers:
        found = await ask_once(answers)
    assert (found.asked, found.answers, found.wrong) == (30, 30, 0)
    assert sorted(head.split()[1] for head in answers.asked) == sorted(f"/{n}".encode() for n in range(30))


async def test_an_answer_in_pieces_is_one_answer() -> None:
    async with answering(lambda _: [HELLO[:9], HELLO[9:35], HELLO[35:41], HELLO[41:]]) as answers:
        found = await ask_once(answers)
    assert (found.answers, found.wrong, len(answers.asked)) == (30, 0, 30)


async def test_another_status_is_wrong_and_told() -> None:
    error = b"HTTP/1.1 503 Busy\r\ncontent-length: 2\r\n\r\nno"
    async with answering(lambda n: [error if n == 7 else HELLO]) as answers:
        found = await ask_once(answers)
    assert found.wrong == 1
    assert found.first_wrong == "503 with 2 bytes came, 200 was expected"


async def test_a_body_of_another_size_is_wrong() -> None:
    async with answering(lambda _: [HELLO]) as answers:
        load = Load([request("GET", "/")], 200, frozenset({6}), connections=2, seconds=0.05, warm_up_s=0.0)
        found = await run("127.0.0.1", answers.port, load)
    assert found.wrong == found.asked == len(answers.asked)


async def test_no_content_needs_no_length() -> None:
    async with answering(lambda _: [b"HTTP/1.1 204 No Content\r\n\r\n"]) as answers:
        assert (await ask_once(answers, status=204)).wrong == 0


async def test_a_paced_load_keeps_its_rate() -> None:
    async with answering(lambda _: [HELLO]) as answers:
        load = Load([request("GET", "/")], 200, None, 4, seconds=0.2, warm_up_s=0.0, per_second=100.0)
        found = await run("127.0.0.1", answers.port, load)
    # 20 slots; a busy machine may be late for the last ones, and is never early.
    assert 1 <= found.asked <= 20
    assert found.asked == len(answers.asked)


async def test_a_closed_connection_ends_the_load() -> None:
    async def close(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(close, "127.0.0.1", 0)
    async with server:
        with pytest.raises(ConnectionError, match="the server closed a connection"):
            await once("127.0.0.1", server.sockets[0].getsockname()[1], [request("GET", "/")], 200)


async def test_an_answer_without_length_ends_the_load() -> None:
    async with answering(lambda _: [b"HTTP/1.1 200 OK\r\n\r\n"]) as answers:
        with pytest.raises(ValueError, match="needs Content-Length"):
            await ask_once(answers)


def test_head_names_status_and_length() -> None:
    assert parse_head(b"HTTP/1.1 201 Created\r\nlocation: /x\r\nContent-Length: 12") == (201, 12)


@pytest.mark.parametrize(("share", "expected"), [(0.0, 1.0), (0.5, 51.0), (0.99, 100.0), (1.0, 100.0)])
def test_latency_is_that_of_the_share(share: float, expected: float) -> None:
    found = Measured(100, 100, 0, "", 1.0, [n * 1_000_000 for n in range(100, 0, -1)])
    assert found.latency_ms(share) == expected
