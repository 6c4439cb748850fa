"""A person with a browser: pages over loopback, a cookie, and forms with their token."""

import http.client
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode, urlsplit

from hub.accounts.service import make_link
from hub.config import Settings
from hub.db import Database

TOKEN: Final = re.compile(r'name="csrf_token" value="([^"]+)"')
PATIENCE: Final = 30.0
"""Seconds that a visitor waits for a page."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: str


class Visitor:
    """One person; not for several threads. OSError or HTTPException where nobody answers, as browsers say it."""

    def __init__(self, settings: Settings) -> None:
        self._host = urlsplit(settings.base_url).netloc
        self._cookies: dict[str, str] = {}
        self._token = ""

    def get(self, address: str) -> Answer:
        """A page."""
        return self._ask("GET", address)

    def post(self, address: str, **fields: str) -> int:
        """Send a form, with the token of the last page that had one; the status."""
        return self._ask("POST", address, urlencode({"csrf_token": self._token, **fields})).status

    def sign_in(self, database: Database) -> None:
        """As the operator, by a link as the command makes it."""
        with database.writing() as session:
            secret = make_link(session, seconds=60)
        assert self.get(f"/sign-in/{secret}").status == 200
        assert self.post(f"/sign-in/{secret}") == 303
        assert self.get("/sources").status == 200, "a page for those who are signed in, with a token"

    def credentials(self) -> tuple[str, str]:
        """Cookie and token, for a program that sends this person's forms."""
        return self._cookie(), urlencode({"csrf_token": self._token})

    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())

    def _ask(self, method: str, address: str, body: str | None = None) -> Answer:
        headers = {"Cookie": self._cookie()}
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Referer": f"http://{self._host}/"}
        connection = http.client.HTTPConnection(self._host, timeout=PATIENCE)
        try:
            connection.request(method, address, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
            for line in answer.headers.get_all("Set-Cookie") or ():
                name, _, value = line.partition(";")[0].partition("=")
                self._cookies[name] = value
        finally:
            connection.close()
        found = TOKEN.search(text)
        self._token = found[1] if found else self._token
        return Answer(answer.status, text)
