"""OAI-PMH 2.0, writing: what a repository answers, from Records to bytes. No parser is imported here.

Every function answers one whole document in UTF-8 (send it as `text/xml; charset=utf-8`, §3.1.2.2). Whatever stands in
the records, the answer is well-formed: characters that XML forbids are left out.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal
from xml.sax.saxutils import escape, quoteattr

from federation.dublincore import timestamp, values_of
from federation.record import Hop, Record, as_moment, parse_date

OAI_DC: Final = "oai_dc"
_NS: Final = "http://www.openarchives.org/OAI/2.0/"
_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
_DC_NS: Final = f"{_NS}oai_dc/"
_DC_SCHEMA: Final = f"{_NS}oai_dc.xsd"
_PROVENANCE: Final = f"{_NS}provenance"
_RIGHTS: Final = f"{_NS}rights/"
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\x7f-\x9f]")

ErrorCode = Literal[
    "badArgument",
    "badResumptionToken",
    "badVerb",
    "cannotDisseminateFormat",
    "idDoesNotExist",
    "noRecordsMatch",
    "noMetadataFormats",
    "noSetHierarchy",
]
"""§3.6."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """What Identify says (§4.2). `earliest` is the datestamp of records that have none."""

    name: str
    base_url: str
    emails: tuple[str, ...]
    earliest: datetime
    granularity: Literal["YYYY-MM-DD", "YYYY-MM-DDThh:mm:ssZ"] = "YYYY-MM-DDThh:mm:ssZ"
    deleted: Literal["no", "transient", "persistent"] = "persistent"

    def stamp(self, moment: datetime | None) -> str:
        """A datestamp in this repository's granularity."""
        return timestamp(moment or self.earliest, self.granularity)


@dataclass(frozen=True, slots=True)
class Token:
    """A resumptionToken (§3.5): `value` empty on the last page of a list that came in pages."""

    value: str
    size: int | None = None
    cursor: int | None = None
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """The request that is answered: its arguments (verb among them), and when."""

    arguments: Mapping[str, str] = field(default_factory=dict)
    when: datetime | None = None


def identify(repository: Repository, asked: Asked) -> bytes:
    """§4.2."""
    parts = [
        _tag("repositoryName", repository.name),
        _tag("baseURL", repository.base_url),
        _tag("protocolVersion", "2.0"),
        *(_tag("adminEmail", one) for one in repository.emails),
        _tag("earliestDatestamp", repository.stamp(repository.earliest)),
        _tag("deletedRecord", repository.deleted),
        _tag("granularity", repository.granularity),
    ]
    return _document(repository, asked, _wrap("Identify", *parts))


def list_metadata_formats(repository: Repository, asked: Asked) -> bytes:
    """§4.4: we speak oai_dc."""
    parts = [
        _tag("metadataPrefix", OAI_DC),
        _tag("schema", _DC_SCHEMA),
        _tag("metadataNamespace", _DC_NS),
    ]
    return _document(repository, asked, _wrap("ListMetadataFormats", _wrap("metadataFormat", *parts)))


def list_sets(
    repository: Repository, sets: Sequence[tuple[str, str]], asked: Asked, token: Token | None = None
) -> bytes:
    """§4.6: (setSpec, setName) pairs. A repository without sets answers `error(..., "noSetHierarchy", ...)`."""
    parts = [_wrap("set", _tag("setSpec", spec), _tag("setName", name)) for spec, name in sets]
    return _document(repository, asked, _wrap("ListSets", *parts, _token(token)))


def list_records(repository: Repository, records: Sequence[Record], asked: Asked, token: Token | None = None) -> bytes:
    """§4.5. A Record's `native_id` is its OAI identifier; one with `deleted` becomes a tombstone (§2.5.1)."""
    parts = [_record(repository, one) for one in records]
    return _document(repository, asked, _wrap("ListRecords", *parts, _token(token)))


def list_identifiers(
    repository: Repository, records: Sequence[Record], asked: Asked, token: Token | None = None
) -> bytes:
    """§4.3: headers alone."""
    parts = [_header(repository, one) for one in records]
    return _document(repository, asked, _wrap("ListIdentifiers", *parts, _token(token)))


def get_record(repository: Repository, record: Record, asked: Asked) -> bytes:
    """§4.1."""
    return _document(repository, asked, _wrap("GetRecord", _record(repository, record)))


def error(repository: Repository, code: ErrorCode, message: str, asked: Asked) -> bytes:
    """§3.6. The request's arguments are not repeated where they are what is wrong (§3.2)."""
    if code in ("badVerb", "badArgument"):
        asked = Asked({}, asked.when)
    return _document(repository, asked, f"<error code={_quoted(code)}>{_legal(message)}</error>")


def _document(repository: Repository, asked: Asked, body: str) -> bytes:
    moment = timestamp(asked.when or datetime.now(UTC))
    arguments = "".join(f" {name}={_quoted(value)}" for name, value in asked.arguments.items())
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<OAI-PMH xmlns="{_NS}" xmlns:xsi="{_XSI}" xsi:schemaLocation="{_NS} {_NS}OAI-PMH.xsd">'
        f"<responseDate>{moment}</responseDate>"
        f"<request{arguments}>{_legal(repository.base_url)}</request>{body}</OAI-PMH>\n"
    ).encode()


def _record(repository: Repository, record: Record) -> str:
    if record.deleted is not None:
        return _wrap("record", _header(repository, record))
    return _wrap("record", _header(repository, record), _metadata(record), *_abouts(record))


def _header(repository: Repository, record: Record) -> str:
    status = ' status="deleted"' if record.deleted is not None else ""
    parts = [
        _tag("identifier", record.native_id),
        _tag("datestamp", repository.stamp(record.datestamp)),
        *(_tag("setSpec", one) for one in record.sets),
    ]
    return f"<header{status}>{''.join(parts)}</header>"


def _metadata(record: Record) -> str:
    language = f" xml:lang={_quoted(record.language)}" if record.language else ""
    parts = [
        f"<dc:{word}{language if word in ('title', 'description') else ''}>{_legal(_date(word, text))}</dc:{word}>"
        for word, text in values_of(record)
    ]
    return (
        f'<metadata><oai_dc:dc xmlns:oai_dc="{_DC_NS}" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        f'xsi:schemaLocation="{_DC_NS} {_DC_SCHEMA}">{"".join(parts)}</oai_dc:dc></metadata>'
    )


def _date(word: str, text: str) -> str:
    # Moments are written with a Z, which every client reads; days stay days.
    if word != "date" or "T" not in text:
        return text
    return timestamp(as_moment(parse_date(text)))


def _abouts(record: Record) -> Iterator[str]:
    if record.hops:
        inner = _provenance(record.hops)
        yield f'<about><provenance xmlns="{_PROVENANCE}">{inner}</provenance></about>'
    if record.licence.uri:
        reference = f"<rightsReference ref={_quoted(record.licence.uri)}/>"
        yield f'<about><rights xmlns="{_RIGHTS}">{reference}</rights></about>'


def _provenance(hops: Sequence[Hop]) -> str:
    """The latest hop outside, its predecessors nested in it, the origin innermost."""
    inner = ""
    for hop in hops:
        parts = [
            _tag("baseURL", hop.hub),
            _tag("identifier", hop.identifier),
            _tag("datestamp", hop.datestamp),
            _tag("metadataNamespace", _DC_NS),
            inner,
        ]
        opening = f'<originDescription harvestDate={_quoted(hop.harvested)} altered="true">'
        inner = f"{opening}{''.join(parts)}</originDescription>"
    return inner


def _token(token: Token | None) -> str:
    if token is None:
        return ""
    said = {
        "expirationDate": timestamp(token.expires) if token.expires else None,
        "completeListSize": token.size,
        "cursor": token.cursor,
    }
    attributes = "".join(f' {name}="{value}"' for name, value in said.items() if value is not None)
    return f"<resumptionToken{attributes}>{_legal(token.value)}</resumptionToken>"


def _wrap(name: str, *parts: str) -> str:
    return f"<{name}>{''.join(parts)}</{name}>"


def _tag(name: str, text: str) -> str:
    return f"<{name}>{_legal(text)}</{name}>"


def _legal(text: str) -> str:
    return escape(_ILLEGAL.sub("", text), {"\r": "&#13;"})


def _quoted(text: str) -> str:
    return quoteattr(_ILLEGAL.sub("", text))
