"""A hub with two organisations in which sources are registered and edited, and how its pages are read."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lxml import html
from werkzeug.test import TestResponse

from hub.organisations.service import add_organisation
from hub.policy import COMMAND_LINE
from tests.hub.sources.checked import Checked, checked_hub
from tests.servers.loopback import Site

OGL = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
CC_BY = "https://creativecommons.org/licenses/by/4.0/"


@contextmanager
def hub_of_two(folder: Path, **given: object) -> Iterator[Checked]:
    """A fresh hub with Northford City, which states a licence and a contact, and Eastmere Fire and Rescue."""
    with checked_hub(folder, **given) as checked:
        with checked.parts.database.writing() as session:
            add_organisation(
                session,
                actor=COMMAND_LINE,
                name="Northford City",
                sector="council",
                contact_name="Web team",
                contact_email="web@northford.example",
                licence_uri=OGL,
            )
            add_organisation(session, actor=COMMAND_LINE, name="Eastmere Fire and Rescue", sector="fire")
        yield checked


def form(site: Site, **changed: str) -> dict[str, str]:
    """A filled form for the news of a tests.servers.town.Town."""
    given = {
        "organisation": "northford-city",
        "kind": "feed",
        "address": site.url("/news.rss"),
        "name": "Northford news",
        "licence": OGL,
        "every": "86400",
    }
    return {**given, **changed}


def words(answer: TestResponse) -> str:
    """What the page says between header and footer, in one line."""
    return " ".join(html.fromstring(answer.text).find(".//main").text_content().split())


def value(answer: TestResponse, name: str) -> str:
    """What stands in a field of the page."""
    root = html.fromstring(answer.text)
    (field,) = root.xpath(f"//main//*[@id='{name}'] | //main//input[@type='hidden'][@name='{name}']")
    return str(field.get("value") if field.tag == "input" else field.xpath("string(option[@selected]/@value)"))


def error(answer: TestResponse, name: str) -> str:
    """What stands beside a field; it is the same as in the summary, which leads there."""
    root = html.fromstring(answer.text)
    (beside,) = root.xpath(f"//*[@id='{name}-error']")
    said = " ".join(beside.text_content().split()).removeprefix("Error: ")
    assert root.xpath(f"string(//*[@role='alert']//a[@href='#{name}'])") == said
    assert f"{name}-error" in root.xpath(f"string(//*[@id='{name}']/@aria-describedby)")
    assert root.findtext(".//title").startswith("Error: ")
    return said
