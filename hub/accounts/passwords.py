"""What makes a password good enough: long, not common, and nothing that one could guess of the person."""

from typing import Any, Final

from zxcvbn import zxcvbn

SHORTEST: Final = 10
LONGEST: Final = 200
ENOUGH: Final = 3
"""Of zxcvbn's 0-4: more than 10⁸ guesses, "safely unguessable" where they are made slow."""

LOOKED_AT: Final = 72
"""Letters that are judged: judging long ones takes long, and those are good enough."""


def faults(password: str, known: list[str]) -> list[str]:
    """Sentences about what is wrong with it; none for a good one. `known` are words about the person and the hub."""
    if len(password) < SHORTEST:
        return [
            f"The password is too short: {SHORTEST} characters at least. Three words that do not belong together do."
        ]
    if len(password) > LONGEST:
        return [f"The password is too long: {LONGEST} characters at most."]
    words = [word for one in known for word in _guesses(one) if len(word) > 2]
    judged: Any = zxcvbn(password[:LOOKED_AT], user_inputs=words)
    if judged["score"] >= ENOUGH:
        return []
    said = judged["feedback"]["warning"] or "It is easy to guess"
    return [f"{said.rstrip('.')}. Choose another password: three words that do not belong together do."]


def _guesses(known: str) -> list[str]:
    """What somebody would try who knows this: `Ann Officer` as ann, officer, annofficer."""
    parts = known.lower().replace("@", " ").replace(".", " ").split()
    return [known.lower(), *parts, "".join(parts)]
