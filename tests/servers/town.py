"""A council's website as people register it: a home page that announces feeds, news with categories, a sitemap."""

from dataclasses import dataclass, field
from html import escape

from tests.servers.loopback import Answer, Request

HTML = {"Content-Type": "text/html; charset=utf-8"}
XML = {"Content-Type": "application/xml"}
RSS = {"Content-Type": "application/rss+xml"}

TEXTS = (
    (
        "Weekly food waste rounds",
        "Waste",
        "We collected food waste every week from 4,000 homes and filled forty lorries. ",
    ),
    ("Damp and mould: two people, one visit", "Homes", "Two officers visit each home with damp and mould together. "),
    ("Casglu gwastraff bwyd", "Gwastraff", "Mae'r cyngor wedi dechrau casglu gwastraff bwyd o gartrefi yn y sir. "),
    ("Road gritting in a mild winter", "Roads", "Gritting lorries went out on nine nights and not on thirty. "),
)


@dataclass
class Town:
    """Answers by path before those of the site itself; `items` are what the news hold besides TEXTS."""

    broken: dict[str, Answer] = field(default_factory=dict)
    items: str = ""

    def answer(self, request: Request) -> Answer:
        """Any request."""
        if request.path in self.broken:
            return self.broken[request.path]
        host = f"http://{request.headers['host']}"
        match request.path:
            case "/":
                return 200, HTML, _home()
            case "/news.rss":
                return 200, RSS, self._news(host)
            case "/robots.txt":
                return 200, {"Content-Type": "text/plain"}, f"User-agent: *\nSitemap: {host}/sitemap.xml\n"
            case "/sitemap.xml":
                urls = "".join(f"<url><loc>{host}/{number}</loc></url>" for number in range(len(TEXTS)))
                return 200, XML, f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
            case "/quiet":
                return (
                    200,
                    HTML,
                    "<html><head><title>Quiet corner</title></head><body><p>Nothing else.</p></body></html>",
                )
        return self._page(request.path.removeprefix("/"))

    def _news(self, host: str) -> str:
        items = "".join(
            f"<item><title>{escape(title)}</title><link>{host}/{number}</link><guid>n{number}</guid>"
            f"<category>{category}</category><category>News</category>"
            f"<pubDate>Thu, {19 - number} Nov 2026 09:00:00 GMT</pubDate>"
            f"<description>{escape(words)}</description>"
            f"<content:encoded>{escape('<p>' + words * 6 + '</p>')}</content:encoded></item>"
            for number, (title, category, words) in enumerate(TEXTS)
        )
        return (
            '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
            f"<title>Northford news</title><link>{host}/</link><description>News</description>"
            f"{items}{self.items}</channel></rss>"
        )

    def _page(self, name: str) -> Answer:
        if not name.isdigit() or int(name) >= len(TEXTS):
            return 404, {}, b""
        title, _, words = TEXTS[int(name)]
        return (
            200,
            HTML,
            f"<html><head><title>{title}</title></head><body><main><p>{words * 6}</p></main></body></html>",
        )


def _home() -> str:
    return (
        '<!doctype html><html lang="en"><head><title>Northford City Council</title>'
        '<link rel="alternate" type="application/rss+xml" title="News" href="/news.rss"></head>'
        "<body><main><h1>Northford</h1><p>Welcome to the council.</p></main></body></html>"
    )


NO_LINK = "<item><title>A note without a link</title><guid isPermaLink='false'>urn:x</guid></item>"
"""An item that nobody could open."""
