"""What many tests of the vocabulary share, made once a run: word forms, the shipped scheme, its tagger."""

import functools
from importlib.resources import files
from pathlib import Path
from typing import Final

from platformdirs import user_cache_dir

from vocab import skos
from vocab.lemmas import Lemmas
from vocab.scheme import Concept, Label, LabelKind, Scheme
from vocab.tagger import LabelTagger

CACHE: Final = Path(user_cache_dir("moothall"))
"""Where a hub keeps simplemma's tries too: they are built once a machine."""

DATA: Final = Path(__file__).parents[2].parent / "shared" / "data"
"""Public lists that are no part of the tree; tests that need them are skipped where they are absent."""

BASE: Final = "https://example.org/t/"


@functools.cache
def lemmas() -> Lemmas:
    return Lemmas(CACHE)


def common_bytes() -> bytes:
    return files("vocab.schemes").joinpath("common.ttl").read_bytes()


@functools.cache
def common() -> Scheme:
    return skos.read(common_bytes())


@functools.cache
def tagger() -> LabelTagger:
    return LabelTagger(common(), lemmas())


def concept(name: str, *labels: str, top: bool = True, **more: object) -> Concept:
    """A small concept; labels are written "Food waste@en", "alt:leftovers@en", "hidden:FW@en"."""
    return Concept(uri=BASE + name, labels=tuple(_label(one) for one in labels), top=top, **more)  # type: ignore[arg-type]


def _label(text: str) -> Label:
    start, _, rest = text.partition(":")
    kind: LabelKind = "alt" if start == "alt" else "hidden" if start == "hidden" else "pref"
    value, _, language = (rest if kind != "pref" else text).rpartition("@")
    return Label(kind, language, value)


def scheme(*concepts: Concept) -> Scheme:
    ordered = sorted(concepts, key=lambda one: one.uri)
    return Scheme(BASE, {"en": "Test"}, concepts={one.uri: one for one in ordered})
