"""Brackendale: an Atom feed with full text, as a good content management system writes it."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from html import escape

from hub.demo.sites.server import Answer, Site, moment_of
from hub.demo.texts import Text, html_of


class Brackendale(Site):
    """Everything in one feed."""

    name = "brackendale"

    def answer(self, path: str, query: Mapping[str, str]) -> Answer:
        if path == "/practice.atom":
            newest = max(moment_of(text) for text in self.texts)
            return Answer(self._feed().encode(), "application/atom+xml; charset=utf-8", modified=newest)
        if path == "/":
            link = '<link rel="alternate" type="application/atom+xml" href="/practice.atom" title="Practice">'
            return Answer(f"<!doctype html><html lang=en><title>Brackendale Council</title>{link}".encode())
        return super().answer(path, query)

    def _feed(self) -> str:
        entries = "\n".join(self._entry(text) for text in sorted(self.texts, key=moment_of, reverse=True))
        newest = max(moment_of(text) for text in self.texts).isoformat()
        return (
            '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">\n'
            f"<title>Brackendale Council: practice and policy</title><id>{self.base}/practice.atom</id>\n"
            f'<link rel="self" href="{self.base}/practice.atom"/><updated>{newest}</updated>\n{entries}\n</feed>\n'
        )

    def _entry(self, text: Text) -> str:
        published = datetime.combine(text.date, time(9), UTC).isoformat()
        words = [text.kind.replace("-", " "), *text.subjects]
        categories = "".join(f"<category term={_quoted(word)}/>" for word in words)
        licence = f'<link rel="license" href="{text.licence}"/>' if text.licence else ""
        return (
            f"<entry><title>{escape(text.title)}</title><id>tag:brackendale.example,2026:{text.slug}</id>"
            f'<link rel="alternate" type="text/html" href="{self.base}{self.path_of(text)}"/>{licence}'
            f"<published>{published}</published><updated>{moment_of(text).isoformat()}</updated>"
            f"<author><name>{escape(text.contact)}</name></author>{categories}"
            f"<summary>{escape(text.summary)}</summary>"
            f'<content type="html">{escape(html_of(text))}</content></entry>'
        )


def _quoted(word: str) -> str:
    return f'"{escape(word)}"'
