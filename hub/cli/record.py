"""`moothall record take-down`, `take-downs` and `lift`."""

import click

from hub.cli.shown import as_json, show, table, workshop
from hub.moderation.takedowns import in_force, lift, look_up, take_down
from hub.policy import COMMAND_LINE
from hub.records.decisions import GROUNDS
from hub.words import many

MOST = 1_000
"""Take-downs that are listed."""


@click.group()
def record() -> None:
    """Take documents down, so that no check brings them back, and lift that again."""


@record.command("take-down")
@click.argument("what")
@click.option("--reason", required=True, type=click.Choice(list(GROUNDS)), help="The ground it stands on.")
@click.option("--why", required=True, help="What was found, in a sentence.")
@as_json
def take_down_(what: str, reason: str, why: str, json_: bool) -> None:
    """Take down what WHAT stands for: an address, the SHA-256 of a text, or the id of a document here.

    Everything with the same address or the same text goes with it, and no check brings it back.
    """
    with workshop() as parts, parts.database.writing() as session:
        found = look_up(session, what, parts.settings.base_url, actor=COMMAND_LINE)
        decision = take_down(session, found, actor=COMMAND_LINE, ground=reason, facts=why)
        value = {"decision": decision.id, "documents": [row.id for row in found.rows]}
    count = many(len(value["documents"]), "document")
    said = f"Taken down: {count}. `moothall record lift {value['decision']}` ends it."
    show(value, json_=json_, words=lambda: said)


@record.command("take-downs")
@as_json
def take_downs(json_: bool) -> None:
    """List what is taken down or hidden."""
    with workshop() as parts, parts.database.reading() as session:
        held, _ = in_force(session, actor=COMMAND_LINE, offset=0, limit=MOST)
    rows = [
        {"decision": one.decision.id, "at": one.decision.at.isoformat(), "what": one.decision.what}
        | {
            "reason": one.decision.ground,
            "documents": one.records,
            "addresses": [place for place, _ in one.marks if place],
        }
        for one in held
    ]
    lines = [(str(row["decision"]), str(row["at"])[:10], str(row["reason"]), str(row["documents"])) for row in rows]
    show(
        rows,
        json_=json_,
        words=lambda: table(lines, ("decision", "since", "reason", "documents")) if lines else "Nothing is taken down.",
    )


@record.command("lift")
@click.argument("decision")
@as_json
def lift_(decision: str, json_: bool) -> None:
    """Lift the take-down with the id DECISION; what was erased comes with the next check of its source."""
    with workshop() as parts, parts.database.writing() as session:
        count = lift(session, decision, actor=COMMAND_LINE)
    show({"documents": count}, json_=json_, words=lambda: f"Lifted: {many(count, 'document')}.")
