"""New documents matched by a real OpenSearch, as the clock does it: for libraries, and for whoever follows."""

from pathlib import Path

import pytest
from sqlalchemy import select

from hub.alerts.models import Delivery
from hub.index.opensearch.address import read_address
from hub.jobs import Watch
from hub.library.models import LibrarySearch
from hub.library.service import WAITING
from hub.notices.following import SEARCH, TOPIC, follow
from hub.workshop import Workshop
from tests.contract.engines import forget_prefix
from tests.hub.communities.made import somebody
from tests.hub.library.shelves import DAMP, community_in, mould, publisher, states, topic
from tests.hub.site import filled_site

PREFIX = "watched"


@pytest.mark.server
def test_a_harvest_reaches_libraries_and_followers(tmp_path: Path, opensearch_node: str) -> None:
    place = read_address(opensearch_node)
    url = f"opensearch://{place.host}:{place.port}?prefix={PREFIX}"
    with filled_site(tmp_path / "hub", search_url=url) as site:
        workshop = Workshop(site.settings, site.database)
        watch = Watch(workshop)
        with site.database.writing() as session:
            by_topic, by_search = community_in(session, DAMP), community_in(session)
            session.add(LibrarySearch(community_id=by_search.id, name="Flats", asked="q=mould+flats"))
        watch.look()
        assert states(site, by_topic)["homes"] == WAITING
        assert states(site, by_search) == {}
        with site.database.writing() as session:
            me, other = somebody(session), somebody(session)
            follow(session, person_id=me, kind=SEARCH, key="q=mould+flats")
            follow(session, person_id=me, kind=TOPIC, key=topic(DAMP))
            follow(session, person_id=other, kind=SEARCH, key="q=mould+-flats")
        found = mould()
        id = publisher(site).brings(found)
        assert watch.look() == 1
        assert states(site, by_topic)[found.native_id] == WAITING
        assert states(site, by_search) == {found.native_id: WAITING}
        with site.database.reading() as session:
            (row,) = session.scalars(select(Delivery).where(Delivery.person_id.in_((me, other))))
            assert (row.person_id, row.record_id) == (me, id)
            assert {one["kind"] for one in row.why} == {SEARCH, TOPIC}
        assert watch.look() == 0, "each is matched once"
    forget_prefix(PREFIX)
