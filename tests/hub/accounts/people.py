"""Somebody with a browser who makes an account, reads the mails of the hub, and signs in."""

import re
from dataclasses import dataclass

from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select
from werkzeug.test import TestResponse

from hub.accounts.sessions import SESSION_COOKIE
from hub.mail.models import Mail
from tests.hub.site import BASE, Page, Site

PASSWORD = "wombat trellis gravy"
OTHER = "lantern biscuit moraine"


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
