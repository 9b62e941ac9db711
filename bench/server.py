"""Servers under measurement: each a process of its own, on a core of its own where there are two."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
HOST: Final = "127.0.0.1"
API: Final = "/ngsi-ld/v1"

IDLE_S: Final = 0.5
IDLE_SHARE: Final = 0.1

_CORES: Final = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
SERVER_CORES: Final = frozenset(_CORES[:1])
CLIENT_CORES: Final = frozenset(_CORES[1:] or _CORES)

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_CITY: Final = """
[city]
title = {en = "Bench"}
languages = ["en"]
timezone = "UTC"
centre = [126.77, 37.66]
"""


def pin_client() -> None:
    """Keep this process, the load generator, off the server's core."""
    if len(_CORES) > 1:
        os.sched_setaffinity(0, CLIENT_CORES)


@dataclass(slots=True)
class Server:
    """A running server. start_s: from its start to its first answer."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path
    start_s: float = 0.0
    _ended: bool = field(default=False, repr=False)

    @property
    def pid(self) -> int:
        return self.process.pid

    def cpu_s(self) -> float:
        """CPU time so far, user and system, of all its threads. Source: proc(5), stat fields 14 and 15."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def rss_bytes(self) -> int:
        """Memory that is its own and in RAM: resident pages less those shared with files. Source: proc(5), statm."""
        resident, shared = Path(f"/proc/{self.pid}/statm").read_text().split()[1:3]
        return (int(resident) - int(shared)) * os.sysconf("SC_PAGE_SIZE")

    def wait_until_idle(self, most_s: float = 30.0) -> None:
        """Return when it does no work of its own any more, such as moving what was just written into the history."""
        until = time.perf_counter() + most_s
        busy_s = 1.0
        while busy_s > IDLE_SHARE * IDLE_S and time.perf_counter() < until:
            before = self.cpu_s()
            time.sleep(IDLE_S)
            busy_s = self.cpu_s() - before

    def get(self, target: str, *, method: str = "GET", body: bytes | None = None) -> tuple[int, bytes]:
        """One request outside of any measurement: (status, body)."""
        connection = HTTPConnection(HOST, self.port, timeout=60)
        try:
            headers = {} if body is None else {"content-type": "application/json"}
            connection.request(method, target, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def kill(self) -> None:
        """kill -9: nothing is written that was not written yet."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, number: int) -> None:
        if self._ended:
            return
        self._ended = True
        self.process.send_signal(number)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextmanager
def serving(
    arguments: Sequence[str], port: int, *, probe: str, cores: frozenset[int] = SERVER_CORES, wait_s: float = 120.0
) -> Iterator[Server]:
    """Run this Python with the arguments until the block ends. Raises RuntimeError where ``probe`` is not answered."""
    with tempfile.NamedTemporaryFile(prefix="madang-bench-", suffix=".log") as log:
        begin = time.perf_counter()
        process = subprocess.Popen([sys.executable, *arguments], stdout=log, stderr=log, cwd=ROOT)
        if len(_CORES) > 1:
            os.sched_setaffinity(process.pid, cores)
        server = Server(process, port, Path(log.name))
        try:
            _wait(server, probe, begin + wait_s)
            server.start_s = time.perf_counter() - begin
            yield server
        finally:
            server.stop()


def _wait(server: Server, probe: str, until: float) -> None:
    while time.perf_counter() < until:
        if server.process.poll() is not None:
            break
        with suppress(OSError, HTTPException):
            status, _ = server.get(probe)
            if status == 200:
                return
        time.sleep(0.005)
    log = server.log.read_text(errors="replace")[-2000:]
    raise RuntimeError(f"{' '.join(map(str, server.process.args))} does not answer:\n{log}")  # type: ignore[arg-type]  # a list, as given above


@contextmanager
def constant(size: int, *, status: int = 200) -> Iterator[Server]:
    """The limit of the HTTP cases, see constant.py."""
    port = free_port()
    arguments = [str(ROOT / "bench" / "constant.py"), f"--port={port}", f"--size={size}", f"--status={status}"]
    with serving(arguments, port, probe="/") as server:
        yield server


@contextmanager
def madang(
    directory: Path, *, settings: Sequence[str] = (), cores: frozenset[int] = SERVER_CORES, wait_s: float = 120.0
) -> Iterator[Server]:
    """``madang serve`` of a city without packs and feeds, its state in ``directory``."""
    city = directory / "bench"
    city.mkdir(parents=True, exist_ok=True)
    (city / "city.toml").write_text(_CITY)
    port = free_port()
    sets = [f"--set={pair}" for pair in (f"port={port}", *settings)]
    arguments = ["-m", "madang", "serve", f"--city={city}", f"--data={directory / 'data'}", *sets]
    with serving(arguments, port, probe=f"{API}/types", cores=cores, wait_s=wait_s) as server:
        yield server


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
