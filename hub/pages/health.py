"""Is the hub well? For load balancers (live, ready) and for Prometheus (metrics)."""

import hmac
import time
from collections.abc import Iterator
from typing import Any, Final

from flask import Blueprint, Flask, Response, g, request
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from hub.db import now
from hub.errors import IndexUnavailable
from hub.governance.nights import last_night
from hub.index.outbox import LATE, age, waiting
from hub.mail.service import figures
from hub.records.figures import holdings, restricted
from hub.sources.health import health_after, last_runs
from hub.sources.models import Run, Source
from hub.web import database, part, policy

BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

blueprint = Blueprint("health", __name__)


@blueprint.get("/health/live")
@policy("check health")
def live() -> Any:
    """The process answers; nothing else is looked at."""
    return {"live": True}


@blueprint.get("/health/ready")
@policy("check health")
def ready() -> Any:
    """Whether this process should be sent readers: the database answers. An index that is away only limits searches."""
    try:
        with database().reading() as session:
            session.execute(text("SELECT 1"))
            oldest = age(session)
    except DBAPIError:
        return {"ready": False, "database": "away"}, 503
    try:
        part("index").stats()
        index = "ok"
    except IndexUnavailable:
        index = "away"
    return {"ready": True, "database": "ok", "index": index, "work": "late" if oldest > LATE else "ok"}


@blueprint.get("/metrics")
@policy("read metrics")
def metrics() -> Response:
    """Figures in Prometheus' text format: what the database holds now, and how long requests to this process took."""
    registry: CollectorRegistry = part("metrics")
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def may_read_metrics() -> bool:
    """Whether the request carries the token of MOOTHALL_METRICS_TOKEN."""
    token: str = part("settings").metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(token) and hmac.compare_digest(given.encode(), token.encode())


def watch(app: Flask) -> CollectorRegistry:
    """Measure every request of the app, and collect what the database holds."""
    registry = CollectorRegistry()
    seconds = Histogram(
        "moothall_request_seconds", "Time to answer, by endpoint", ("endpoint",), buckets=BUCKETS, registry=registry
    )

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        if began := g.get("began"):
            seconds.labels(request.endpoint or "none").observe(time.perf_counter() - began)
        return response

    class Holdings:
        """What the database holds at this moment."""

        def collect(self) -> Iterator[Metric]:
            with app.app_context(), database().reading() as session:
                yield from _figures(session)

    registry.register(Holdings())
    return registry


def _figures(session: Session) -> Iterator[Metric]:
    held = holdings(session)
    records = sum(one.documents for one in held.values()) + restricted(session)
    yield GaugeMetricFamily("moothall_records", "Living records", value=records)
    last = last_runs(session)
    sources = GaugeMetricFamily("moothall_sources", "Sources by how they are", labels=("state",))
    states = [health_after(row, last.get(row.id)).colour for row in session.scalars(select(Source))]
    for state in ("ok", "info", "warn", "bad"):
        sources.add_metric((state,), states.count(state))
    yield sources
    runs = GaugeMetricFamily("moothall_runs", "Checks that are not done, by state", labels=("state",))
    counts = dict(session.execute(select(Run.state, func.count()).group_by(Run.state)).all())
    for state in ("queued", "running", "held"):
        runs.add_metric((state,), counts.get(state, 0))
    yield runs
    yield GaugeMetricFamily(
        "moothall_index_waiting", "Changes that the index has still to take", value=waiting(session)
    )
    yield GaugeMetricFamily("moothall_index_oldest_seconds", "Age of the oldest of them", value=age(session))
    mails = figures(session)
    outbox = GaugeMetricFamily("moothall_mails", "Mails of the last 30 days, by state", labels=("state",))
    for state, count in (("queued", mails.queued), ("sent", mails.sent), ("failed", mails.failed)):
        outbox.add_metric((state,), count)
    yield outbox
    night = last_night(session)
    since = (now() - night.ended).total_seconds() if night and night.ended else float("nan")
    yield GaugeMetricFamily(
        "moothall_retention_age_seconds", "Time since what is too old was last deleted", value=since
    )
    yield GaugeMetricFamily("moothall_mail_oldest_seconds", "Age of the oldest mail that waits", value=mails.age)
