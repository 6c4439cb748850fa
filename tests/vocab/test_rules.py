"""One failing and one passing mini-scheme a rule, and what the repairs do."""

import pytest

from tests.vocab.loaded import BASE, concept, scheme
from vocab.repairs import fix
from vocab.rules import RULES, check
from vocab.scheme import Concept, Match, Note, Scheme

A, B, C = (BASE + name for name in "abc")


def _two(a: Concept, b: Concept) -> Scheme:
    return scheme(a, b)


def _chain() -> Scheme:
    return scheme(concept("a", "A@en"), concept("b", "B@en", top=False, broader=(A,)),
                  concept("c", "C@en", top=False, broader=(A, B)))  # fmt: skip


FAILING: dict[int, Scheme] = {
    1: scheme(concept("a", "Water@en", "Waters@en")),
    2: scheme(concept("a", "Water@en", "alt:Water@en")),
    3: _two(concept("a", "A@en", top=False, broader=(B,)), concept("b", "B@en", top=False, broader=(A,))),
    4: _two(concept("a", "A@en"), concept("b", "B@en", top=False, broader=(A,), related=(A,))),
    5: scheme(concept("a", "alt:Water@en")),
    6: scheme(concept("a", "Water@")),
    7: _two(concept("a", "Water@en"), concept("b", "water@en")),
    8: _two(concept("a", "Water@en"), concept("b", "Rivers@en", "alt:water@en")),
    9: scheme(concept("a", "Water@en", top=False)),
    10: _two(concept("a", "A@en"), concept("b", "B@en", top=True, broader=(A,))),
    11: _chain(),
    12: scheme(concept("a", "Water@en", deprecated=True)),
    13: _two(concept("a", "A@en", deprecated=True, replaced_by=(B,)), concept("b", "B@en", deprecated=True)),
    14: scheme(concept("a", "Water@en", related=(B,))),
    15: _two(concept("a", "A@en", related=(B,)), concept("b", "B@en")),
    16: scheme(concept("a", "A@en", mappings=(Match("broad", "urn:x"), Match("exact", "urn:x")))),
    17: scheme(concept("a", "Waste  water@en")),
    18: scheme(concept("a", "Meer@nl", "alt:plan@nl")),
}

PASSING: dict[int, Scheme] = {
    1: scheme(concept("a", "Water@en", "Dŵr@cy")),
    2: scheme(concept("a", "Water@en", "alt:Water@nl")),
    3: _two(concept("a", "A@en"), concept("b", "B@en", top=False, broader=(A,))),
    4: _two(concept("a", "A@en", related=(B,)), concept("b", "B@en", related=(A,))),
    5: scheme(concept("a", "Water@en")),
    6: scheme(concept("a", "Water@en-gb", "Vatten@sv", "Bokmål@nb")),
    7: _two(concept("a", "Water@en"), concept("b", "Water@nl")),
    8: _two(concept("a", "Water@en"), concept("b", "Rivers@en", "hidden:water@en")),
    9: scheme(concept("a", "Water@en", top=True)),
    10: _two(concept("a", "A@en"), concept("b", "B@en", top=False, broader=(A,))),
    11: _two(concept("a", "A@en"), concept("b", "B@en", top=False, broader=(A,))),
    12: scheme(concept("a", "Water@en", deprecated=True, notes=(Note("history", "en", "Never used."),))),
    13: _two(concept("a", "A@en", deprecated=True, replaced_by=(B,)), concept("b", "B@en")),
    14: scheme(concept("a", "Water@en", mappings=(Match("close", "https://elsewhere.example/1"),))),
    15: _two(concept("a", "A@en", related=(B,)), concept("b", "B@en", related=(A,))),
    16: _two(concept("a", "A@en", mappings=(Match("exact", "urn:x"),)), concept("b", "B@en")),
    17: scheme(concept("a", "Waste water (rivers)@en")),
    18: scheme(concept("a", "Wastewater@en", "alt:plan for water@en")),
}


@pytest.mark.parametrize("rule", range(1, 19))
def test_rule_finds_what_is_wrong(rule: int) -> None:
    assert rule in {one.rule for one in check(FAILING[rule])}


@pytest.mark.parametrize("rule", range(1, 19))
def test_rule_leaves_what_is_right(rule: int) -> None:
    assert rule not in {one.rule for one in check(PASSING[rule])}


@pytest.mark.parametrize("rule", range(1, 19))
def test_a_rule_reports_under_its_own_number_in_a_sentence(rule: int) -> None:
    found = [one for one in check(FAILING[rule]) if one.rule == rule]
    assert all(one.message.endswith(".") and one.concept.startswith(BASE) for one in found)
    assert len(RULES) == 18


@pytest.mark.parametrize("rule", [2, 15, 17])
def test_repairs_mend_what_a_machine_may_mend(rule: int) -> None:
    mended = fix(FAILING[rule])
    assert rule not in {one.rule for one in check(mended)}
    assert fix(mended) == mended


def test_repairs_keep_the_preferred_label() -> None:
    mended = fix(scheme(concept("a", "alt: Water@en", "Water@en", "hidden:Water@en")))
    assert [(one.kind, one.value) for one in mended.concepts[A].labels] == [("pref", "Water")]


def test_our_own_scheme_is_held_to_more() -> None:
    for rule in (7, 12):
        assert {one.severity for one in check(FAILING[rule]) if one.rule == rule} == {"warning"}
        assert {one.severity for one in check(FAILING[rule], ours=True) if one.rule == rule} == {"error"}


def test_a_required_language_is_missed_once_a_concept() -> None:
    found = [one for one in check(PASSING[5], required=("en", "cy")) if one.rule == 5]
    assert [(one.severity, "cy" in one.message) for one in found] == [("warning", True)]


def test_two_exact_matches_of_one_target_are_a_warning() -> None:
    both = (Match("exact", "urn:x"),)
    found = check(_two(concept("a", "A@en", mappings=both), concept("b", "B@en", mappings=both)))
    assert [(one.rule, one.severity) for one in found] == [(16, "warning")]


def test_a_very_deep_hierarchy_does_not_stop_the_rules() -> None:
    deep = [
        concept(f"c{n:05}", f"L{n}@en", top=n == 0, broader=(f"{BASE}c{n - 1:05}",) if n else ()) for n in range(1500)
    ]
    assert {one.rule for one in check(scheme(*deep))} <= {11}


def test_a_cycle_is_told_once_with_its_way_round() -> None:
    found = [one for one in check(FAILING[3]) if one.rule == 3]
    assert [one.message for one in found] == ["Its broader concepts lead back to it: A → B → A."]
