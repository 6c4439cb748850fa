"""`moothall search`: the same search as the page's."""

from typing import Any

import click

from hub.cli.shown import as_json, show, workshop
from hub.errors import BadInput
from hub.index.base import FACETS
from hub.index.engines import open_reader
from hub.indexed import FINDABLE
from hub.search.expand import Expander
from hub.search.feeds import author_of
from hub.search.findable import AnyCard, cards_of
from hub.search.service import Found, asked_from, find


class Options:
    """Command-line options in the shape of an address's parameters."""

    def __init__(self, given: dict[str, Any]) -> None:
        self._given = given

    def get(self, key: str) -> str | None:
        return self._given.get(key) or None

    def getlist(self, key: str) -> list[str]:
        value = self._given.get(key) or ()
        return [value] if isinstance(value, str) else list(value)


@click.command()
@click.argument("words", nargs=-1)
@click.option("--sector", multiple=True)
@click.option("--organisation", multiple=True)
@click.option("--type", multiple=True, help="Kind of document.")
@click.option("--topic", multiple=True, help="Notation of a topic, as HOU.2.")
@click.option("--language", multiple=True)
@click.option("--community", multiple=True, help="Short name of a community, as in its address.")
@click.option("--from", "from_", default="", help="Published on this day or later, as 2026-01-31.")
@click.option("--to", default="", help="Published on this day or before.")
@click.option("--sort", type=click.Choice(["best", "newest"]), default="best")
@click.option("--only-words", is_flag=True, help="Do not search the topics' other words.")
@click.option("--page", type=click.IntRange(min=1), default=1)
@as_json
def search(words: tuple[str, ...], from_: str, only_words: bool, page: int, json_: bool, **given: Any) -> None:
    """Search for WORDS: all of them, "phrases", -without, this OR that."""
    asked = asked_from(Options({**given, "q": " ".join(words), "from": from_, "words": "only" if only_words else ""}))
    if asked.wrong:
        raise BadInput(next(iter(asked.wrong.values())))
    with workshop() as parts:
        expander = Expander(parts.vocabulary, parts.settings.cache)
        found = find(open_reader(parts.settings), asked, expand=expander.expand, page=page)
        with parts.database.reading() as session:
            known = cards_of(session, found.page.hits, FINDABLE, parts.vocabulary.scheme)
    shown = [known[hit.id] for hit in found.page.hits if hit.id in known]
    value = {
        "total": found.page.total,
        "any_word": found.any_word,
        "facets": {name: dict(found.page.facets.get(name, ())) for name in FACETS},
        "results": [_plain(card) for card in shown],
    }
    show(value, json_=json_, words=lambda: _words(found, shown))


def _plain(card: AnyCard) -> dict[str, Any]:
    return {
        "id": card.id,
        "title": card.title,
        "organisation": card.publisher.slug if card.publisher else "",
        "community": card.community.slug if card.community else "",
        "type": card.type,
        "language": card.language,
        "published": card.published,
        "topics": [topic.notation for topic in card.topics],
    }


def _words(found: Found, shown: list[AnyCard]) -> str:
    lines = [f"{found.page.total} results" + (" with any of the words" if found.any_word else "")]
    for card in shown:
        topics = ", ".join(topic.name for topic in card.topics)
        lines.append(f"{card.title}\n  {author_of(card)} · {card.type_name} · {card.published or ''} · {topics}")
    lines += [f"Without {cost.value or 'the dates'}: {cost.total} results" for cost in found.costs]
    return "\n".join(lines)
