"""Faults of packs and profiles: all at once, each with its place and what to write instead."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from madang.connectors.table.spec import parse_feeds
from madang.errors import ConfigError
from madang.model.keys import Place, parse_document
from madang.packs.load import fit_pack, load_packs, load_profile, parse_profile
from madang.packs.pack import FittedPack, Threshold
from madang.packs.profile import PackChoice
from madang.packs.shipped import shipped

PACK = """
[pack]
name = "noise"
title = { ko = "소음", en = "Noise" }
what = { en = "Listens." }

[[parameter]]
name = "loud"
title = { en = "Loud" }
default = 70
unit = "2N"
low = 40
high = 120

[[type]]
name = "NoiseLevelObserved"
title = { en = "Microphone" }

[[type.attribute]]
name = "name"
title = { en = "Name" }

[[type.attribute]]
name = "level"
title = { en = "Level" }
unit = "2N"

[[rule]]
id = "loud"
kind = "threshold"
type = "NoiseLevelObserved"
value = "level"
above = "$loud"
clear = 60
title = { en = "Loud" }
message = { en = "{name}: {value}" }
"""


def fitted(text: str, **parameters: object) -> tuple[FittedPack | None, list[str]]:
    here = Place("city.toml", 9, 4)
    places: Mapping[str, Place] = dict.fromkeys(parameters, here)
    choice = PackChoice("noise", parameters, None, (), here, places, places)
    pack, faults = fit_pack(parse_document(text, "packs/noise/pack.toml"), Path("packs/noise"), choice)
    return pack, [str(fault) for fault in faults]


def test_a_sound_pack_has_no_faults_and_the_citys_parameter() -> None:
    pack, faults = fitted(PACK, loud=65)
    assert faults == []
    assert pack is not None
    (rule,) = pack.rules
    assert isinstance(rule, Threshold)
    assert (rule.limit, rule.clear, rule.head.unit, rule.head.symbol) == (65.0, 60.0, "2N", "dB")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            'name = "level"\ntitle = { en = "Level" }\nunit = "2N"',
            'name = "level"\ntitle = { en = "Level" }\nunit = "dBA"',
            'packs/noise/pack.toml:26:8: error: unknown unit "dBA"; did you mean "2N"?',
        ),
        (
            "clear = 60",
            "cleer = 60",
            'packs/noise/pack.toml:34:1: error: unknown key "cleer" in [[rule]]; did you mean "clear"?',
        ),
        ('"$loud"', '"$lout"', 'packs/noise/pack.toml:33:9: error: unknown parameter "$lout"; did you mean "loud"?'),
        (
            'value = "level"',
            'value = "levle"',
            'packs/noise/pack.toml:32:9: error: NoiseLevelObserved has no attribute "levle"; did you mean "level"?',
        ),
        (
            'value = "level"',
            'value = "level +"',
            'packs/noise/pack.toml:32:9: error: formula "level +": a number or a name is missing at character 8',
        ),
        (
            'kind = "threshold"',
            'kind = "treshold"',
            'packs/noise/pack.toml:30:8: error: "treshold" is not one of threshold, range, stuck, silent, usual; '
            'did you mean "threshold"?',
        ),
        (
            "{name}: {value}",
            "{nam}",
            'packs/noise/pack.toml:36:18: error: unknown placeholder "{nam}"; did you mean "name"?',
        ),
        (
            "clear = 60",
            'clear = 60\nduration = "10 min"',
            'packs/noise/pack.toml:35:12: error: "10 min" is not a duration; write for example "PT10M", '
            '"PT12H" or "P7D"',
        ),
        ("clear = 60", 'clear = 60\nwhere = "level=="', "packs/noise/pack.toml:35:9: error:"),
        ("clear = 60", "clear = 99", 'packs/noise/pack.toml:34:9: error: "clear" must not be above the limit 70'),
        (
            "default = 70",
            "default = 700",
            'packs/noise/pack.toml:10:11: error: the parameter "loud" is 700, outside 40..120 dB',
        ),
    ],
)
def test_a_fault_names_its_line_and_column(old: str, new: str, fault: str) -> None:
    assert old in PACK
    pack, faults = fitted(PACK.replace(old, new))
    assert pack is None
    assert any(found.startswith(fault) for found in faults), faults


def test_all_faults_are_told_at_once() -> None:
    text = (
        PACK.replace('unit = "2N"\nlow', 'unit = "db(A)"\nlow')
        .replace("clear", "clera")
        .replace("[pack]", "[pack]\nicom = 1")
    )
    _, faults = fitted(text)
    assert [found.split(": error: ")[0] for found in faults if "unknown" in found] == [
        "packs/noise/pack.toml:3:1",
        "packs/noise/pack.toml:12:8",
        "packs/noise/pack.toml:35:1",
    ]


def test_a_parameter_out_of_its_range_is_told_at_the_citys_line() -> None:
    assert fitted(PACK, loud=20)[1] == ['city.toml:9:4: error: the parameter "loud" is 20, outside 40..120 dB']
    assert fitted(PACK, lowd=50)[1] == [
        'city.toml:9:4: error: the pack "noise" has no parameter "lowd"; did you mean "loud"?'
    ]


def test_broken_toml_is_told_with_its_place() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_document("[pack]\nname = \n", "packs/x/pack.toml")
    assert str(caught.value.faults[0]).startswith("packs/x/pack.toml:2:8: error: not TOML")


@pytest.mark.parametrize(
    ("text", "path", "place"),
    [
        ('a = 1\n[b]\nc = "x # no comment"  # yes\nd = [1,\n  2]', ("b", "d", 1), "f:5:3"),
        ("t = '''\n[not.a.table]\n'''\nx = {y = 1, z = {w = 2}}", ("x", "z", "w"), "f:4:22"),
        ('[[p]]\n[[p.q]]\nn = 1\n[[p]]\n[[p.q]]\n[[p.q]]\n"n m" = "a\\"b"', ("p", 1, "q", 1, "n m"), "f:7:9"),
        ("a.b.c = true", ("a", "b", "c"), "f:1:9"),
    ],
)
def test_values_are_found_where_they_stand(text: str, path: tuple[str | int, ...], place: str) -> None:
    assert str(parse_document(text, "f").values[path]) == place


def test_a_profile_without_a_start_and_with_a_misspelt_zone_says_both(tmp_path: Path) -> None:
    text = """
[city]
title = { en = "X" }
languages = ["en"]
timezone = "Asia/Soul"
centre = [1, 2]
[clock]
mode = "replay"
"""
    _, faults = parse_profile(parse_document(text, "cities/x/city.toml"), tmp_path / "x")
    assert [str(fault) for fault in faults] == [
        'cities/x/city.toml:5:12: error: unknown time zone "Asia/Soul"; did you mean "Asia/Seoul"?',
        'cities/x/city.toml:7:1: error: a replay needs the key "start"',
    ]


def test_an_unknown_pack_is_told_where_the_city_names_it(tmp_path: Path) -> None:
    city = tmp_path / "x"
    city.mkdir()
    (city / "city.toml").write_text(
        '[city]\ntitle = { en = "X" }\nlanguages = ["en"]\ntimezone = "UTC"\ncentre = [1, 2]\n[packs.parkin]\n', "utf-8"
    )
    with pytest.raises(ConfigError) as caught:
        load_packs(load_profile(city), [shipped("packs")])
    assert str(caught.value.faults[0]).endswith('city.toml:6:1: error: unknown pack "parkin"; did you mean "parking"?')


@pytest.mark.parametrize("city", ["goyang", "aarhus"])
def test_the_shipped_cities_fit_their_packs(city: str) -> None:
    profile = load_profile(shipped("cities") / city)
    packs = load_packs(profile, [shipped("packs")])
    feeds = parse_feeds(profile.feeds)
    assert [pack.name for pack in packs] == [choice.name for choice in profile.packs]
    declared = {kind for pack in packs for kind in pack.types}
    assert {feed.type for feed in feeds} <= declared
    for feed in feeds:
        kinds = {
            attribute.name for pack in packs if feed.type in pack.types for attribute in pack.type(feed.type).attributes
        }
        assert {attribute.name for attribute in feed.attributes} <= kinds, feed.name
    for pack in packs:
        for title in [pack.title, pack.what, *(kind.title for kind in pack.types.values())]:
            assert {"ko", "en"} <= title.keys()


PEERS = """
[city]
title = { en = "Here" }
languages = ["en"]
timezone = "UTC"
centre = [0, 0]

[district]
peers = [
"""


def peers_of(*lines: str) -> tuple[tuple[tuple[str, str], ...], list[str]]:
    document = parse_document(PEERS + ",\n".join(lines) + "\n]\n", "city.toml")
    profile, faults = parse_profile(document, Path("cities/here"))
    return tuple((one.name, one.url) for one in profile.peers) if profile else (), [str(fault) for fault in faults]


def test_peers_are_named_with_the_address_of_their_api() -> None:
    found, faults = peers_of('{ name = "Wien", url = "https://hub.example/wien/ngsi-ld/v1/" }')
    assert (found, faults) == ((("Wien", "https://hub.example/wien/ngsi-ld/v1"),), [])


@pytest.mark.parametrize(
    "url",
    [
        "ftp://hub.example/api",
        "file:///etc/passwd",
        "hub.example/ngsi-ld/v1",
        "https://",
        "https://user:secret@hub.example/api",
        "https://hub.example/api?type=x",
        "https://hub.example/api#x",
        "https://hub.example:port/api",
        "https://hub.example/a b",
    ],
)
def test_an_address_that_is_no_api_is_refused_with_its_place(url: str) -> None:
    _, faults = peers_of(f'{{ name = "Wien", url = "{url}" }}')
    assert [fault.split(" error: ")[0] for fault in faults] == ["city.toml:10:24:"]
    assert "is no address of an API" in faults[0]


def test_a_peer_without_name_and_one_named_twice_are_refused() -> None:
    assert "needs the key" in peers_of('{ url = "https://a.example/x" }')[1][0]
    twice = '{ name = "Wien", url = "https://a.example/x" }'
    assert "named twice" in peers_of(twice, twice)[1][0]
    assert "must be written as" in peers_of("7")[1][0]
