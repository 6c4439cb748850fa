"""OAI-PMH repositories: records and tombstones since the last check, in oai_dc (changes semantics)."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from harvesters import oai
from harvesters.base import Change, Known, Page, Problem, Proposal, Response, Semantics, Tools, deleted, upsert
from harvesters.identity import host_of
from harvesters.oaianswers import Item
from harvesters.problems import problem
from harvesters.readers.sniff import reader_for
from harvesters.sentences import Sentence

PREFIX: Final = "oai_dc"
WITHDRAWN: Final = "The repository says that the record is deleted."


class OaiPmhKind:
    """Implements harvesters.base.Kind. The cursor is that of harvesters.oai.walk.

    Metadata is all that is harvested; its documents stay where they are.
    """

    name = "oaipmh"
    words = "Repository (OAI-PMH)"
    semantics: Semantics = "changes"

    def pages(self, address: str, cursor: Mapping[str, Any], known: Known, tools: Tools) -> Iterator[Page]:
        for step in oai.walk(address, cursor, tools, PREFIX):
            problems = list(step.problems)
            changes = [change for item in step.items if (change := _change(item, problems))]
            yield Page(
                tuple(changes),
                step.cursor,
                problems=tuple(problems),
                complete=step.complete,
                listed=step.listed,
                moved=step.moved,
            )

    def recognise(self, response: Response, tools: Tools) -> Proposal | None:
        if reader_for(response.media_type, response.url, response.body[:4096]) != "oai":
            return None
        place = oai.Place.of(response.url, PREFIX)
        found = oai.identify(place, tools)
        if place.set:
            sentence = Sentence("The set {set} of a repository, “{name}”, by OAI-PMH.", name=found.name, set=place.set)
        else:
            everything = "A repository, “{name}”, that is read by OAI-PMH, with everything it has ever announced."
            sentence = Sentence(everything, name=found.name or host_of(response.url))
        return Proposal("oaipmh", place.url(set=place.set, metadataPrefix=place.own_prefix), sentence, found.name)


def _change(item: Item, problems: list[Problem]) -> Change | None:
    if item.deleted:
        return deleted(item.identifier, WITHDRAWN)
    if item.record is None:
        problems.append(problem("broken-record", where=item.identifier, detail="it has no metadata", sample=item.raw))
        return None
    return upsert(item.record, raw=item.raw.encode())
