"""URIs as NGSI-LD takes them. Source: RFC 3986, RFC 3987, ETSI GS CIM 009 v1.9.1, clause 4.5.1."""

import re
from typing import Final

# RFC 3987 would let invisible and direction-changing characters through; two ids that look the same are refused here.
_UNSEEN: Final = (
    r"\x00-\x20\x7f-\xa0\xad\u061c\u115f\u1160\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164"
    r"\ud800-\uf8ff\ufeff\uffa0\ufff0-\uffff\U000e0000-\U0010ffff"
)
_URI: Final = re.compile(rf'[A-Za-z][A-Za-z0-9+.\-]*:[^<>"{{}}|\\^`{_UNSEEN}]+')

is_uri = _URI.fullmatch
"""Match of an absolute URI or IRI; None where the text is none."""
