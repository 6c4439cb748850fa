"""Atom for lists of records (RFC 4287)."""

from collections.abc import Sequence

from flask import render_template, request, url_for

from hub.db import now
from hub.records.cards import Card


def feed_of(title: str, shown: Sequence[Card]) -> str:
    """An Atom feed of these records; its id is its address, its date that of the newest entry."""
    dates = [card.published for card in shown if card.published]
    return render_template(
        "search/feed.xml",
        title=title,
        cards=shown,
        updated=max(dates, default=None) or now(),
        here=request.url,
        home=url_for("home.home", _external=True),
    )
