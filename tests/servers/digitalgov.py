"""1,161 real posts on a loopback server: as an Atom feed with archive paging (RFC 5005), and as sitemap and pages."""

import json
from datetime import datetime
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt

from tests.servers.loopback import Request

POSTS = Path(__file__).parents[3] / "shared" / "data" / "digitalgov" / "posts.jsonl"
A_PAGE = 100
PUBLIC_DOMAIN = "https://creativecommons.org/publicdomain/zero/1.0/"


@cache
def posts() -> list[dict[str, Any]]:
    """The posts, newest first, with their body as HTML."""
    rows = [json.loads(line) for line in POSTS.read_text().splitlines()]
    markdown = MarkdownIt("commonmark")
    for row in rows:
        row["html"] = markdown.render(row["body"])
        row["slug"] = row["path"].removeprefix("content/").removesuffix(".md")
    return sorted(rows, key=lambda row: row["date"], reverse=True)


def site(request: Request) -> Any:
    """Everything that the site answers: /feed.atom, /archive/N.atom, /sitemap.xml, /posts/<slug>."""
    host = f"http://{request.headers['host']}"
    if request.path == "/feed.atom":
        return 200, {"Content-Type": "application/atom+xml"}, feed(host, 0)
    if request.path.startswith("/archive/"):
        return 200, {"Content-Type": "application/atom+xml"}, feed(host, int(request.path[9:].split(".")[0]))
    if request.path == "/sitemap.xml":
        urls = "".join(f"<url><loc>{host}/posts/{post['slug']}</loc></url>" for post in posts())
        body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
        return 200, {"Content-Type": "application/xml"}, body
    post = _by_slug().get(request.path.removeprefix("/posts/"))
    if post is None:
        return 404, {}, b""
    return 200, {"Content-Type": "text/html; charset=utf-8", "ETag": f'"{len(post["html"])}"'}, page(post)


@cache
def _by_slug() -> dict[str, dict[str, Any]]:
    return {post["slug"]: post for post in posts()}


def feed(host: str, number: int) -> str:
    """One document of the feed: the newest hundred, or an archive of a hundred older ones."""
    start = number * A_PAGE
    older = ""
    if start + A_PAGE < len(posts()):
        older = f'<link rel="prev-archive" href="{host}/archive/{number + 1}.atom"/>'
    entries = "".join(entry(host, post) for post in posts()[start : start + A_PAGE])
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Posts</title><id>{host}/feed</id>{older}'
        f'<link rel="license" href="{PUBLIC_DOMAIN}"/>{entries}</feed>'
    )


def entry(host: str, post: dict[str, Any]) -> str:
    """One post."""
    when = datetime.fromisoformat(post["date"]).isoformat() + "Z"
    topics = "".join(f'<category term="{escape(topic)}"/>' for topic in post["topics"])
    return (
        f"<entry><title>{escape(post['title'])}</title><id>{host}/posts/{post['slug']}</id>"
        f'<link href="{host}/posts/{post["slug"]}"/><published>{when}</published><updated>{when}</updated>{topics}'
        f"<summary>{escape(post['summary'] or '')}</summary>"
        f'<content type="html">{escape(post["html"])}</content></entry>'
    )


def page(post: dict[str, Any]) -> str:
    """One post as a page with navigation and a footer."""
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(post["title"])}</title>
<meta name="description" content="{escape(post["summary"] or "")}">
<meta property="article:published_time" content="{post["date"]}"><link rel="license" href="{PUBLIC_DOMAIN}"></head>
<body><header><nav><a href="/">Home</a><a href="/topics">Topics</a><a href="/events">Events</a></nav></header>
<main><article><h1>{escape(post["title"])}</h1>{post["html"]}</article></main>
<footer><p>An official website</p><a href="/privacy">Privacy</a></footer></body></html>"""
