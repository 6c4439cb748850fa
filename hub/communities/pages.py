"""The pages of one community that everybody may open who may find it: *Now* and *About*."""

from typing import Any

from flask import Blueprint, render_template

from hub.accounts.duties import duty_of
from hub.communities.access import VISIBILITIES
from hub.communities.decisions import decisions
from hub.communities.frame import framed
from hub.communities.now import shown_now
from hub.communities.people import newest
from hub.communities.service import concepts_of
from hub.policy import can
from hub.topics.service import Vocabulary
from hub.web import actor, database, part, policy

blueprint = Blueprint("community", __name__)


@blueprint.get("/communities/<slug>")
@policy("read")
def now(slug: str) -> str:
    """What is going on there, as far as the reader may see it."""
    with database().reading() as session:
        frame = framed(session, slug, actor=actor())
        column, aside = shown_now(session, frame, actor(), part("now"))
        return render_template(
            "communities/now.html",
            frame=frame,
            column=column,
            beside=aside,
            newcomers=newest(session, frame.community.id) if frame.sees_talk and actor().person_id else [],
        )


@blueprint.get("/communities/<slug>/about")
@policy("read")
def about(slug: str) -> Any:
    """Rules, topics, who answers for it, and what was decided."""
    vocabulary: Vocabulary = part("vocabulary")
    with database().reading() as session:
        frame = framed(session, slug, actor=actor())
        row, concepts = frame.community, vocabulary.scheme.concepts
        named = frame.sees_talk and bool(actor().person_id)
        return render_template(
            "communities/about.html",
            frame=frame,
            visibilities=VISIBILITIES,
            topics=[concepts[uri] for uri in concepts_of(session, row.id) if uri in concepts],
            duty=duty_of(session, "community", row.id) if named else None,
            decisions=decisions(session, row.id, names=named) if frame.sees_talk else [],
            may_hand_over=can(actor(), "hand over", frame.organisation),
        )
