"""Fingerprints: the same text, adapted copies, other texts."""

import random

from federation.fingerprint import CAP, containment, fingerprint

EXPECTED = (5587307955225057072, 7271900673021794536, 7901763644186584608, 12337243724989715000, 12800743053063031584)


def _text(seed: int, words: int) -> list[str]:
    chosen = random.Random(seed)
    return [f"w{chosen.randrange(5000)}" for _ in range(words)]


def test_case_punctuation_and_line_ends_do_not_matter() -> None:
    words = _text(1, 400)
    assert fingerprint(" ".join(words)) == fingerprint(",\n".join(words).upper())


def test_a_sample_of_the_shingles_is_kept_in_order() -> None:
    found = fingerprint(" ".join(_text(2, 2000)))
    assert 150 < len(found) < 350
    assert list(found) == sorted(set(found))
    assert all(number % 8 == 0 and number < 2**64 for number in found)


def test_the_hashes_are_the_same_on_every_machine() -> None:
    text = " ".join(f"word{number}" for number in range(40))
    assert fingerprint(text) == EXPECTED


def test_long_texts_keep_the_smallest_hashes() -> None:
    found = fingerprint(" ".join(_text(3, 20_000)))
    assert len(found) == CAP


def test_texts_too_short_have_no_fingerprint() -> None:
    assert fingerprint("two words") == ()
    assert containment((), (1, 2)) == (0.0, 0.0)
    assert fingerprint("\ud800 a b \ud800 c d e f") is not None


def test_containment_is_told_both_ways() -> None:
    part, rest = _text(4, 1000), _text(5, 3000)
    inside, outside = containment(fingerprint(" ".join(part)), fingerprint(" ".join(part + rest)))
    assert inside > 0.95
    assert 0.15 < outside < 0.35


def test_a_part_of_a_very_long_text_is_recognised_beyond_the_cap() -> None:
    part, rest = _text(6, 3000), _text(7, 30_000)
    inside, _ = containment(fingerprint(" ".join(part)), fingerprint(" ".join(rest + part)))
    assert inside > 0.9


def test_adapted_copies_are_found_and_strangers_are_not() -> None:
    found = strangers = 0
    for seed in range(100):
        sentences = [_text(seed * 1000 + number, 12) for number in range(40)]
        kept = random.Random(seed).sample(sentences, 28)
        original = fingerprint(" ".join(word for one in sentences for word in one))
        adapted = fingerprint(" ".join(word for one in [*kept, _text(seed + 90_000, 280)] for word in one))
        stranger = fingerprint(" ".join(_text(seed + 50_000, 480)))
        found += max(containment(original, adapted)) >= 0.35
        strangers += max(containment(original, stranger)) >= 0.35
    assert found >= 85
    assert strangers == 0
