"""Saved searches on the server: it is asked, for some new documents at a time, which of its queries find them."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

from hub.errors import BadInput, Gone, IndexUnavailable
from hub.index.analysis import Analysis, Welsh, unchanged, usable
from hub.index.base import Document, Matches, Query, Refused
from hub.index.opensearch.bulk import Line, batches
from hub.index.opensearch.points import every_hit
from hub.index.opensearch.queries import Part, finding
from hub.index.opensearch.saved import FIELD, Saved, digest_of
from hub.index.opensearch.server import Server
from hub.index.opensearch.shape import Names, source_of
from hub.index.schema import STARTS

AT_ONCE: Final = 2000
AT_ONCE_BYTES: Final = 20_000_000
"""Documents, and bytes of them, in one request: the server makes each query ready anew for each, so few are best."""

NOT_SEARCHED: Final = ("title", "text", STARTS, "version")
_SLOTS: Final = "_percolator_document_slot"


class OpenSearchMatcher:
    """Keeps the saved searches in an index of the server, and changes there only what changed."""

    def __init__(self, server: Server, names: Names, welsh: Welsh = unchanged) -> None:
        self._server = server
        self._saved = Saved(server, names)
        self._analysis = Analysis(welsh)

    def match(self, documents: Sequence[Document], saved: Mapping[str, Query]) -> Matches:
        """One request for each 2,000 documents, after two or three that see to the saved searches."""
        parts, digests, refused = self._parts(saved)
        sources = _sources(documents)
        try:
            with self._saved.holding(parts) as (point, wrong):
                found = self._found(point, sources)
        except Gone as error:
            raise IndexUnavailable("The search server lost its saved searches. Try again.") from error
        refused += [
            Refused(name, f"The index cannot take this search: {wrong[digest]}.")
            for name, digest in digests.items()
            if digest in wrong
        ]
        return Matches(
            {name: tuple(found[digest]) for name, digest in digests.items() if digest in found}, tuple(refused)
        )

    def _parts(self, saved: Mapping[str, Query]) -> tuple[dict[str, Part], dict[str, str], list[Refused]]:
        """{digest: query for the server}, {name: digest}, and the searches that cannot be used."""
        parts: dict[str, Part] = {}
        digests: dict[str, str] = {}
        refused = []
        for name, query in saved.items():
            try:
                part = finding(query, self._analysis)
            except BadInput as error:
                refused.append(Refused(name, str(error)))
            else:
                digests[name] = digest_of(part)
                parts[digests[name]] = part
        return parts, digests, refused

    def _found(self, point: str, sources: Mapping[str, Part]) -> dict[str, list[str]]:
        """{digest: ids found}, of all that stands in this point in time."""
        found: dict[str, list[str]] = {}
        lines = (Line(id, json.dumps(source)) for id, source in sources.items())
        for batch in batches(lines, AT_ONCE, AT_ONCE_BYTES):
            ids = [line.id for line in batch]
            asked = {"percolate": {"field": FIELD, "documents": [sources[id] for id in ids]}}
            for one in every_hit(self._server, point, {"query": {"constant_score": {"filter": asked}}}):
                found.setdefault(one["_id"], []).extend(ids[slot] for slot in sorted(one["fields"][_SLOTS]))
        return found


def _sources(documents: Sequence[Document]) -> dict[str, Part]:
    """{id: what is searched of it}, of the documents that the index would take."""
    made: dict[str, Part] = {}
    for document in documents:
        with suppress(Exception):  # Whatever is wrong with one document, the others go on.
            whole = source_of(document)
            made[usable(document.id)] = {name: value for name, value in whole.items() if name not in NOT_SEARCHED}
    return made
