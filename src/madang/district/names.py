"""Names and signs: what is a visible letter, when two names are one person's, and which signs no record may hold."""

import unicodedata

NAME_MAX = 200
"""Characters of a person's name."""

_UNSEEN = frozenset(
    chr(code)
    for codes in (
        (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0),
        range(0x180B, 0x1810),
        range(0xFE00, 0xFE10),
        range(0xE0100, 0xE01F0),
    )
    for code in codes
)
"""Letters and marks that show nothing: fillers and variation selectors."""

_LINE_SIGNS = "\t\n\r"


def has_letter(text: str) -> bool:
    """Whether there is a letter or a digit to be seen in it."""
    return any(sign.isalnum() and sign not in _UNSEEN for sign in text)


def same_name(name: str) -> str:
    """A person's name as it is compared: Kim Min-ji, KIM MINJI and one with a sign between that nobody sees are one
    person. "" for what has no letter."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(
        sign for sign in plain if (sign.isalnum() or unicodedata.category(sign)[0] == "M") and sign not in _UNSEEN
    )


def unseen_sign(text: str, allowed: str = _LINE_SIGNS) -> str:
    """The first control or invisible formatting sign of a text in words, such as ``U+200B ZERO WIDTH SPACE``; ""."""
    for sign in text:
        if unicodedata.category(sign) in ("Cc", "Cf") and sign not in allowed:
            return f"U+{ord(sign):04X} {unicodedata.name(sign, 'control character')}"
    return ""
