"""An organisation whose people sign in at a provider, and a browser that goes there and back."""

from urllib.parse import urlsplit

from sqlalchemy import select

from hub.accounts.members import set_domains
from hub.accounts.models import Identity, Person, Provider
from hub.accounts.providers import Wanted, set_provider
from hub.organisations.service import find_organisation
from hub.policy import COMMAND_LINE
from tests.hub.accounts.people import Browser
from tests.hub.site import BASE, Page, Site, parameters
from tests.servers.oidc import CLIENT

REFUSED = "/sign-in/organisation/refused"
SECRET = "the client's secret"


def signs_in_at(site: Site, issuer: str, slug: str = "northford-city", **more: bool) -> None:
    """Have the organisation's people sign in there."""
    wanted = Wanted(issuer, CLIENT, SECRET, **{"enabled": True, **more})
    with site.database.writing() as session:
        row = find_organisation(session, slug)
        set_domains(session, actor=COMMAND_LINE, organisation=row, domains=[f"{slug.partition('-')[0]}.example"])
        key = site.settings.secret()
        set_provider(session, actor=COMMAND_LINE, organisation=row, wanted=wanted, key=key, plain=True)


def forget(site: Site) -> None:
    """No organisation has a sign-in of its own any more."""
    with site.database.writing() as session:
        for row in session.scalars(select(Provider)):
            session.delete(row)


def depart(browser: Browser, email: str, **more: str) -> str:
    """Ask to sign in with one's organisation; the provider's page to which that leads."""
    sent = browser.send("/sign-in/organisation", email=email, **more)
    assert sent.answer.location == "/sign-in/organisation/go", sent.words
    (address,) = browser.page("/sign-in/organisation/go").all("//main//a[@class='button']/@href")
    return address


def come_back(browser: Browser, address: str) -> Page:
    """Go where the provider sends the browser."""
    assert address.startswith(BASE), address
    parts = urlsplit(address)
    return arrived(browser, f"{parts.path}?{parts.query}")


def arrived(browser: Browser, address: str) -> Page:
    """Open a page; where it leads on to why nobody was signed in, that."""
    page = browser.page(address)
    return browser.page(REFUSED) if page.answer.location == REFUSED else page


def returned(browser: Browser, page: str, code: str = "a-code", slug: str = "northford-city", **more: str) -> Page:
    """Come back from this page of a provider with a code, as one that behaves well would send it."""
    given = {"code": code, "state": parameters(page)["state"][0], **more}
    query = "&".join(f"{name}={value}" for name, value in given.items())
    return arrived(browser, f"/sign-in/organisation/{slug}/back?{query}")


def person(site: Site, email: str) -> Person:
    """Who has this address."""
    with site.database.reading() as session:
        return session.scalars(select(Person).where(Person.email == email)).one()


def identities(site: Site, person_id: str) -> list[str]:
    """The subjects of the sign-ins that open an account."""
    with site.database.reading() as session:
        return list(session.scalars(select(Identity.subject).where(Identity.person_id == person_id)))
