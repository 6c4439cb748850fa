"""What makes a password good enough: long, not common, and nothing that one could guess of the person."""

from typing import Any, Final

from zxcvbn import zxcvbn

from hub.languages import N_
from hub.languages import gettext as _

SHORTEST: Final = 10
LONGEST: Final = 200
ENOUGH: Final = 3
"""Of zxcvbn's 0-4: more than 10⁸ guesses, "safely unguessable" where they are made slow."""

GUESSED: Final = N_("It is easy to guess.")

LOOKED_AT: Final = 72
"""Letters that are judged: judging long ones takes long, and those are good enough."""


def faults(password: str, known: list[str]) -> list[str]:
    """Sentences about what is wrong with it; none for a good one. `known` are words about the person and the hub."""
    if len(password) < SHORTEST:
        short = N_(
            "The password is too short: %(num)s characters at least. Three words that do not belong together do."
        )
        return [_(short, num=SHORTEST)]
    if len(password) > LONGEST:
        return [_("The password is too long: %(num)s characters at most.", num=LONGEST)]
    words = [word for one in known for word in _guesses(one) if len(word) > 2]
    judged: Any = zxcvbn(password[:LOOKED_AT], user_inputs=words)
    if judged["score"] >= ENOUGH:
        return []
    said = _(str(judged["feedback"]["warning"] or GUESSED)).rstrip(".")
    another = _("Choose another password: three words that do not belong together do.")
    return [f"{said}. {another}"]


def _guesses(known: str) -> list[str]:
    """What somebody would try who knows this: `Ann Officer` as ann, officer, annofficer."""
    parts = known.lower().replace("@", " ").replace(".", " ").split()
    return [known.lower(), known.lower().partition("@")[0], *parts, "".join(parts)]
