"""Calder: a website with a sitemap; pages with navigation, a cookie banner and schema.org data."""

import json
from collections.abc import Mapping
from html import escape

from hub.demo.sites.server import Answer, Site, moment_of
from hub.demo.texts import Text, html_of

SCHEMA_TYPES = {"news": "NewsArticle", "event": "Event", "report": "Report"}


class Calder(Site):
    """Everything that a page has besides its text is here, so that it can be left out."""

    name = "calder"

    def answer(self, path: str, query: Mapping[str, str]) -> Answer:
        if path == "/robots.txt":
            rules = f"User-agent: *\nDisallow: /private/\nSitemap: {self.base}/sitemap.xml\n"
            return Answer(rules.encode(), "text/plain")
        if path == "/sitemap.xml":
            return Answer(self._sitemap().encode(), "application/xml")
        return super().answer(path, query)

    def path_of(self, text: Text) -> str:
        return f"/learning/{text.slug}/"

    def _sitemap(self) -> str:
        urls = "".join(
            f"<url><loc>{self.base}{self.path_of(text)}</loc><lastmod>{moment_of(text).date()}</lastmod></url>\n"
            for text in self.texts
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n'
        )

    def page(self, text: Text) -> str:
        links = "".join(f'<li><a href="{self.path_of(one)}">{escape(one.title)}</a></li>' for one in self.texts[:6])
        review = f'<meta name="review-by" content="{text.review_by}">' if text.review_by else ""
        return f"""<!doctype html>
<html lang="{text.language}"><head><meta charset="utf-8"><title>{escape(text.title)} | Calder Fire and Rescue</title>
<meta name="description" content="{escape(text.summary)}">{review}
<link rel="canonical" href="{self.base}{self.path_of(text)}">
<script type="application/ld+json">{json.dumps(self._data(text))}</script></head>
<body><div class="cookie-banner" role="region" aria-label="Cookies"><p>We use cookies to make this site work and
to count visits. <button>Accept all cookies</button> <button>Reject</button></p></div>
<header><a href="/">Calder Fire and Rescue</a><nav><ul><li><a href="/">Home</a></li><li><a href="/safety">Safety</a>
</li><li><a href="/careers">Careers</a></li><li><a href="/contact">Contact us</a></li></ul></nav></header>
<main><article><h1>{escape(text.title)}</h1>
<p>{escape(text.summary)}</p>
{html_of(text)}
</article></main>
<aside><h2>Related pages</h2><ul>{links}</ul></aside>
<footer><p>In an emergency dial 999. Headquarters, 1 Mill Road, Calder.</p></footer></body></html>"""

    def _data(self, text: Text) -> dict[str, object]:
        return {
            "@context": "https://schema.org",
            "@type": SCHEMA_TYPES.get(text.kind, "Article"),
            "headline": text.title,
            "genre": text.kind.replace("-", " "),
            "inLanguage": text.language,
            "datePublished": text.date.isoformat(),
            "dateModified": (text.changed or text.date).isoformat(),
            "license": text.licence,
            "keywords": list(text.subjects),
            "publisher": {"@type": "Organization", "name": "Calder Fire and Rescue"},
            "contactPoint": {"@type": "ContactPoint", "name": text.contact},
        }
