"""The briefing on paper: few pages, the same bytes from any process, text that can be read out and searched."""

import hashlib
import io
import subprocess
import sys

import pypdf
import pytest
from tests.unit.district.briefing.shipped_briefing import LANGUAGES, briefing

from madang.district.briefing.pdf import make_pdf

PAGES_MAX = 12
AGAIN = """
import hashlib
from tests.unit.district.briefing.shipped_briefing import briefing
from madang.district.briefing.pdf import make_pdf
print(hashlib.sha256(make_pdf(briefing("ko"))).hexdigest())
"""


def read(lang: str) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(make_pdf(briefing(lang))))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_has_at_most_twelve_pages_and_none_is_empty(lang: str) -> None:
    pages = read(lang).pages
    assert len(pages) <= PAGES_MAX
    assert all(len(page.extract_text()) > 400 for page in pages)


def test_korean_text_can_be_searched() -> None:
    text = "\n".join(page.extract_text() for page in read("ko").pages)
    assert "고양 일산테크노밸리" in text
    assert "무엇을 제안하고, 어디까지 왔는가" in text
    assert "착공부터" in text


@pytest.mark.parametrize(("lang", "title"), [("ko", "고양 일산테크노밸리"), ("de", "Goyang (Ilsan) Techno Valley")])
def test_title_language_and_tags_are_set(lang: str, title: str) -> None:
    found = read(lang)
    assert found.metadata is not None
    assert str(found.metadata.title).startswith(title)
    assert str(found.root_object["/Lang"]).startswith(lang)
    assert "/MarkInfo" in found.root_object
    assert "/StructTreeRoot" in found.root_object


def test_two_processes_make_the_same_bytes() -> None:
    done = subprocess.run([sys.executable, "-c", AGAIN], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == hashlib.sha256(make_pdf(briefing("ko"))).hexdigest()


def test_its_date_is_that_of_the_newest_statement_and_not_of_today() -> None:
    found = read("en").metadata
    assert found is not None
    assert found.creation_date is not None
    assert found.creation_date.date().isoformat() == briefing("en").date
