"""Trentside: an OAI-PMH 2.0 repository with pages, sets, tombstones, and one note that is withdrawn later."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from federation import oaiprovider as oai
from federation.record import Licence, Record, as_moment, parse_date
from hub.demo.sites.server import Answer, Site, moment_of
from hub.demo.texts import Text, texts

PAGE: Final = 8
"""Records on one page of a list."""

SETS: Final = {
    "practice": ("Practice notes and case studies", ("practice-note", "case-study")),
    "evidence": ("Reports, evaluations and data", ("report", "evaluation", "dataset")),
    "corporate": ("Policies, guidance, FOI answers and news", ("policy", "guidance", "foi", "news", "event")),
}
"""setSpec -> (setName, the kinds of document in it)."""

_ARGUMENTS: Final = {
    "Identify": frozenset[str](),
    "ListMetadataFormats": frozenset({"identifier"}),
    "ListSets": frozenset({"resumptionToken"}),
    "GetRecord": frozenset({"identifier", "metadataPrefix"}),
    "ListRecords": frozenset({"from", "until", "set", "metadataPrefix", "resumptionToken"}),
    "ListIdentifiers": frozenset({"from", "until", "set", "metadataPrefix", "resumptionToken"}),
}
"""What each verb may be asked with (OAI-PMH 2.0 §4)."""


class _Wrong(Exception):
    """The request cannot be answered: a code of §3.6 and a sentence."""

    def __init__(self, code: oai.ErrorCode, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class Trentside(Site):
    """`withdraws_after` is how long after its start the site takes back the texts that are marked so."""

    name = "trentside"
    withdraws_after = timedelta(minutes=10)

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self._started = datetime.now(UTC).replace(microsecond=0)

    def answer(self, path: str, query: Mapping[str, str]) -> Answer:
        if path == "/oai":
            return Answer(self._oai(query), "text/xml; charset=utf-8")
        return super().answer(path, query)

    @property
    def texts(self) -> tuple[Text, ...]:
        return tuple(text for text in texts(self.name) if not self._gone(text))

    def _gone(self, text: Text) -> datetime | None:
        """When the text was taken back, None while it stands."""
        if text.deleted:
            return moment_of(text)
        withdrawn = self._started + self.withdraws_after
        return withdrawn if text.withdrawn and withdrawn <= datetime.now(UTC) else None

    def _oai(self, query: Mapping[str, str]) -> bytes:
        repository = oai.Repository(
            name="Trentside quality improvement repository",
            base_url=f"{self.base}/oai",
            emails=("library@trentside-nhs.example",),
            earliest=datetime(2020, 1, 1, tzinfo=UTC),
        )
        asked = oai.Asked(query)
        try:
            return self._verb(query)(repository, query, asked)
        except _Wrong as wrong:
            return oai.error(repository, wrong.code, str(wrong), asked)

    def _verb(self, query: Mapping[str, str]) -> Callable[[oai.Repository, Mapping[str, str], oai.Asked], bytes]:
        verb = query.get("verb", "")
        if verb not in _ARGUMENTS:
            raise _Wrong("badVerb", f"There is no verb “{verb}”.")
        if unknown := set(query) - _ARGUMENTS[verb] - {"verb"}:
            raise _Wrong("badArgument", f"{verb} has no argument “{sorted(unknown)[0]}”.")
        return {
            "Identify": lambda repository, _, asked: oai.identify(repository, asked),
            "ListMetadataFormats": lambda repository, _, asked: oai.list_metadata_formats(repository, asked),
            "ListSets": _list_sets,
            "GetRecord": self._get,
            "ListRecords": self._list,
            "ListIdentifiers": self._list,
        }[verb]

    def _records(self) -> list[Record]:
        """Every record and tombstone, oldest datestamp first, so that what changes meanwhile comes last."""
        made = [self._record(text) for text in texts(self.name)]
        return sorted(made, key=lambda one: (one.datestamp or datetime.min.replace(tzinfo=UTC), one.native_id))

    def _record(self, text: Text) -> Record:
        header = Record(
            native_id=f"oai:trentside-nhs.example:{text.slug}",
            url=self.base + self.path_of(text),
            datestamp=self._gone(text) or moment_of(text),
            sets=tuple(spec for spec, (_, kinds) in SETS.items() if text.kind in kinds),
        )
        if self._gone(text):
            return replace(header, deleted="withdrawn")
        return replace(
            header,
            title=text.title,
            summary=text.summary,
            text=_plain(text),
            language=text.language,
            type=text.kind,
            creators=("Trentside NHS Trust",),
            contact=text.contact,
            issued=text.date,
            modified=text.changed,
            licence=Licence(text.licence, "", "record") if text.licence else Licence(),
            subjects=text.subjects,
        )

    def _get(self, repository: oai.Repository, query: Mapping[str, str], asked: oai.Asked) -> bytes:
        _require_prefix(query)
        identifier = query.get("identifier", "")
        found = next((one for one in self._records() if one.native_id == identifier), None)
        if found is None:
            raise _Wrong("idDoesNotExist", f"There is no record “{identifier}”.")
        return oai.get_record(repository, found, asked)

    def _list(self, repository: oai.Repository, query: Mapping[str, str], asked: oai.Asked) -> bytes:
        start, window = _window(query)
        chosen = [one for one in self._records() if _within(one, window)]
        if not chosen:
            raise _Wrong("noRecordsMatch", "Nothing matches.")
        if start >= len(chosen):
            raise _Wrong("badResumptionToken", "This token is behind the end of the list.")
        end = start + PAGE
        following = "!".join([str(end), *window]) if end < len(chosen) else ""
        token = oai.Token(following, len(chosen), start) if following or start else None
        encode = oai.list_records if query["verb"] == "ListRecords" else oai.list_identifiers
        return encode(repository, chosen[start:end], asked, token)


def _list_sets(repository: oai.Repository, query: Mapping[str, str], asked: oai.Asked) -> bytes:
    if "resumptionToken" in query:
        raise _Wrong("badResumptionToken", "The list of sets has one page.")
    return oai.list_sets(repository, [(spec, name) for spec, (name, _) in SETS.items()], asked)


def _window(query: Mapping[str, str]) -> tuple[int, tuple[str, str, str]]:
    """(first record, (from, until, set)) of a request for a list, from its token where it has one (§3.5)."""
    if token := query.get("resumptionToken"):
        start, *window = token.split("!")
        if set(query) != {"verb", "resumptionToken"} or len(window) != 3 or not start.isdigit():
            raise _Wrong("badResumptionToken", "This token is none of ours, or does not stand alone.")
        return int(start), (window[0], window[1], window[2])
    _require_prefix(query)
    if query.get("set", "") not in ("", *SETS):
        raise _Wrong("noRecordsMatch", f"There is no set “{query['set']}”.")
    window = [query.get(name, "") for name in ("from", "until")]
    for written in filter(None, window):
        _moment(written)
    if all(window) and len(window[0]) != len(window[1]):
        raise _Wrong("badArgument", "from and until differ in granularity.")
    return 0, (window[0], window[1], query.get("set", ""))


def _within(record: Record, window: tuple[str, str, str]) -> bool:
    since, until, wanted = window
    stamp = record.datestamp
    assert stamp is not None
    if wanted and wanted not in record.sets:
        return False
    if since and stamp < as_moment(_moment(since)):
        return False
    if not until:
        return True
    last = _moment(until)
    # A day as the end of a window means the whole of that day.
    return stamp <= last if isinstance(last, datetime) else stamp.date() <= last


def _moment(written: str) -> date:
    try:
        return parse_date(written)
    except ValueError as error:
        raise _Wrong("badArgument", f"“{written}” is no date of this repository's granularity.") from error


def _require_prefix(query: Mapping[str, str]) -> None:
    if "metadataPrefix" not in query:
        raise _Wrong("badArgument", "metadataPrefix is missing.")
    if query["metadataPrefix"] != oai.OAI_DC:
        raise _Wrong("cannotDisseminateFormat", "This repository speaks oai_dc.")


def _plain(text: Text) -> str:
    """The body as plain text, one block a line and a blank one between them."""
    return "\n\n".join(f"- {words}" if kind == "li" else words for kind, words in text.blocks)
