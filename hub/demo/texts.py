"""The demo's documents: written by hand, one Markdown file each, with a few lines of facts on top."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date as Day
from functools import cache
from html import escape
from importlib.resources import files
from typing import Final

LICENCES: Final = {
    "ogl": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
    "cc-by": "https://creativecommons.org/licenses/by/4.0/",
    "none": "",
}


@dataclass(frozen=True, slots=True)
class Text:
    """One document. `body` is a small Markdown: paragraphs, `##` headings, `-` items and, in sheets, `|` rows."""

    slug: str
    title: str
    date: Day
    language: str
    kind: str
    body: str
    changed: Day | None = None
    review_by: Day | None = None
    summary: str = ""
    subjects: tuple[str, ...] = ()
    contact: str = ""
    licence: str = LICENCES["ogl"]
    format: str = ""
    withdrawn: bool = False
    deleted: bool = False
    blocks: tuple[tuple[str, str], ...] = field(default=())
    """The body as (kind of block, text): `p`, `h`, `li` or `row`."""


@cache
def texts(site: str) -> tuple[Text, ...]:
    """The documents of one site, in the order of their file names."""
    folder = files("hub.demo").joinpath("texts", site)
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".md"))
    return tuple(parse(name.removesuffix(".md"), folder.joinpath(name).read_text("utf-8")) for name in names)


def parse(slug: str, content: str) -> Text:
    """One file: `key: value` lines, an empty line, the body."""
    head, _, body = content.partition("\n\n")
    facts = dict(line.split(": ", 1) for line in head.strip().splitlines() if ": " in line)
    body = body.strip()
    return Text(
        slug=slug,
        title=facts["title"],
        date=Day.fromisoformat(facts["date"]),
        language=facts["language"],
        kind=facts["kind"],
        body=body,
        changed=_day(facts.get("changed")),
        review_by=_day(facts.get("review-by")),
        summary=facts.get("summary", ""),
        subjects=tuple(word.strip() for word in facts.get("subjects", "").split(",") if word.strip()),
        contact=facts.get("contact", ""),
        licence=LICENCES[facts.get("licence", "ogl")],
        format=facts.get("format", ""),
        withdrawn=facts.get("withdrawn") == "yes",
        deleted=facts.get("deleted") == "yes",
        blocks=tuple(_blocks(body)),
    )


def _day(text: str | None) -> Day | None:
    return Day.fromisoformat(text) if text else None


def _blocks(body: str) -> Iterator[tuple[str, str]]:
    paragraph: list[str] = []
    for line in [*body.splitlines(), ""]:
        kind = next((name for start, name in (("## ", "h"), ("- ", "li"), ("|", "row")) if line.startswith(start)), "")
        if (not line.strip() or kind) and paragraph:
            yield "p", " ".join(paragraph)
            paragraph = []
        if kind == "row":
            yield kind, line.strip().strip("|")
        elif kind:
            yield kind, line.split(" ", 1)[1].strip()
        elif line.strip():
            paragraph.append(line.strip())


def html_of(text: Text) -> str:
    """The body as HTML."""
    parts: list[str] = []
    listed = False
    for kind, words in text.blocks:
        if (kind == "li") != listed:
            parts.append("<ul>" if kind == "li" else "</ul>")
            listed = kind == "li"
        tag = {"p": "p", "h": "h2", "li": "li", "row": "p"}[kind]
        parts.append(f"<{tag}>{escape(words, quote=False)}</{tag}>")
    if listed:
        parts.append("</ul>")
    return "\n".join(parts)
