"""The documentation names what is there, and nothing else: read off the tables that the program itself uses."""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import typer

from madang.cli import cli
from madang.errors import ConfigError, MadangError
from madang.settings import BY_NAME, SETTINGS, Setting
from madang.stores.embedded.engine import COLUMNS
from madang.web.console import console_routes
from madang.web.metrics import metrics_text
from madang.web.ngsild import OPERATIONS
from madang.web.problems import BLANK, ERRORS, PROBLEMS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *ROOT.glob("changes/*.md")])

# Of click, which comes inside typer under a name of its own in some versions; only name, commands, params are used.
Command = Any


def text_of(page: str) -> str:
    return (REFERENCE / page).read_text(encoding="utf-8")


def without_fences(text: str) -> str:
    return re.sub(r"^ *```.*?^ *```$", "", text, flags=re.DOTALL | re.MULTILINE)


def sections(page: str) -> Mapping[str, str]:
    """Heading without its backquotes -> what stands below it, up to the next heading of any level."""
    parts = re.split(r"^#+ (.+)$", without_fences(text_of(page)), flags=re.MULTILINE)
    return {heading.strip().strip("`"): body for heading, body in zip(parts[1::2], parts[2::2], strict=True)}


def commands(command: Command = None, name: str = "") -> Iterator[tuple[str, Command]]:
    """Every command that does something, by its full name without ``madang``."""
    command = command if command is not None else typer.main.get_command(cli)
    below = getattr(command, "commands", None)
    if below is None:
        yield name, command
        return
    for child, found in below.items():
        yield from commands(found, f"{name} {child}".strip())


COMMANDS = dict(commands())


def options(command: Command) -> list[str]:
    return [text for one in command.params for text in one.opts if text.startswith("--") and text != "--help"]


def leaves(root: type[MadangError]) -> Iterator[type[MadangError]]:
    below = root.__subclasses__()
    if not below:
        yield root
    for each in below:
        yield from leaves(each)


def nameless(path: str) -> str:
    """A path whose parameters have lost their names and types."""
    return re.sub(r"\{[^}]*\}", "{}", path)


# What the reference pages must have


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda one: one.name)
def test_each_setting_has_its_heading_with_meaning_default_and_choices(setting: Setting) -> None:
    body = sections("settings.md")[setting.name]
    assert setting.what in body
    assert f"default `{'empty' if setting.default == '' else setting.default}`" in body
    assert all(f"`{choice}`" in body for choice in setting.choices)


def test_the_settings_page_names_no_setting_that_is_not_there() -> None:
    assert sections("settings.md").keys() - {"Settings"} == BY_NAME.keys()


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_its_heading_with_each_option(name: str) -> None:
    body = sections("cli.md")[f"madang {name}"]
    assert sorted(re.findall(r"^\| `(--[a-z-]+)`", body, re.MULTILINE)) == sorted(options(COMMANDS[name]))


def test_the_command_line_page_names_no_command_that_is_not_there() -> None:
    headings = [heading for heading in sections("cli.md") if heading.startswith("madang ")]
    assert sorted(headings) == sorted(f"madang {name}" for name in COMMANDS)


@pytest.mark.parametrize("error", [pytest.param(error, id=error.__name__) for error in leaves(MadangError)])
def test_each_error_says_its_status_its_type_what_is_safe_and_what_to_do(error: type[MadangError]) -> None:
    body = sections("errors.md")[error.__name__]
    assert "**Safe:**" in body
    assert "**Do:**" in body
    if error is not ConfigError:
        problem = PROBLEMS[error]
        kind = BLANK if problem.type == BLANK else f"…/{problem.type.removeprefix(ERRORS)}"
        assert body.strip().startswith(f"{problem.status}, `{kind}`.")


def test_each_page_of_the_console_has_its_address() -> None:
    written = set(re.findall(r"`(/[^`]*)`", text_of("console.md")))
    routes = {re.sub(r":\w+\}", "}", str(getattr(route, "path", ""))) for route in console_routes({}, {})}
    assert routes - written == set()


def test_each_operation_of_the_api_has_its_row_and_no_other_is_there() -> None:
    rows = re.findall(r"^\| `(/[^`]*)` \| (.*) \|$", text_of("ngsild.md"), re.MULTILINE)
    written = {(nameless(path), method) for path, what in rows for method in re.findall(r"\b[A-Z]{3,6}\b", what)}
    assert written == {(nameless(operation.path), operation.method) for operation in OPERATIONS}


async def test_each_metric_has_its_row() -> None:
    names = set(re.findall(r"^# HELP (\S+)", await metrics_text({}), re.MULTILINE))
    assert names
    assert names == set(re.findall(r"^\| `(madang_\w+)` \|", text_of("console.md"), re.MULTILINE))


def test_each_column_of_the_history_has_its_row() -> None:
    body = sections("history.md")["Columns of `history"]
    assert re.findall(r"^\| `(\w+)` \|", body, re.MULTILINE) == COLUMNS.split(", ")


# What every page must keep


def slug(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", without_fences(page.read_text(encoding="utf-8")), re.MULTILINE)
    return {slug(heading) for heading in headings}


def links(page: Path) -> Iterator[str]:
    for target in re.findall(r"\]\(([^)\s]+)\)", without_fences(page.read_text(encoding="utf-8"))):
        if not re.match(r"[a-z]+:", target):
            yield target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_each_link_leads_somewhere(page: Path) -> None:
    broken = []
    for target in links(page):
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        if not found.exists() or (anchor and anchor not in anchors(found)):
            broken.append(target)
    assert broken == []


def shell_lines(page: Path) -> Iterator[str]:
    """Commands that begin with ``madang``, in fenced blocks and between backquotes."""
    text = page.read_text(encoding="utf-8")
    yield from re.findall(r"^ *(?:\.venv/bin/)?(madang [^\n]+)$", "\n".join(fenced(text)), re.MULTILINE)
    yield from re.findall(r"`(madang [^`\n]+)`", without_fences(text))


def fenced(text: str) -> list[str]:
    return re.findall(r"^ *```\n(.*?)^ *```$", text, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_each_command_in_the_text_exists(page: Path) -> None:
    wrong = [line for line in shell_lines(page) if not is_command(line)]
    assert wrong == []


def is_command(line: str) -> bool:
    words = line.split("#")[0].split()[1:]
    if words[0].startswith(("-", "[")):
        return words[0] in ("--version", "--help", "[OPTIONS]")
    name = next((known for known in COMMANDS if words[: len(known.split())] == known.split()), None)
    if name is None:
        return False
    given = {word for word in words if word.startswith("--")}
    chosen = [following for word, following in pairwise(words) if word == "--set"]
    return given <= {*options(COMMANDS[name]), "--help"} and all(set_name(text) in BY_NAME for text in chosen)


def set_name(text: str) -> str:
    return text.partition("=")[0]


def test_a_misspelt_command_option_or_setting_is_noticed() -> None:
    assert is_command("madang serve --city seaside --set port=8030")
    assert not is_command("madang server --city seaside")
    assert not is_command("madang serve --cities seaside")
    assert not is_command("madang serve --city seaside --set prot=8030")


def test_the_index_of_decisions_lists_each_with_its_title() -> None:
    index = (DOCS / "adr" / "README.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| \[\d{4}\]\((.+?)\) \| (.+) \|$", index, re.MULTILINE))
    there = {
        page.name: re.sub(r"^# \d{4} ", "", page.read_text(encoding="utf-8").splitlines()[0])
        for page in sorted((DOCS / "adr").glob("[0-9]*.md"))
    }
    assert listed == there


def test_the_index_of_the_documentation_lists_each_page() -> None:
    index = set(links(DOCS / "README.md"))
    pages = {str(page.relative_to(DOCS)) for folder in ("tutorial", "how-to", "reference", "explanation")
             for page in (DOCS / folder).glob("*.md")}  # fmt: skip
    assert pages - index == set()


def test_each_translated_page_and_its_original_name_each_other() -> None:
    translated = [page for page in PAGES if page.name.endswith(".ko.md")]
    assert translated
    for page in translated:
        original = page.with_name(page.name.replace(".ko.md", ".md"))
        assert original.name in links(page)
        assert page.name in links(original)
