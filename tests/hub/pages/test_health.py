"""What load balancers and Prometheus ask."""

from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from hub.db import Base
from hub.wsgi import build
from tests.hub.site import Site, empty_site


def figures(text: str) -> dict[str, float]:
    """{name{labels}: value} of a page of metrics."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(sample.labels.values())
            found[f"{sample.name} {labels}".strip()] = sample.value
    return found


def test_a_process_that_answers_is_live_and_ready(site: Site) -> None:
    assert site.get("/health/live").get_json() == {"live": True}
    assert site.get("/health/ready").get_json() == {"ready": True, "database": "ok", "index": "ok", "work": "ok"}


def test_without_its_index_a_hub_is_ready_without_its_database_it_is_not(tmp_path: Path) -> None:
    with empty_site(tmp_path / "hub") as hub:
        for file in sorted(hub.settings.index_folder.rglob("*"), reverse=True):
            file.rmdir() if file.is_dir() else file.unlink()
        answer = hub.get("/health/ready")
        assert (answer.status_code, answer.get_json()["index"]) == (200, "away")
        Base.metadata.drop_all(hub.database.engine)
        answer = hub.get("/health/ready")
        assert (answer.status_code, answer.get_json()) == (503, {"ready": False, "database": "away"})
        assert hub.get("/health/live").status_code == 200


def test_figures_are_those_of_the_hub_and_of_its_requests(site: Site) -> None:
    operator = site.operator()
    for _ in range(3):
        operator.get("/topics", base_url=site.settings.base_url)
    found = figures(operator.get("/metrics", base_url=site.settings.base_url).text)
    assert found["moothall_records"] == site.page("/search").total
    assert found["moothall_sources ok"] + found["moothall_sources info"] == 2
    assert (found["moothall_index_waiting"], found["moothall_index_oldest_seconds"]) == (0, 0)
    assert [found[f"moothall_mails {state}"] for state in ("queued", "sent", "failed")] == [0, 0, 0]
    assert found["moothall_mail_oldest_seconds"] == 0
    assert found["moothall_request_seconds_count topic.listing"] >= 3


@pytest.mark.parametrize(
    ("given", "status"), [("Bearer right", 200), ("Bearer wrong", 403), ("right", 200), ("", 403), ("Bearer ", 403)]
)
def test_metrics_are_for_who_has_the_token(tmp_path: Path, given: str, status: int) -> None:
    with empty_site(tmp_path / "hub") as hub:
        for token, expected in (("right", status), ("", 403)):
            app = build(hub.settings.model_copy(update={"metrics_token": token}))
            answer = app.test_client().get(
                "/metrics", base_url=hub.settings.base_url, headers={"Authorization": given} if given else {}
            )
            assert answer.status_code == expected
