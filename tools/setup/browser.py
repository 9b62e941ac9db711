"""Finds a Chromium that starts on this machine, or gets one; prints its path. The tests drive it.

Tried in this order: one that is installed, Playwright's own (download), Debian's package (as root). Each is started
once, because a browser that is there may still lack a library it is linked to.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = """\
madang: there is no Chromium on this machine that starts, and none could be fetched (see above).
Install one (Debian: sudo apt-get install chromium) and run make again,
or name one: MADANG_BROWSER=/path/to/chromium make test
"""


def main() -> int:
    for way in (named, installed, playwrights, debians):
        for path in way():
            if starts(path):
                print(path)
                return 0
    sys.stderr.write(MISSING)
    return 1


def named() -> Iterator[str]:
    if path := os.environ.get("MADANG_BROWSER"):
        yield path


def installed() -> Iterator[str]:
    yield from filter(None, map(shutil.which, NAMES))


def playwrights() -> Iterator[str]:
    yield from playwrights_path()
    # Seconds where the download works; where its hosts cannot be reached it tries several of them, hence the limit.
    if run([sys.executable, "-m", "playwright", "install", "chromium"], limit_s=300):
        yield from playwrights_path()


def playwrights_path() -> Iterator[str]:
    # In a process of its own: only its driver knows the path, and the driver must not outlive the question.
    ask = "from playwright.sync_api import sync_playwright as p\nwith p() as d: print(d.chromium.executable_path)"
    path = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=False).stdout.strip()
    if path and Path(path).exists():
        yield path


def debians() -> Iterator[str]:
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    run(["apt-get", "update", "-qq"], limit_s=300)
    if run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], limit_s=1200):
        yield from installed()


def starts(path: str) -> bool:
    """Whether the browser at `path` renders an empty page."""
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", "about:blank"]
    return run([path, *flags], limit_s=60)


def run(command: list[str], *, limit_s: float) -> bool:
    """Whether `command` succeeds in time. What it prints goes to stderr when it fails: stdout is for the path."""
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=limit_s, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as exc:
        print(f"madang: {exc}", file=sys.stderr)
        return False
    if done.returncode:
        print(f"madang: {' '.join(command)} failed:\n{done.stdout[-2000:]}", file=sys.stderr)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
