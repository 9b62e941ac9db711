"""Where the packs, cities and shared places data that come with madang lie."""

from importlib.resources import files
from pathlib import Path
from typing import Literal

from madang.errors import ConfigError


def shipped(kind: Literal["packs", "cities", "places"]) -> Path:
    """In an installed wheel ``madang/share/<kind>``, in a checkout ``<kind>`` at its root. Raises ConfigError."""
    package = Path(str(files("madang")))
    for directory in (package / "share" / kind, package.parent.parent / kind):
        if directory.is_dir():
            return directory
    raise ConfigError(f"{kind} that come with madang are missing from {package}; install madang again.")
