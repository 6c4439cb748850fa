"""A small OAI-PMH repository on loopback, over records in memory, made with our own encoder.

repository = Repository(records, page=10)
with serve(repository.answer) as site: ...
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from federation import oaiprovider as oai
from federation.record import Record
from tests.servers.loopback import Request

XML = {"Content-Type": "text/xml; charset=utf-8"}


@dataclass
class Repository:
    """`clock` is the time that it answers with; `expired` are tokens that it does not know any more."""

    records: Sequence[Record]
    page: int = 10
    granularity: Literal["YYYY-MM-DD", "YYYY-MM-DDThh:mm:ssZ"] = "YYYY-MM-DDThh:mm:ssZ"
    clock: datetime = datetime(2026, 11, 24, 12, tzinfo=UTC)
    expired: set[str] = field(default_factory=set)

    def answer(self, request: Request) -> tuple[int, Mapping[str, str], bytes]:
        """Any request of OAI-PMH; whatever path it has."""
        return 200, XML, self.document(dict(request.query), f"http://{request.headers['host']}{request.path}")

    def document(self, query: dict[str, str], base: str) -> bytes:
        """The answer to these arguments."""
        repository = oai.Repository(
            name="Trentside & friends",
            base_url=base,
            emails=("library@trentside.example",),
            earliest=datetime(2020, 1, 1, tzinfo=UTC),
            granularity=self.granularity,
        )
        asked = oai.Asked(query, self.clock)
        match query.get("verb"):
            case "Identify":
                return oai.identify(repository, asked)
            case "ListMetadataFormats":
                return oai.list_metadata_formats(repository, asked)
            case "ListSets":
                return oai.list_sets(repository, [("practice", "Practice notes")], asked)
            case "GetRecord":
                return oai.get_record(
                    repository, next(one for one in self.records if one.native_id == query["identifier"]), asked
                )
            case "ListRecords":
                return self._list(repository, query, asked)
            case "ListIdentifiers":
                return oai.list_identifiers(repository, self.records, asked)
        return oai.error(repository, "badVerb", "There is no such verb.", asked)

    def _list(self, repository: oai.Repository, query: dict[str, str], asked: oai.Asked) -> bytes:
        token = query.get("resumptionToken", "")
        if token in self.expired:
            return oai.error(repository, "badResumptionToken", "It has expired.", asked)
        if not token and query.get("metadataPrefix") != "oai_dc":
            return oai.error(repository, "badArgument", "metadataPrefix is missing.", asked)
        start, _, since = token.partition("!") if token else ("0", "", query.get("from", ""))
        chosen = [one for one in self.records if repository.stamp(one.datestamp) >= since]
        if not chosen:
            return oai.error(repository, "noRecordsMatch", "Nothing is newer.", asked)
        at = int(start)
        end = at + self.page
        following = f"{end}!{since}" if end < len(chosen) else ""
        closing = oai.Token(following, len(chosen), at) if following or at else None
        return oai.list_records(repository, chosen[at:end], asked, closing)
