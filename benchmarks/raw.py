"""The engines alone: a plain index and a plain search, as somebody would write it who needs nothing more.

Both find the words of the corpus with the analysis that ours has, so that both sides find the same.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import tantivy
from opensearchpy import OpenSearch, helpers
from tantivy import Occur

from benchmarks.corpus import Corpus
from hub.index.analysis import analyzer
from hub.index.base import FACETS, Document
from hub.index.opensearch.address import read_address
from hub.index.opensearch.shape import body
from hub.index.schema import FILTERS

PLAIN: Final = ("sector", "organisation", "type", "language")
SHOWN: Final = 220


class Raw(Protocol):
    """What the engine alone must do."""

    def write(self, corpus: Corpus) -> None:
        """All records, ready to be searched."""
        ...

    def search(self, words: Sequence[str]) -> int:
        """A page: ten hits with marked extracts, five facets. The total is given back, to be compared."""
        ...


class RawTantivy:
    """tantivy in this process: a plain index and a plain search."""

    def __init__(self, folder: Path) -> None:
        self.schema = _schema()
        folder.mkdir(parents=True, exist_ok=True)
        self.index = tantivy.Index(self.schema, str(folder))
        self._analyzer = analyzer("en")
        self.index.register_tokenizer("en", self._analyzer)
        self._facets = {name: {"terms": {"field": FILTERS[name], "size": 200}} for name in FACETS}

    def write(self, corpus: Corpus) -> None:
        """All records, with the same heap and threads as our rebuild."""
        writer = self.index.writer(128_000_000, 2)
        for document in corpus.documents():
            self.put(writer, document)
        writer.commit()
        writer.wait_merging_threads()
        self.index.reload()

    def put(self, writer: tantivy.IndexWriter, document: Document) -> None:
        """Add one, to be committed."""
        writer.add_document(_document(document))

    def read(self, id: str) -> bytes:
        """The text of one."""
        searcher = self.index.searcher()
        hits = searcher.search(tantivy.Query.term_query(self.schema, "id", id), 1).hits
        return str(searcher.doc(hits[0][1])["all_en"][0]).encode() if hits else b""

    def search(self, words: Sequence[str]) -> int:
        """A page; the total is given back, so that both sides can be seen to find the same."""
        searcher = self.index.searcher()
        stems = [self._analyzer.analyze(word)[0] for word in words]
        parts = [(Occur.Must, tantivy.Query.term_query(self.schema, "all_en", stem)) for stem in stems]
        for stem in stems:
            title = tantivy.Query.term_query(self.schema, "title_en", stem)
            parts.append((Occur.Should, tantivy.Query.boost_query(title, 0.5)))
        query = tantivy.Query.boolean_query(parts)
        answer: Any = searcher.search(query, 10)
        searcher.aggregate(query, self._facets)
        snippets = tantivy.SnippetGenerator.create(searcher, query, self.schema, "all_en")
        snippets.set_max_num_chars(220)
        for _, address in answer.hits:
            stored = searcher.doc(address)
            assert stored["title"]
            snippets.snippet_from_doc(stored).to_html()
        return int(answer.count)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("all_en", stored=True, tokenizer_name="en")
    builder.add_text_field("title_en", tokenizer_name="en")
    builder.add_text_field("title", stored=True, tokenizer_name="raw")
    builder.add_text_field("id", tokenizer_name="raw", index_option="basic")
    for name in FACETS:
        builder.add_text_field(FILTERS[name], fast=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


def _document(document: Document) -> tantivy.Document:
    made = tantivy.Document()
    made.add_text("all_en", f"{document.title}\n{document.body}")
    made.add_text("title_en", document.title)
    made.add_text("title", document.title)
    made.add_text("id", document.id)
    for name in ("sector", "organisation", "type", "language"):
        made.add_text(name, getattr(document, name))
    for topic in document.topics_tree:
        made.add_text("topics_tree", topic)
    return made


class RawOpenSearch:
    """opensearch-py with a plain index on the server at this address."""

    def __init__(self, address: str) -> None:
        place = read_address(address)
        self.client = OpenSearch([{"host": place.host, "port": place.port}], timeout=60)
        self.url = f"http://{place.host}:{place.port}"
        self.index = "raw"

    def write(self, corpus: Corpus) -> None:
        """All records, by `helpers.bulk`, merged as they come."""
        text = {"type": "text", "analyzer": "en", "index_options": "offsets"}
        plain = {FILTERS[name]: {"type": "keyword"} for name in FACETS}
        properties = {"text": text, "title": {"type": "text", "analyzer": "en"}, **plain}
        settings = {"analysis": body()["settings"]["analysis"], "number_of_shards": 1, "number_of_replicas": 0}
        self.client.indices.create(
            index=self.index, body={"settings": settings, "mappings": {"properties": properties}}
        )
        helpers.bulk(self.client, self.actions(corpus.documents()), chunk_size=500)
        self.client.indices.refresh(index=self.index)

    def actions(self, documents: Iterable[Document]) -> Iterator[dict[str, Any]]:
        """What `helpers.bulk` takes."""
        for document in documents:
            source = {name: getattr(document, name) for name in PLAIN}
            source |= {"title": document.title, "text": f"{document.title}\n{document.body}"}
            yield {"_index": self.index, "_id": document.id, "topics_tree": document.topics_tree, **source}

    def body(self, words: Sequence[str]) -> dict[str, Any]:
        """The request."""
        return {
            "query": {
                "bool": {
                    "must": [{"match": {"text": word}} for word in words],
                    "should": [{"match": {"title": {"query": word, "boost": 0.5}}} for word in words],
                }
            },
            "size": 10,
            "track_total_hits": True,
            "_source": ["title"],
            "aggs": {name: {"terms": {"field": FILTERS[name], "size": 200}} for name in FACETS},
            "highlight": {"fields": {"text": {"fragment_size": SHOWN, "number_of_fragments": 1}}},
        }

    def search(self, words: Sequence[str]) -> int:
        """A page."""
        answer = self.client.search(index=self.index, body=self.body(words))
        return int(answer["hits"]["total"]["value"])
