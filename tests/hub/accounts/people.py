"""Somebody with a browser who makes an account, reads the mails of the hub, and signs in."""

import re
import time
from dataclasses import dataclass
from functools import cache

from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password
from lxml import html
from sqlalchemy import select
from werkzeug.test import TestResponse

from hub.accounts.members import join_by_address
from hub.accounts.models import Person
from hub.accounts.service import PROVEN, open_stamped
from hub.accounts.sessions import SESSION_COOKIE
from hub.db import now
from hub.mail.models import Mail
from hub.policy import COMMAND_LINE
from tests.hub.site import BASE, Page, Site

PASSWORD = "wombat trellis gravy"
OTHER = "lantern biscuit moraine"


@cache
def hashed_password(app: Flask) -> str:
    """The hash of PASSWORD, which takes a fifth of a second to make."""
    with app.app_context():
        return str(hash_password(PASSWORD))


@dataclass
class Browser:
    """One browser, with its cookies; forms are sent with the token that their page holds."""

    site: Site
    client: FlaskClient

    @classmethod
    def at(cls, site: Site, agent: str = "Test browser") -> "Browser":
        """A new one."""
        client = site.app.test_client()
        client.environ_base["HTTP_USER_AGENT"] = agent
        return cls(site, client)

    def page(self, address: str) -> Page:
        """Read a page."""
        return self.site.page(address, self.client)

    def send(self, address: str, page: str = "", /, **given: str) -> Page:
        """Send the form that stands on `page` (by default at the address it goes to) without following what comes."""
        answer = self.posted(address, page, **given)
        return Page(answer, html.fromstring(answer.text or "<p></p>"))

    def posted(self, address: str, page: str = "", /, **given: str) -> TestResponse:
        """The same, as the answer itself."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.site.get(page or address, self.client).text)
        assert found, f"no form at {page or address}"
        return self.client.post(
            address, data={"csrf_token": found[1], **given}, base_url=BASE, headers={"Referer": f"{BASE}/"}
        )

    @property
    def secret(self) -> str:
        """The session's cookie; empty for a stranger."""
        cookie = self.client.get_cookie(SESSION_COOKIE, domain="127.0.0.1")
        return cookie.value if cookie else ""

    @property
    def signed_in(self) -> bool:
        """Whether the hub knows who this is."""
        return self.page("/account").status == 200

    def register(self, email: str, password: str = PASSWORD, name: str = "Ann Officer") -> Page:
        """Make an account."""
        return self.send("/register", name=name, email=email, password=password)

    def confirm(self, email: str) -> Page:
        """Use the link of the newest mail."""
        return self.send(self.link(email))

    def sign_in(self, email: str, password: str = PASSWORD) -> Page:
        """Give address and password."""
        return self.send("/sign-in", email=email, password=password)

    def member(self, email: str) -> "Browser":
        """Make an account, confirm it, sign in."""
        self.register(email)
        self.confirm(email)
        self.sign_in(email)
        assert self.signed_in
        return self

    def known(self, email: str, role: str = "person") -> "Browser":
        """Somebody who has an account and is signed in, without the pages that lead there."""
        hashed = hashed_password(self.site.app)
        with self.site.app.app_context(), self.site.database.writing() as session:
            person = Person(name="Ann Officer", email=email, password=hashed, confirmed_at=now(), role=role)
            session.add(person)
            session.flush()
            join_by_address(session, person, COMMAND_LINE)
            secret = open_stamped(session, person.fs_uniquifier, {PROVEN: time.time()}, 600, browser="Test browser")
        self.client.set_cookie(SESSION_COOKIE, secret, domain="127.0.0.1")
        return self

    def mails(self, email: str) -> list[Mail]:
        """What was written to this address, the oldest first."""
        with self.site.database.reading() as session:
            return list(session.scalars(select(Mail).where(Mail.recipient == email).order_by(Mail.created, Mail.id)))

    def link(self, email: str) -> str:
        """The path of the link in the newest mail."""
        found = re.search(rf"{BASE}(\S+)", self.mails(email)[-1].text)
        assert found
        return found[1]


def errors(page: Page) -> list[str]:
    """What stands beside the fields."""
    return [one.removeprefix("Error: ") for one in page.all("//p[@class='govuk-error-message']")]


def above(page: Page) -> str:
    """What stands above the form."""
    return " ".join(page.all("//ul[contains(@class, 'error-summary__list')]/li"))
