"""Rule 15: who may do what, to which thing, in which state: one reviewed table over every route."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.security.roles import ROLES, Readers, readers, states

TABLE: Final = Path(__file__).with_name("matrix.txt")
WRITE = "MOOTHALL_TEST_WRITE_MATRIX" in os.environ
"""Write the table as the hub is: to be read line by line before it is kept."""
REFUSED = (401, 403, 404, 410)


@pytest.fixture(scope="module")
def everybody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Readers]:
    with readers(tmp_path_factory.mktemp("matrix") / "hub") as made:
        yield made


def rows() -> dict[tuple[str, str], list[int]]:
    """{(route, state): a status a role} of the table."""
    found: dict[tuple[str, str], list[int]] = {}
    for line in TABLE.read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        method, rule, state, *statuses = line.split()
        found[f"{method} {rule}", state] = [int(one) for one in statuses]
    return found


def routes(everybody: Readers) -> set[str]:
    return {
        f"{method} {rule.rule}"
        for rule in everybody.site.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_the_table_holds_every_route_for_things_that_are_there_and_that_are_not(everybody: Readers) -> None:
    held = rows()
    assert {route for route, _ in held} == routes(everybody)
    for route in routes(everybody):
        assert {state for other, state in held if other == route} == set(states(route.split()[1])), route
    assert all(len(statuses) == len(ROLES) for statuses in held.values())


def asked(everybody: Readers) -> dict[tuple[str, str], list[int]]:
    """The rows; where the table is written anew, those that it is to have."""
    found = rows()
    if WRITE:
        every = [(route, state) for route in routes(everybody) for state in states(route.split()[1])]
        found = {row: found.get(row, []) for row in every}
    return found


def test_everybody_gets_what_the_table_says(everybody: Readers) -> None:
    """And whoever is refused has changed nothing."""
    wrong: list[str] = []
    got, acts = {}, 0
    with sqlite3.connect(everybody._file) as watch:
        for (route, state), expected in asked(everybody).items():
            statuses = []
            for role in ROLES:
                before = watch.execute("PRAGMA data_version").fetchone()
                status = everybody.status(role, route, state)
                changed = watch.execute("PRAGMA data_version").fetchone() != before
                if changed:
                    acts += 1
                    everybody.put_back()
                if changed and status in REFUSED:
                    wrong.append(f"{route} ({state}) refused {role} with {status} and changed something")
                statuses.append(status)
            got[route, state] = statuses
            if statuses != expected:
                wrong.append(f"{route} ({state}): {statuses}, not {expected}")
    if WRITE:
        TABLE.write_text(written(got))
    assert not wrong, "\n".join(wrong)
    assert acts > 50, "a change would be seen: whoever may act does"


def written(got: dict[tuple[str, str], list[int]]) -> str:
    """The table as it would be: to be read line by line before it is kept."""
    width = max(len(route) for route, _ in got)
    lines = [f"# {' · '.join(ROLES)}"]
    for (route, state), statuses in sorted(got.items(), key=lambda one: (one[0][0].split()[1], one[0])):
        method, rule = route.split()
        lines.append(f"{method:4} {rule:{width}} {state:10} {' '.join(map(str, statuses))}")
    return "\n".join(lines) + "\n"


def test_a_confidential_community_is_for_nobody_else_there(everybody: Readers) -> None:
    """Stated once more: whoever does not belong to it gets what they get where there is none."""
    names = list(ROLES)
    outside = [names.index(role) for role in names if role not in ("community member", "facilitator", "operator")]
    held = rows()
    hidden = {route: statuses for (route, state), statuses in held.items() if state == "confidential"}
    assert len(hidden) > 20
    for route, statuses in hidden.items():
        none = held[route, "none"]
        assert [statuses[one] for one in outside] == [none[one] for one in outside], route


def test_what_is_another_organisation_s_is_nobody_s_elsewhere(everybody: Readers) -> None:
    """Stated once more, apart from the table: whoever looks after one organisation changes nothing of the next."""
    names = list(ROLES)
    for (route, state), statuses in rows().items():
        if not route.startswith("POST /organisations/<slug>") and not route.startswith("POST /sources/<id>"):
            continue
        for role in (
            "stranger",
            "person",
            "officer",
            "officer elsewhere",
            "content officer elsewhere",
            "admin elsewhere",
            "suspended",
        ):
            assert statuses[names.index(role)] in REFUSED, (route, state, role)
