"""Reading from the server. Each search is one request; marking is ours, made from the stored text."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from hub.errors import IndexUnavailable
from hub.index.analysis import Analysis, Welsh, unchanged, usable
from hub.index.base import Hit, Query, SearchPage, Stats, Title
from hub.index.cursors import Cursors, own_key
from hub.index.marking import Marker
from hub.index.opensearch.lists import Lists
from hub.index.opensearch.near import itself_body, similar_body, spell_body, titles_body
from hub.index.opensearch.queries import Part, is_scored, search_body
from hub.index.opensearch.sentences import MISSING
from hub.index.opensearch.server import WHOLE, Server
from hub.index.opensearch.shape import Names
from hub.index.pages import NONE, Counts
from hub.index.spelling import asked, likeliest, slips
from hub.index.titles import distinct, words_typed

ENGINE: Final = "opensearch"
SCANNED: Final = 5000
"""Versions that are read at once."""

LEAST_FREE: Final = 0.1
"""The part of a disk that must be free: with less the server moves its data away, and then takes no more of it."""

NO_COPY: Final = "The index has no second copy at the moment. Is one of the search server's machines down?"
NO_ROOM: Final = "A disk of the search server is nearly full. Make room before it takes no more documents."


class OpenSearchReader:
    """Reads through the alias, from any number of threads; touches the server at its first call only."""

    def __init__(
        self,
        server: Server,
        names: Names,
        welsh: Welsh = unchanged,
        key: Callable[[], str] = own_key,
        restricted: bool = False,
    ) -> None:
        self._restricted = restricted
        self._server = server
        self._names = names
        self._analysis = Analysis(welsh)
        self._lists = Lists(server, names.read, Cursors(names.read, key))

    def search(self, query: Query) -> SearchPage:
        """One page, by one request; a list's first and last page take one more."""
        body = search_body(query, self._analysis, self._restricted)
        answer, after = self._lists.page(query, body) if query.after else (self._search(body), "")
        marker = Marker(query, self._analysis)
        scored = is_scored(query)
        hits = tuple(_hit(one, marker, scored) for one in answer["hits"]["hits"])
        counted = answer.get("aggregations", {})
        facets = {name: _counts(counted[name], query.filters.get(name, ())) for name in query.facets if name in counted}
        return SearchPage(hits, answer["hits"]["total"]["value"], facets, after)

    def similar(self, id: str, size: int) -> list[str]:
        """The server's more-like-this on the document's text, and its topics; two requests."""
        found = self._search(itself_body(id))["hits"]["hits"]
        if not found or size < 1:
            return []
        answer = self._search(similar_body(id, found[0]["_source"], size, self._analysis))
        return [one["_id"] for one in answer["hits"]["hits"]]

    def spell(self, word: str) -> str:
        """By the server's fuzzy search among stems, then by the words of the documents that have them."""
        folded = asked(self._analysis, word)
        if not folded:
            return ""
        answer = self._search(spell_body(word, slips(folded), self._analysis))
        if answer["aggregations"]["known"]["doc_count"]:
            return ""
        read = (f"{one['_source']['title']} {one['_source']['text']}" for one in answer["hits"]["hits"])
        return likeliest(folded, read, self._analysis)

    def suggest(self, text: str, size: int) -> list[Title]:
        """By the titles' folded words; one request, none where too little is typed."""
        if not words_typed(self._analysis, text):
            return []
        found = self._search(titles_body(text))["hits"]["hits"]
        titles = ((one["_id"], one["_source"]) for one in found)
        return distinct((Title(id, one["title"], "".join(one["document_type"])) for id, one in titles), size)

    def versions(self, ids: Sequence[str] | None = None) -> dict[str, int]:
        """{id: version}, in parts by the order of ids, as no text is read."""
        if ids is None:
            return dict(self._scan({"match_all": {}}))
        wanted = list(dict.fromkeys(map(usable, ids)))
        held: dict[str, int] = {}
        for start in range(0, len(wanted), SCANNED):
            held.update(self._scan({"terms": {"id": wanted[start : start + SCANNED]}}))
        return held

    def stats(self) -> Stats:
        """What `moothall index status` shows."""
        self._search({"size": 0})
        answer = self._server.ask("GET", f"/{self._names.read}/_stats/docs,store")
        name = next(iter(answer["indices"]), "")
        if not name:
            raise IndexUnavailable(MISSING)
        held = answer["indices"][name]["primaries"]
        return Stats(ENGINE, held["docs"]["count"], held["store"]["size_in_bytes"], name, self._troubles())

    def _troubles(self) -> tuple[str, ...]:
        """Of the server's health and disks, as far as our user may know them."""
        accept = (401, 403)
        health = self._server.ask("GET", f"/_cluster/health/{self._names.read}", accept=accept)
        shown = {"filter_path": "nodes.*.fs.total"}
        disks = self._server.ask("GET", "/_nodes/stats/fs", None, shown, accept).get("nodes", {}).values()
        free = [one["fs"]["total"]["available_in_bytes"] / one["fs"]["total"]["total_in_bytes"] for one in disks]
        troubles = [NO_COPY] if health.get("status") == "yellow" else []
        if min(free, default=1.0) < LEAST_FREE:
            troubles.append(NO_ROOM)
        return tuple(troubles)

    def _search(self, body: Part) -> Any:
        """One request. IndexUnavailable where another index than ours stands behind the alias, or a second one."""
        order = [*body.get("sort", ["_score"]), {self._names.mark: "asc"}]
        answer = self._server.ask("POST", f"/{self._names.read}/_search", {**body, "sort": order}, WHOLE)
        if answer["_shards"]["total"] != 1:
            raise IndexUnavailable(MISSING)
        return answer

    def _scan(self, query: Part) -> Iterator[tuple[str, int]]:
        body: Part = {
            "query": query,
            "sort": [{"id": "asc"}],
            "size": SCANNED,
            "_source": False,
            "docvalue_fields": ["version"],
        }
        while hits := self._search(body)["hits"]["hits"]:
            for one in hits:
                yield one["_id"], one["fields"]["version"][0]
            body["search_after"] = hits[-1]["sort"]


def _hit(found: Mapping[str, Any], marker: Marker, scored: bool) -> Hit:
    score = float(found["sort"][0]) if scored else 0.0
    id, stored, document_type = found["_id"], found.get("_source"), "".join(found["fields"]["document_type"])
    if stored is None:
        return Hit(id, score, (), (), document_type)
    language = "".join(stored.get("language", ()))
    title, extract = marker.line(stored["title"], language), marker.extract(stored["text"], language)
    return Hit(id, score, title, extract, document_type)


def _counts(answer: Mapping[str, Any], chosen: Sequence[str]) -> Counts:
    """The listed values, then the chosen ones that are not among them."""
    counted = _buckets(answer.get("values", answer))
    if not chosen:
        return counted
    listed = {value for value, _ in counted}
    rare = dict(_buckets(answer["chosen"]))
    return counted + tuple((value, rare.get(usable(value), 0)) for value in chosen if value not in listed)


def _buckets(answer: Mapping[str, Any]) -> Counts:
    return tuple((one["key"], one["doc_count"]) for one in answer["buckets"]) or NONE
