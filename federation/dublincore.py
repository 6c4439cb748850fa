"""Simple Dublin Core (oai_dc) to a Record and back: fifteen words that every repository speaks.

What the words leave open is decided here, the same way in both directions. Publishers are our `creators` and a first
dc:creator our `contact`; the first short description is the summary, every other one text; an address among the rights
is the licence. Dates beside `issued` and `modified` have no word, nor have a file's size and hash.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Final

from federation.names import organisations_of
from federation.record import File, Hop, Licence, Record, as_moment, clean_line, parse_date, type_of

LONGEST_SUMMARY: Final = 2000
_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.I)
_DOI = re.compile(r"(?:doi:\s*|info:doi/)?(10\.\d{4,9}/\S+)", re.I)
_HANDLE = re.compile(r"hdl:\s*(\S+/\S+)", re.I)
_FILE = re.compile(r"\.(?:pdf|docx?|odt|odp|ods|pptx?|xlsx?|csv|txt|zip)(?:[?#]|$)", re.I)
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:[T ][0-9:.]+(?:Z|[+-]\d\d:?\d\d)?)?")
_LANGUAGES: Final = {
    **dict.fromkeys(("eng", "english"), "en"),
    **dict.fromkeys(("cym", "wel", "welsh", "cymraeg"), "cy"),
    **dict.fromkeys(("nld", "dut", "dutch", "nederlands"), "nl"),
    **dict.fromkeys(("swe", "swedish", "svenska"), "sv"),
    **dict.fromkeys(("deu", "ger", "german", "deutsch"), "de"),
    **dict.fromkeys(("fra", "fre", "french", "français"), "fr"),
    **dict.fromkeys(("gle", "irish", "gaeilge"), "ga"),
    **dict.fromkeys(("gla",), "gd"),
}

Values = Mapping[str, Sequence[str]]
"""Local names of elements, lower case, to their texts in order."""


def fields_of(
    values: Values, identifier: str, datestamp: date | None, sets: tuple[str, ...], hops: tuple[Hop, ...]
) -> Record:
    """The Record of one set of Dublin Core values; `identifier`, `datestamp` and `sets` are those of its header."""
    creators, publishers = organisations_of(_lines(values, "creator")), _lines(values, "publisher")
    addresses = _addresses([*_lines(values, "identifier"), identifier])
    files = [one for one in addresses[1:] + _addresses(_lines(values, "relation")) if _FILE.search(one)]
    summary, text = _told(values.get("description", ()))
    issued, modified = _dates(values)
    licence, rights = _rights(_lines(values, "rights"))
    subjects = _lines(values, "subject")
    return Record(
        native_id=identifier,
        url=addresses[0] if addresses else "",
        datestamp=as_moment(datestamp) if datestamp else None,
        title=next(iter(_lines(values, "title")), "")[:1000],
        summary=summary,
        text=text,
        language=next((code for one in _lines(values, "language") if (code := language_code(one))), ""),
        type=type_of(*_lines(values, "type")),
        creators=tuple(publishers or creators),
        contact=next(iter(creators), ""),
        issued=issued,
        modified=modified,
        licence=licence,
        rights=rights,
        sets=sets,
        subjects=tuple(dict.fromkeys(subjects)),
        files=tuple(File(one) for one in dict.fromkeys(files)),
        hops=hops,
    )


def values_of(record: Record) -> list[tuple[str, str]]:
    """(word, text) of a record in the order of the oai_dc schema's list; the reverse of `fields_of`."""
    licence = record.licence.uri or record.licence.text
    descriptions = [one for one in (record.summary, record.text) if one]
    found = {
        "title": [record.title],
        "creator": [record.contact],
        "subject": list(record.subjects),
        "description": descriptions,
        "publisher": list(record.creators),
        "date": [one.isoformat() for one in (record.issued, record.modified) if one],
        "type": [record.type],
        "identifier": [record.url],
        "language": [record.language],
        "relation": [one.url for one in record.files],
        "rights": [licence, record.rights],
    }
    return [(word, text) for word, texts in found.items() for text in texts if text]


def language_code(written: str) -> str:
    """`en` of `en-GB`, `eng` or `English`; empty for what is no language."""
    first = re.split(r"[-_,;\s]", written.strip().lower(), maxsplit=1)[0]
    code = _LANGUAGES.get(first, first)
    return code if re.fullmatch(r"[a-z]{2,3}", code) and code not in ("und", "mul", "zxx", "mis") else ""


def _lines(values: Values, word: str) -> list[str]:
    return [line for one in values.get(word, ()) if (line := clean_line(one))]


def _addresses(written: Sequence[str]) -> list[str]:
    """Web addresses among identifiers, those written as such first; DOIs and handles through their resolvers."""
    plain = [one for one in written if _ADDRESS.fullmatch(one)]
    resolved = [f"https://doi.org/{found[1]}" for one in written if (found := _DOI.fullmatch(one))]
    handles = [f"https://hdl.handle.net/{found[1]}" for one in written if (found := _HANDLE.fullmatch(one))]
    return list(dict.fromkeys([*plain, *resolved, *handles]))


def _told(descriptions: Sequence[str]) -> tuple[str, str]:
    texts = [one.strip() for one in descriptions if one.strip()]
    if texts and len(texts[0]) <= LONGEST_SUMMARY and "\n\n" not in texts[0]:
        return clean_line(texts[0]), "\n\n".join(texts[1:])
    return "", "\n\n".join(texts)


def _dates(values: Values) -> tuple[date | None, date | None]:
    """(issued, modified): Dublin Core's one word for all dates, so the first is when it came and the last a change."""
    issued = _parsed(values, "issued", "available", "created")
    modified = _parsed(values, "modified")
    plain = sorted(_parsed(values, "date"), key=as_moment)
    first = next(iter([*issued, *plain]), None)
    last = next(iter([*modified, *(plain[1:] or [])[-1:]]), None)
    return first, last


def _parsed(values: Values, *words: str) -> list[date]:
    found: list[date] = []
    for written in (one for word in words for one in _lines(values, word)):
        # A year or a month alone is no day; inventing one would be a lie.
        if matched := _DAY.search(written):
            try:
                found.append(parse_date(matched[0]))
            except ValueError:
                continue
    return found


def _rights(written: Sequence[str]) -> tuple[Licence, str]:
    address = next((found[0] for one in written if (found := _ADDRESS.search(one))), "")
    # Other addresses than the licence's own stay within the sentence that names them.
    sentences = [one for one in dict.fromkeys(written) if not _ADDRESS.fullmatch(one)]
    licence = Licence(address.rstrip(".,;)"), "", "record") if address else Licence()
    return licence, " ".join(sentences)


def timestamp(moment: datetime, granularity: str = "YYYY-MM-DDThh:mm:ssZ") -> str:
    """A UTC moment as OAI-PMH writes it (§3.3), in seconds or days."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ" if "hh" in granularity else "%Y-%m-%d")
