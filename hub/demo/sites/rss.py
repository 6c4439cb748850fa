"""Westmarch: RSS 2.0 that is broken the way real ones are."""

from collections.abc import Mapping
from email.utils import format_datetime
from html import escape

from hub.demo.sites.server import Answer, Site, moment_of
from hub.demo.texts import Text, html_of


class Westmarch(Site):
    """Entities that XML does not know, bytes that are not what the label says, relative links, one guid twice."""

    name = "westmarch"

    def answer(self, path: str, query: Mapping[str, str]) -> Answer:
        if path == "/rss.xml":
            newest = max(moment_of(text) for text in self.texts)
            # Apostrophes as a word processor writes them: one byte in Windows-1252, and no UTF-8 at all.
            body = self._feed().replace("&#x27;", "’").replace("'", "’").encode("cp1252", "xmlcharrefreplace")
            return Answer(body, "text/xml; charset=utf-8", modified=newest)
        return super().answer(path, query)

    def path_of(self, text: Text) -> str:
        return f"/what-works/{text.slug}.html"

    def _feed(self) -> str:
        items = [self._item(text) for text in sorted(self.texts, key=moment_of, reverse=True)]
        items.insert(4, items[3].replace("<title>", "<title>Updated: "))  # the supplier repeats the guid
        joined = "\n".join(items)
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>\n'
            "<title>Westmarch Police &mdash; what works</title><link>/what-works/</link><language>en-gb</language>\n"
            f"<description>Practice notes &amp; evaluations&nbsp;&copy; Westmarch Police</description>\n{joined}\n"
            "</channel></rss>\n"
        )

    def _item(self, text: Text) -> str:
        body = escape(html_of(text)).replace("£", "&pound;").replace("é", "&eacute;")
        categories = "".join(f"<category>{escape(word)}</category>" for word in (text.kind, *text.subjects))
        when = format_datetime(moment_of(text))
        date = "yesterday" if text.slug.startswith("05") else when
        return (
            f"<item><title>{escape(text.title)}</title><link>{self.path_of(text)}</link>"
            f'<guid isPermaLink="false">westmarch-{text.slug[:2]}</guid><pubDate>{date}</pubDate>{categories}'
            f"<description>{escape(text.summary)}&nbsp;</description>"
            f"<content:encoded>{body}</content:encoded></item>"
        )
