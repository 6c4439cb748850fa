"""Telling people: what happened reaches those who follow where it did, and mails are made of what is for somebody."""

from dataclasses import dataclass, field

from hub.alerts.happenings import tell_next
from hub.alerts.running import Telling, run_due, run_immediate


@dataclass(slots=True)
class Done:
    """What was done at one call: how many happenings were told, and {period: mails}."""

    happenings: int = 0
    mails: dict[str, int] = field(default_factory=dict)


def tell(telling: Telling) -> Done:
    """Do all of it; harmless when several do it at once."""
    done = Done()
    while tell_next(telling.database, telling.vocabulary.scheme):
        done.happenings += 1
    at_once = run_immediate(telling)
    done.mails = {**({"immediately": at_once} if at_once else {}), **run_due(telling)}
    return done
