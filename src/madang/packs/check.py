"""Every key of pack.toml and city.toml: what the checker reads is what the reference pages must list."""

from madang.model.keys import Key, Section

KINDS = ("Property", "Relationship", "GeoProperty", "LanguageProperty", "VocabProperty", "JsonProperty")
SEVERITIES = ("low", "medium", "high", "critical")
AGGREGATES = ("sum", "avg", "min", "max", "count", "share")

_ID = Key("id", "text", "name of it, unique within the pack; part of links and of alert ids", required=True)
_TITLE = Key("title", "words", "what people read, by language", required=True, vocabulary="language")
_WHERE = Key("where", "text", "NGSI-LD q expression the entities must fulfil", "")

PACK = Section(
    "[pack]",
    "what the pack is",
    (
        Key("name", "text", "the same as the directory's name", required=True),
        _TITLE,
        Key("what", "words", "one sentence: what it does for the city", required=True, vocabulary="language"),
        Key("icon", "text", "name of an icon of the console", "circle"),
    ),
)
PARAMETER = Section(
    "[[parameter]]",
    'a value that a city may choose in its [packs.<name>] table; used as "$name" anywhere in the pack',
    (
        Key("name", "text", "what city.toml calls it", required=True),
        _TITLE,
        Key("default", "any", "number, text or duration used where the city says nothing", required=True),
        Key("unit", "text", "UN/CEFACT code of a number", "", vocabulary="unit"),
        Key("low", "number", "smallest number allowed"),
        Key("high", "number", "largest number allowed"),
    ),
)
TYPE = Section(
    "[[type]]",
    "an entity type the pack shows or watches",
    (
        Key("name", "text", "short name of the type, from Smart Data Models", required=True),
        _TITLE,
        Key("label", "text", "attribute that names an entity to people", "name"),
        Key("attribute", "any", "its attributes, each as [[type.attribute]]"),
    ),
)
ATTRIBUTE = Section(
    "[[type.attribute]]",
    "an attribute of the type above it",
    (
        Key("name", "text", "short name, from Smart Data Models", required=True),
        _TITLE,
        Key("kind", "text", "kind of attribute in NGSI-LD", "Property", choices=KINDS),
        Key("unit", "text", "UN/CEFACT code of its numbers", "", vocabulary="unit"),
        Key("symbol", "text", "shown after the number; the unit's own symbol where left out"),
        Key("digits", "integer", "decimals shown", 0, low=0, high=9),
        Key("low", "number or name", "smallest reading that can be: a number or another attribute"),
        Key("high", "number or name", "largest reading that can be: a number or another attribute"),
        Key("live", "flag", "true where it changes with the feeds and has a history worth a chart", False),
    ),
)
DERIVE = Section(
    "[[derive]]",
    "an attribute computed from others of the same entity; it is shown and watched, not stored",
    (
        Key("type", "text", "the type it belongs to", required=True, vocabulary="type"),
        Key("attribute", "text", "its name, declared under the type", required=True),
        Key("formula", "text", "numbers, attribute names, + - * / and brackets", required=True),
    ),
)
LAYER = Section(
    "[[layer]]",
    "a layer of the map",
    (
        _ID,
        _TITLE,
        Key("type", "text", "the type it draws", required=True, vocabulary="type"),
        Key("geometry", "text", "how it is drawn", "point", choices=("point", "line", "area")),
        Key("value", "text", "attribute that colours", ""),
        Key("size", "text", "attribute that sizes a point or widens a line", ""),
        Key(
            "scale", "text", "how colours follow the value", "none", choices=("sequential", "usual", "category", "none")
        ),
        Key("classes", "numbers", "ascending class bounds in the value's unit, at most six", ()),
        Key("reverse", "flag", "true where small values are the ones that matter", False),
        Key("default", "flag", "true where it is shown at first", True),
    ),
)
TILE = Section(
    "[[tile]]",
    "one number on the board",
    (
        _ID,
        _TITLE,
        Key("type", "text", "the type it counts over", required=True, vocabulary="type"),
        Key("attribute", "text", "the attribute it takes; not needed to count", ""),
        Key("aggregate", "text", "how it becomes one number", required=True, choices=AGGREGATES),
        _WHERE,
        Key("digits", "integer", "decimals shown", 0, low=0, high=9),
        Key("symbol", "text", "shown after the number; the attribute's own symbol where left out"),
    ),
)
CHART = Section(
    "[[chart]]",
    "a chart on the board",
    (
        _ID,
        _TITLE,
        Key("type", "text", "the type it draws", required=True, vocabulary="type"),
        Key("attribute", "text", "the attribute it draws", required=True),
        Key(
            "kind",
            "text",
            "line or bar over time; compare: means by group of days",
            "line",
            choices=("line", "bar", "compare"),
        ),
        Key(
            "aggregate",
            "text",
            "how entities become one line; each: a line per entity",
            "avg",
            choices=("each", "sum", "avg", "min", "max"),
        ),
        Key("period", "duration", "length of one bucket", None),
        Key("span", "duration", "length of time shown", None),
        Key("band", "flag", "true: the usual range is drawn behind", False),
        Key("entities", "texts", "ids; empty: all of the type (compare needs at least one)", ()),
        Key("hours", "numbers", "compare: local hours [from, to) of a day that count", ()),
        Key("weekend", "flag", "compare: weekdays and weekends apart", True),
        Key("by", "text", "compare: type whose entities group the days by how many run", "", vocabulary="type"),
        Key("by_where", "text", "compare: q expression those entities must fulfil", ""),
        Key("by_start", "text", "compare: their attribute with the first day", "startDate"),
        Key("by_end", "text", "compare: their attribute with the last day; empty: the first day", "endDate"),
        Key("by_most", "integer", "compare: the last group is this many or more", 3, low=1, high=20),
        Key("note", "words", "what the reader should know about it", {}, vocabulary="language"),
    ),
)
TABLE = Section(
    "[[table]]",
    "a list on the board",
    (
        _ID,
        _TITLE,
        Key("type", "text", "the type it lists", required=True, vocabulary="type"),
        Key("columns", "texts", "attributes shown, in this order", required=True),
        Key("order", "text", "attribute it is ordered by; a leading - for the largest first", ""),
        Key("limit", "integer", "rows shown", 10, low=1, high=1000),
        _WHERE,
    ),
)
_RULE_KEYS = (
    _ID,
    Key(
        "kind", "text", "what it watches for", required=True, choices=("threshold", "range", "stuck", "silent", "usual")
    ),
    Key("type", "text", "the type it watches", required=True, vocabulary="type"),
    Key("severity", "text", "of its alerts", "medium", choices=SEVERITIES),
    Key("title", "words", "title of its alerts", required=True, vocabulary="language"),
    Key(
        "message",
        "words",
        "one sentence with {name}, {value}, {limit}, {duration}",
        required=True,
        vocabulary="language",
    ),
    _WHERE,
    Key("duration", "duration", "how long it must hold before the alert rises; PT0S: at once", None),
    Key("attribute", "text", "the attribute it watches (range, stuck, silent, usual)", ""),
    Key("value", "text", "threshold: formula over attributes of the entity", ""),
    Key("above", "number", "threshold: rises at this or more; usual: at this share or more"),
    Key("below", "number", "threshold: rises at this or less; usual: at this share or less"),
    Key("clear", "number", "threshold and usual: falls only past this, so that it does not flutter"),
    Key("low", "number or name", "range: smallest reading that can be; as declared at the attribute where left out"),
    Key("high", "number or name", "range: largest reading that can be; as declared at the attribute where left out"),
    Key("ignore", "numbers", "stuck: values that may well stay the same", ()),
    Key("count", "integer", "usual: least observations behind the usual value", 4, low=1),
    Key("gate", "text", "usual: only judged while this attribute is at least ``least``", ""),
    Key("least", "number", "usual: see gate", 0.0),
)
RULE = Section("[[rule]]", "what raises an alert, and when it falls again", _RULE_KEYS)

RULE_NEEDS = {
    "threshold": ("value", "clear"),
    "range": ("attribute",),
    "stuck": ("attribute", "duration"),
    "silent": ("attribute", "duration"),
    "usual": ("attribute", "clear"),
}
"""Keys that a rule of this kind cannot do without; threshold and usual also need one of above and below."""

PACK_SECTIONS = (PACK, PARAMETER, TYPE, ATTRIBUTE, DERIVE, LAYER, TILE, CHART, TABLE, RULE)
PACK_ROOT = Section(
    "pack.toml",
    "a solution pack",
    tuple(
        Key(name, "any", "")
        for name in ("pack", "parameter", "type", "derive", "layer", "tile", "chart", "table", "rule")
    ),
)

CITY = Section(
    "[city]",
    "the city",
    (
        Key(
            "title",
            "words",
            "its name, by language; the first language is the city's own",
            required=True,
            vocabulary="language",
        ),
        Key(
            "languages", "texts", "languages of the console, the city's own first", required=True, vocabulary="language"
        ),
        Key("timezone", "text", "IANA time zone the city lives in", required=True, vocabulary="time zone"),
        Key("centre", "numbers", "longitude, latitude of the first look at the map", required=True, low=-180, high=180),
        Key("zoom", "number", "zoom of the first look at the map", 11.0, low=0, high=22),
        Key("note", "words", "one plain sentence on what is shown", {}, vocabulary="language"),
        Key("credits", "texts", "who the data comes from", ()),
    ),
)
BASE = Section(
    "[[base]]",
    "a GeoJSON file of the base map",
    (
        Key("file", "text", "its path, from the city's directory", required=True),
        Key(
            "role",
            "text",
            "area: the city's own parts; context: what lies around; line: a network",
            required=True,
            choices=("area", "context", "line"),
        ),
        Key("label", "words", "feature member that names it, by language", {}, vocabulary="language"),
    ),
)
CLOCK = Section(
    "[clock]",
    "the city clock; left out, the city is live",
    (
        Key("mode", "text", "live or replay", "live", choices=("live", "replay")),
        Key("start", "time", "replay: city time it starts at"),
        Key("end", "time", "replay: city time it ends at"),
        Key("speed", "number", "replay: city seconds per second", 1.0, low=0.001, high=1_000_000),
        Key("loop", "flag", "replay: begins anew at the end", False),
        Key("history_from", "time", "series are loaded into the history from here up to start"),
    ),
)
FEED = Section(
    "[[feed]]",
    "where data comes from; further keys belong to the connector",
    (
        Key("name", "text", "unique within the city", required=True),
        Key("connector", "text", "kind of source", "table", choices=("table",)),
        Key("pack", "text", "the pack it feeds; empty: the city's base", "", vocabulary="pack"),
        _TITLE,
    ),
    open=True,
)
PACKS = Section(
    "[packs.<name>]",
    "a pack the city uses; its further keys are the pack's parameters",
    (
        Key("types", "texts", "those of the pack's types that the city has; all where left out", None),
        Key("without", "texts", "ids of layers, tiles, charts, tables and rules the city does not want", ()),
    ),
    open=True,
)
DISTRICT = Section(
    "[district]",
    "the city's places wing",
    (Key("peers", "any", "other cities whose practice cards are shown, each as in [[district.peers]]", ()),),
)
PEER = Section(
    "[[district.peers]]",
    "another city's hub that is asked for its published practice cards; may be written peers = [{ name, url }]",
    (
        Key("name", "text", "what this city calls it; unique", required=True),
        Key(
            "url",
            "text",
            "address of its NGSI-LD API, https:// or http://, for example https://hub.example/wien/ngsi-ld/v1",
            required=True,
        ),
    ),
)
SETTINGS_TABLE = Section("[settings]", "settings of the program for this city", (), open=True)

CITY_SECTIONS = (CITY, BASE, CLOCK, PACKS, FEED, DISTRICT, PEER, SETTINGS_TABLE)
CITY_ROOT = Section(
    "city.toml",
    "a city's profile",
    tuple(Key(name, "any", "") for name in ("city", "base", "clock", "packs", "feed", "district", "settings")),
)

PLACEHOLDERS = ("name", "value", "limit", "duration")
"""What a rule's message may have in braces."""

LANGUAGES = (
    "ko",
    "en",
    "da",
    "de",
    "fr",
    "ja",
    "zh",
    "es",
    "nl",
    "sv",
    "fi",
    "it",
    "pl",
    "pt",
    "vi",
    "th",
    "id",
    "uk",
    "ar",
)
