"""The search server behind TLS and a password: a real nginx before the real node. Each wrong way in has a sentence."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
import trustme

from hub.config import Settings, environment
from hub.errors import IndexUnavailable
from hub.findings.examining import examine
from hub.index.engines import open_reader, open_writer
from hub.index.opensearch.address import read_address
from hub.index.opensearch.server import WRITING, Server
from hub.index.worker import compare
from hub.indexed import documents_of
from hub.topics.service import Vocabulary
from hub.wsgi import build
from tests.contract.engines import document, ids, query
from tests.hub.site import Site, filled_site
from tests.people import settings_in
from tests.servers.nginx import Front, nginx

pytestmark = pytest.mark.server

USER, PASSWORD = "moothall", "s/crêt €5:ŵ"
ENTRY = f"{USER}:{quote(PASSWORD, safe='')}@"
HIDDEN = (PASSWORD, quote(PASSWORD, safe=""), "127.0.0.1", "localhost", "Basic ")
PREFIX = "secure"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ports(opensearch_node: str, authority: trustme.CA) -> Iterator[dict[str, int]]:
    """{front: port}: with a good certificate, one of another name, one that is out of date, and without any."""
    node = read_address(opensearch_node)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    fronts = (
        Front("good", authority.issue_cert("localhost")),
        Front("other name", authority.issue_cert("search.example")),
        Front("expired", authority.issue_cert("localhost", not_after=yesterday)),
        Front("plain", None),
    )
    with nginx(f"{node.host}:{node.port}", {USER: PASSWORD}, *fronts) as made:
        yield made
    Server(node, WRITING).ask("DELETE", f"/{PREFIX}-*", params={"expand_wildcards": "all"}, accept=(404,))


@pytest.fixture(scope="module", autouse=True)
def trusted(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The file of our authority, named in SSL_CERT_FILE as an operator would."""
    file = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(file))
        yield file


def address(ports: dict[str, int], front: str, scheme: str = "opensearchs", entry: str = ENTRY) -> str:
    return f"{scheme}://{entry}localhost:{ports[front]}?prefix={PREFIX}"


@pytest.fixture(scope="module")
def site(ports: dict[str, int], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site whose index was written through nginx."""
    with filled_site(tmp_path_factory.mktemp("secure") / "hub", search_url=address(ports, "good")) as made:
        yield made


class TestLetIn:
    def test_the_site_searches_and_the_doctor_is_content(self, site: Site) -> None:
        page = site.page("/search?q=damp")
        assert page.total >= 3
        assert "Limited search" not in page.words
        assert all(one.well for one in examine(site.settings) if one.name.startswith("search") or one.name == "index")

    def test_what_is_written_is_found_and_what_is_removed_is_not(self, site: Site) -> None:
        reader, writer = open_reader(site.settings), open_writer(site.settings)
        assert writer.apply([document("new", "Quokka")], {}) == []
        assert ids(reader.search(query("quokka"))) == ["new"]
        assert writer.apply([], {"new": 1}) == []
        assert reader.search(query("quokka")).total == 0

    def test_the_command_rebuilds_and_nothing_differs(self, site: Site) -> None:
        command = [sys.executable, "-m", "hub.cli", "index", "rebuild", "--json"]
        done = subprocess.run(command, env=environment(site.settings), capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        reader = open_reader(site.settings)
        assert json.loads(done.stdout) == {"documents": reader.stats().documents}
        assert compare(site.database, reader, documents_of(Vocabulary(site.database))).ids == ()

    def test_a_password_alone_will_do_where_the_way_is_safe_already(self, site: Site, ports: dict[str, int]) -> None:
        settings = settings_in(site.settings.data, search_url=address(ports, "plain", "opensearch"))
        assert open_reader(settings).search(query("damp")).total >= 3


WRONG = {
    "a wrong password": ("good", "opensearchs", f"{USER}:hunter2@", "does not accept the user or the password"),
    "an unknown user": ("good", "opensearchs", f"hunter2:{quote(PASSWORD, safe='')}@", "does not accept the user"),
    "no password": ("good", "opensearchs", "", "asks for a user and a password"),
    "another name": ("other name", "opensearchs", ENTRY, "certificate is for another name"),
    "out of date": ("expired", "opensearchs", ENTRY, "certificate is out of date"),
    "no TLS there": ("plain", "opensearchs", ENTRY, "No secure connection to the search server can be made"),
    "TLS there": ("good", "opensearch", ENTRY, "begin with `opensearchs:`"),
}
"""Case: (front, scheme, user and password, what the sentence says)."""


class TestKeptOut:
    def shut(self, settings: Settings, site: Site, said: str) -> None:
        """Reading and writing say it, the site goes on with limited searches, and the doctor names it."""
        writer = open_writer(settings)
        for attempt in (
            lambda: open_reader(settings).search(query("damp")),
            writer.missing,
            writer.ensure,
            lambda: writer.rebuild([]),
        ):
            with pytest.raises(IndexUnavailable) as caught:
                attempt()
            sentence = str(caught.value)
            if "asked again in" not in sentence:
                assert said in sentence
            assert not any(one in sentence for one in (*HIDDEN, "hunter2"))
        app = build(settings)
        try:
            answer = Site(settings, site.database, app).get("/search?q=damp")
            assert (answer.status_code, "Limited search" in answer.text) == (200, True)
            assert int(re.findall(r"(\d+) results?", answer.text)[0]) >= 1
            assert Site(settings, site.database, app).get("/health/ready").get_json()["index"] == "away"
        finally:
            app.extensions["moothall"]["database"].close()
        (finding,) = (one for one in examine(settings) if not one.well)
        assert said in f"{finding.what} {finding.fix}"

    @pytest.mark.parametrize("case", WRONG)
    def test_each_reason_has_a_sentence_of_its_own(self, case: str, site: Site, ports: dict[str, int]) -> None:
        front, scheme, entry, said = WRONG[case]
        settings = settings_in(site.settings.data, search_url=address(ports, front, scheme, entry))
        self.shut(settings, site, said)

    def test_a_certificate_of_an_authority_that_nobody_named(
        self, site: Site, ports: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = tmp_path / "other.pem"
        trustme.CA().cert_pem.write_to_path(other)
        settings = settings_in(site.settings.data, search_url=address(ports, "good"))
        for file in (other, tmp_path / "no file"):
            monkeypatch.setenv("SSL_CERT_FILE", str(file))
            self.shut(settings, site, "authority that is not known here. Name its file in SSL_CERT_FILE")

    def test_a_name_that_is_not_in_the_certificate_counts_for_an_address_too(
        self, site: Site, ports: dict[str, int]
    ) -> None:
        url = address(ports, "good").replace("@localhost:", "@127.0.0.1:")
        self.shut(settings_in(site.settings.data, search_url=url), site, "certificate is for another name")
