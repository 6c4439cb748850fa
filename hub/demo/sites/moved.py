"""Noordhaven: the old address answers 500 once, then moves for good to a JSON Feed."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, time

from hub.demo.sites.server import Answer, Site, moment_of
from hub.demo.texts import Text, html_of


class Noordhaven(Site):
    """First a fault, then a 301."""

    name = "noordhaven"

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self._stumbled = False

    def answer(self, path: str, query: Mapping[str, str]) -> Answer:
        if path == "/oud/feed":
            if not self._stumbled:
                self._stumbled = True
                return Answer(b"Er ging iets mis.", "text/plain; charset=utf-8", 500)
            return Answer(status=301, headers={"Location": "/ervaringen/feed.json"})
        if path == "/ervaringen/feed.json":
            newest = max(moment_of(text) for text in self.texts)
            return Answer(
                json.dumps(self._feed(), ensure_ascii=False).encode(), "application/feed+json", modified=newest
            )
        return super().answer(path, query)

    def path_of(self, text: Text) -> str:
        return f"/ervaringen/{text.slug}"

    def _feed(self) -> dict[str, object]:
        return {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "Noordhaven en Vasterlund: ervaringen",
            "home_page_url": f"{self.base}/",
            "feed_url": f"{self.base}/ervaringen/feed.json",
            "language": "nl",
            "items": [self._item(text) for text in sorted(self.texts, key=moment_of, reverse=True)],
        }

    def _item(self, text: Text) -> dict[str, object]:
        return {
            "id": f"{self.base}{self.path_of(text)}",
            "url": f"{self.base}{self.path_of(text)}",
            "title": text.title,
            "summary": text.summary,
            "content_html": html_of(text),
            "language": text.language,
            "date_published": datetime.combine(text.date, time(9), UTC).isoformat(),
            "date_modified": moment_of(text).isoformat(),
            "tags": [text.kind.replace("-", " "), *text.subjects],
            "authors": [{"name": text.contact}],
        }
