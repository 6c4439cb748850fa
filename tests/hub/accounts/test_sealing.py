"""What is sealed is read by the same hub, for the same purpose, for a while, and by nobody else."""

import time

import pytest

from hub.accounts.sealing import Broken, seal, unseal

KEY = "the secret key of a hub"


def test_what_is_sealed_comes_back_and_is_never_the_same_twice() -> None:
    assert unseal(KEY, "a", seal(KEY, "a", "Tŷ 7")) == "Tŷ 7"
    assert seal(KEY, "a", "x") != seal(KEY, "a", "x")


@pytest.mark.parametrize("place", [0, 1, 9, 25, 40, -5])
def test_a_changed_sign_breaks_it(place: int) -> None:
    sealed = seal(KEY, "a", "who somebody is")
    other = "A" if sealed[place] != "A" else "B"
    changed = sealed[:place] + other + sealed[place:][1:]
    with pytest.raises(Broken):
        unseal(KEY, "a", changed)


@pytest.mark.parametrize(("key", "purpose"), [("another key", "a"), (KEY, "b")])
def test_another_key_or_purpose_opens_nothing(key: str, purpose: str) -> None:
    with pytest.raises(Broken):
        unseal(key, purpose, seal(KEY, "a", "x"))


@pytest.mark.parametrize("sealed", ["", "x", "é", "A" * 200])
def test_what_was_never_sealed_is_broken(sealed: str) -> None:
    with pytest.raises(Broken):
        unseal(KEY, "a", sealed)


def test_it_is_good_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed, real = seal(KEY, "a", "x"), time.time
    assert unseal(KEY, "a", sealed, seconds=600) == "x"
    monkeypatch.setattr("time.time", lambda: real() + 601)
    with pytest.raises(Broken):
        unseal(KEY, "a", sealed, seconds=600)
