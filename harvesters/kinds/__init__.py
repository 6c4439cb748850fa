"""Temporary: one simple kind, until the real ones are here (their author overwrites this file)."""
from harvesters.base import Page, upsert
from harvesters.readers import answers
from federation.record import Record, parse_date


class Feed:
    name = "feed"
    words = "Atom or RSS feed"
    semantics = "window"

    def pages(self, address, cursor, known, tools):
        response = tools.http.get(address, validators=cursor.get("v"))
        if response.status == 304:
            yield Page((), {**cursor}, complete=True)
            return
        feed = answers.feed(tools.sandbox.read("feed", response.body, base_url=response.url))
        changes = []
        for e in feed.entries:
            changes.append(upsert(Record(native_id=e.id, url=e.url, title=e.title, summary=e.summary, text=e.text, language=e.language or feed.language,
                issued=parse_date(e.issued) if e.issued else None, modified=parse_date(e.modified) if e.modified else None, type=e.type, subjects=tuple(e.subjects)), raw=e.raw.encode()))
        yield Page(tuple(changes), {"v": response.validators}, complete=True, extracted=len(changes))

    def discover(self, response, tools):
        return []


KINDS = {"feed": Feed(), "sitemap": Feed(), "oaipmh": Feed(), "folder": Feed()}
