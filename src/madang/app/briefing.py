"""Writes a city's briefing into a folder: PDF, HTML and data package, in one language."""

import asyncio
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from madang.district.briefing.content import check_language, programme_of
from madang.district.briefing.html import make_html
from madang.district.briefing.making import Materials, gather_materials
from madang.district.briefing.package import make_package
from madang.district.briefing.pdf import make_pdf
from madang.district.briefing.values import Briefing
from madang.errors import ConfigError

from .opening import Steps, open_city

BriefingForm = Literal["pdf", "html", "data", "all"]
FORMS: tuple[BriefingForm, ...] = ("pdf", "html", "data")


async def briefing(
    directory: Path,
    data: Path,
    overrides: Mapping[str, Any],
    lang: str,
    target: Path,
    form: BriefingForm,
    steps: Steps,
) -> str:
    """Brings the shipped records into a data directory that lacks them. Returns a sentence.

    Raises InvalidRequest for a language it does not speak, NotFound for a city without a programme of its own,
    ConfigError for a folder that cannot be written to.
    """
    check_language(lang)
    make_target(target)
    async with open_city(directory, data, overrides) as one:
        city = one.city
        steps(f"{city.name}: places", 0, None)
        await city.places.bring()
        maps = [base.file for base in city.profile.base if base.role == "area"]
        materials = await gather_materials(city.places, city.profile.title, maps)
        programme_of(materials.book)
        forms = FORMS if form == "all" else (form,)
        steps(f"{city.name}: briefing", 0, len(forms) + 1)
        made = await asyncio.to_thread(materials.compose, lang)
        files = []
        for number, kind in enumerate(forms, 1):
            steps(f"{city.name}: briefing", number, len(forms) + 1)
            body = await _body(kind, made, materials)
            files.append(write(target / file_name(city.name, lang, kind), body))
    return f"{city.name}: {', '.join(str(file) for file in files)} (data {made.date}, digest {made.digest[:16]})."


def file_name(city: str, lang: str, kind: str) -> str:
    """``goyang-briefing-ko.pdf``."""
    return f"{city}-briefing-{lang}.{'zip' if kind == 'data' else kind}"


async def _body(kind: BriefingForm, made: Briefing, materials: Materials) -> bytes:
    if kind == "data":
        return make_package(made, materials.book, await materials.results())
    makers: Mapping[str, Callable[[Briefing], bytes]] = {"pdf": make_pdf, "html": lambda one: make_html(one).encode()}
    return await asyncio.to_thread(makers[kind], made)


def make_target(target: Path) -> None:
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise ConfigError(f"The folder {target} cannot be made: {exc.strerror}. Choose another with --out.") from exc
    if not os.access(target, os.W_OK):
        raise ConfigError(f"The folder {target} cannot be written to. Choose another with --out.")


def write(file: Path, body: bytes) -> Path:
    try:
        file.write_bytes(body)
    except OSError as exc:
        raise ConfigError(f"{file} cannot be written: {exc.strerror}. Choose another folder with --out.") from exc
    return file
