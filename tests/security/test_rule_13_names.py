"""Rule 13: no name that somebody gives becomes the name of a file."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from federation.record import Record
from harvesters.base import upsert
from hub.index.engines import open_writer
from hub.index.worker import deliver_all
from hub.indexed import documents_of
from hub.organisations.service import add_organisation
from hub.policy import COMMAND_LINE
from hub.records.keeping import Defaults, Enriched, keep
from hub.topics.service import Vocabulary
from tests.hub.site import BASE, Site, empty_site
from tests.people import source_of

NAMES = (
    *("../../x", "..\\..\\x", "/etc/passwd", "C:\\x", "a/../../b", "....//x", "%2e%2e%2fx", "~root", "x\x00.html"),
    *("\u202ecod.exe", "CON", "x" * 900, ".", "..", "-rf", "$(id)", "`id`", "a;b", "|id", "*?"),
)


def files(folder: Path) -> set[str]:
    """Every file and folder below."""
    return {os.path.join(place, name) for place, folders, names in os.walk(folder) for name in (*folders, *names)}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with empty_site(tmp_path / "deep" / "hub") as made:
        yield made


def test_records_and_organisations_of_any_name_make_no_file(site: Site, tmp_path: Path) -> None:
    with site.database.writing() as session:
        for number, name in enumerate(NAMES):
            words = f"Council {number} {name}".replace("\x00", "")[:190]
            add_organisation(session, actor=COMMAND_LINE, name=words, sector="council")
        there = add_organisation(session, actor=COMMAND_LINE, name="Northford", sector="council")
        source = source_of(session, there.id).id
        found = []
        for number, name in enumerate(NAMES):
            clean = name.replace("\x00", "")
            record = Record(native_id=clean, url=f"https://n.example/{number}", title=clean or "A", summary="weighty")
            found.append((upsert(record), Enriched("en")))
        keep(session, source_id=source, run_id="r", found=found, defaults=Defaults(there.id))
    deliver_all(site.database, open_writer(site.settings), documents_of(Vocabulary(site.database)))
    assert site.get("/search.json?q=weighty").get_json()["total"] == len(NAMES)
    assert {path.name for path in tmp_path.iterdir()} == {"deep"}
    assert {path.name for path in (tmp_path / "deep").iterdir()} == {"hub"}
    names = " ".join(Path(one).name for one in files(tmp_path))
    assert "passwd" not in names
    assert "cod.exe" not in names


def test_no_address_leads_out_of_the_folder_of_static_files(site: Site) -> None:
    for name in NAMES:
        for shape in (
            "/static/{}",
            "/static/../{}",
            "/records/{}",
            "/organisations/{}",
            "/topics/{}",
            "/sources/{}/runs.csv",
        ):
            address = shape.format(name.replace("\x00", "%00").replace("%2e", "%252e"))
            answer = site.app.test_client().get(address, base_url=BASE)
            assert answer.status_code in (200, 301, 308, 400, 404), address
            assert "root:" not in answer.text
