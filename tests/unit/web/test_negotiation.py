import pytest

from madang.errors import BadRequestData
from madang.web.negotiation import GEO, JSON, LD, choose, media_type, parse_link

ALL = (JSON, LD, GEO)
REL = 'rel="http://www.w3.org/ns/json-ld#context"'


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/ld+json", LD),
        ("application/ld+json, application/json", JSON),  # clause 6.3.4: the list's order, not the header's
        ("application/json;q=0.1, application/ld+json;q=0.9", LD),
        ("application/json;q=0, */*", LD),
        ("application/geo+json, text/html", GEO),
        ("APPLICATION/LD+JSON", LD),
        ("text/html", None),
        ("application/json;q=0", None),
        ("application/json;q=lots", JSON),
    ],
)
def test_the_media_type_wanted_most_is_chosen(accept: str, media: str | None) -> None:
    assert choose(accept, ALL) == media


def test_content_type_is_read_without_its_parameters() -> None:
    assert media_type("Application/JSON; charset=utf-8") == JSON


@pytest.mark.parametrize(
    ("header", "url"),
    [
        (f'<http://a/c>; {REL}; type="application/ld+json"', "http://a/c"),
        (f"<http://a/next>; rel=next, <http://a/c>;{REL}", "http://a/c"),
        ("<http://a/c>; rel=http://www.w3.org/ns/json-ld#context", "http://a/c"),
        ("<http://a/next>; rel=next", None),
        ("nonsense", None),
    ],
)
def test_a_link_header_names_the_context(header: str, url: str | None) -> None:
    assert parse_link(header) == url


def test_two_contexts_in_a_link_header_are_refused() -> None:
    with pytest.raises(BadRequestData):
        parse_link(f"<http://a>; {REL}, <http://b>; {REL}")
