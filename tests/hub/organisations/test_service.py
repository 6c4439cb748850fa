"""Adding and finding organisations."""

import pytest

from hub.errors import BadInput, Conflict, NotFound
from hub.organisations.service import add_organisation, find_organisation, organisations, slug_of
from tests.people import DEV, World


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Cyngor Dyffryn", "cyngor-dyffryn"), ("Räddningstjänsten Öst", "raddningstjansten-ost"), ("***", "organisation")],
)
def test_names_become_addresses(name: str, slug: str) -> None:
    assert slug_of(name) == slug


def test_a_sector_that_does_not_exist_is_refused_beside_its_field(hub: World) -> None:
    with hub.database.writing() as session, pytest.raises(BadInput, match="no sector “space”") as caught:
        add_organisation(session, actor=DEV, name="Moonbase", sector="space")
    assert caught.value.field == "sector"


def test_the_same_name_twice_is_refused(hub: World) -> None:
    with hub.database.writing() as session, pytest.raises(Conflict, match="already an organisation"):
        add_organisation(session, actor=DEV, name="Northford  City", sector="council")


def test_an_unknown_organisation_is_said_so(hub: World) -> None:
    with hub.database.reading() as session, pytest.raises(NotFound, match="organisation list"):
        find_organisation(session, "atlantis")


def test_organisations_are_listed_by_name(hub: World) -> None:
    with hub.database.reading() as session:
        assert [row.slug for row in organisations(session)] == ["eastmere-fire-and-rescue", "northford-city"]
