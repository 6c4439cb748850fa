"""Addresses and language codes out of foreign text: absolute http(s) addresses or nothing."""

import re
from typing import Final
from urllib.parse import urljoin, urlsplit

LONGEST: Final = 2000
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_LANGUAGES: Final = {
    "eng": "en",
    "english": "en",
    "cym": "cy",
    "wel": "cy",
    "welsh": "cy",
    "cymraeg": "cy",
    "nld": "nl",
    "dut": "nl",
    "dutch": "nl",
    "nederlands": "nl",
    "swe": "sv",
    "swedish": "sv",
    "svenska": "sv",
    "deu": "de",
    "ger": "de",
    "german": "de",
    "deutsch": "de",
    "fra": "fr",
    "fre": "fr",
    "gle": "ga",
    "gla": "gd",
}


def web_address(written: str, base: str = "") -> str:
    """`written` made absolute against `base`; empty unless that is an http or https address with a host.

    Browsers ignore tabs and line breaks inside an address, so `java\\nscript:` is looked at without them; a blank is
    written as `%20`.
    """
    written = _INVISIBLE.sub("", written).strip().replace(" ", "%20")
    if not written or len(written) > LONGEST:
        return ""
    try:
        made = urljoin(base, written) if base else written
        parts = urlsplit(made)
        # Reading the port raises ValueError where it is no number.
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 80) > 0
    except ValueError:
        return ""
    return made if usable and len(made) <= LONGEST else ""


def language_code(written: str) -> str:
    """`en` of `en-GB`, `en_US`, `eng` or `English`; empty for what is no language."""
    first = re.split(r"[-_,;\s]", written.strip().lower(), maxsplit=1)[0]
    code = _LANGUAGES.get(first, first)
    return code if re.fullmatch(r"[a-z]{2,3}", code) and code not in ("und", "mul", "zxx", "mis") else ""
