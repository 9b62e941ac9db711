"""Line icons, drawn on a 24 px grid by ourselves; one stroke, no fill, so that they follow the text's colour."""

from markupsafe import Markup

PATHS: dict[str, str] = {
    "map": "M3 6l6-2 6 2 6-2v14l-6 2-6-2-6 2z M9 4v14 M15 6v14",
    "boards": "M4 4h7v9H4z M13 4h7v5h-7z M13 11h7v9h-7z M4 15h7v5H4z",
    "alerts": "M6 17V11a6 6 0 0112 0v6l1.5 2h-15z M10 21h4",
    "places": "M3 21h18 M5 21V8l5-4 5 4v13 M15 12h4v9 M8.5 10h3 M8.5 14h3 M8.5 21v-3h3v3",
    "feeds": "M5 19a1 1 0 100-.1 M5 12a7 7 0 017 7 M5 5a14 14 0 0114 14",
    "data": "M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3z M4 6v12c0 1.7 3.6 3 8 3s8-1.3 8-3V6 "
    "M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3",
    "settings": "M4 7h10 M18 7h2 M4 17h2 M10 17h10 M16 5v4 M8 15v4",
    "search": "M10.5 4a6.5 6.5 0 100 13 6.5 6.5 0 000-13z M15.5 15.5L20 20",
    "theme": "M12 4a8 8 0 100 16z M12 4a8 8 0 010 16",
    "chevron": "M7 10l5 5 5-5",
    "play": "M8 5l11 7-11 7z",
    "pause": "M8 5v14 M16 5v14",
    "close": "M6 6l12 12 M18 6L6 18",
    "download": "M12 4v11 M7 11l5 5 5-5 M5 20h14",
    "parking": "M5 3h14v18H5z M10 17V7h3a3 3 0 010 6h-3",
    "mobility": "M7 20L10 4 M17 20L14 4 M12 5v2 M12 11v2 M12 17v2",
    "weather": "M7 18h10a4 4 0 000-8 6 6 0 00-11.5 1.5A3.5 3.5 0 007 18z",
    "events": "M4 6h16v14H4z M4 10h16 M8 3v4 M16 3v4 M9 14h6",
    "bikes": "M6 13a4 4 0 100 8 4 4 0 000-8z M18 13a4 4 0 100 8 4 4 0 000-8z M6 17l4-8h5l3 8 M10 9L13 17 M14 6h2",
    "air": "M3 9h11a3 3 0 10-3-3 M3 13h15a3 3 0 11-3 3 M3 17h7a2 2 0 11-2 2",
    "city": "M4 21V9l6-4v16 M10 21V3l10 5v13 M3 21h18 M14 11h2 M14 15h2",
}


def icon(name: str) -> Markup:
    """The icon as inline SVG; ``city`` where a pack names one we do not have."""
    path = PATHS.get(name, PATHS["city"])
    return Markup('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>').format(path)
