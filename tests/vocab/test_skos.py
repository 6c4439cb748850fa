"""SKOS in and out: every format, real quirks, hostile files, bytes that never change."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.vocab.loaded import BASE, DATA, common, common_bytes, concept, scheme
from vocab import rules, skos
from vocab.errors import BrokenFile, NoScheme, RemoteContext, SchemeError, TooLarge, UnknownFormat
from vocab.scheme import Match, Note, Scheme
from vocab.values import scheme_from_json, scheme_to_json

PREFIXES = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix : <https://example.org/t/> .
"""


def _read(turtle: str, **options: str) -> Scheme:
    return skos.read((PREFIXES + turtle).encode(), **options)


def test_the_shipped_file_is_as_our_writer_writes_it() -> None:
    assert skos.write(common()) == common_bytes()


def test_the_shipped_file_breaks_no_rule() -> None:
    found = rules.check(common(), required=("en", "cy", "nl", "sv"), ours=True)
    assert [one for one in found if one.severity == "error"] == []


@pytest.mark.parametrize("format", sorted(skos.FORMATS))
def test_every_format_comes_back_the_same(format: str) -> None:
    written = skos.write(common(), format)
    assert skos.read(written, format) == common()
    assert skos.write(skos.read(written, format), format) == written


def test_bytes_do_not_depend_on_the_process() -> None:
    code = (
        "import hashlib, sys; from vocab import skos; made = skos.read(sys.stdin.buffer.read());"
        "print([hashlib.sha256(skos.write(made, one)).hexdigest() for one in skos.FORMATS])"
    )
    root = Path(__file__).parents[2]
    said = {
        subprocess.run(
            [sys.executable, "-c", code], input=common_bytes(), capture_output=True, cwd=root, env=env, check=True
        ).stdout
        for env in ({"PYTHONHASHSEED": "1"}, {"PYTHONHASHSEED": "2"})
    }
    assert len(said) == 1


def test_odd_characters_survive_every_round_trip() -> None:
    odd = 'a "quote" \\ back\nline\ttab \u2028 \u202e \u00a0 ’ 🏠'
    made = scheme(concept("c1", f"{odd}@en", notes=(Note("scope", "en", odd),), mappings=(Match("close", "urn:x:1"),)))
    for format in skos.FORMATS:
        assert skos.read(skos.write(made, format), format).concepts == made.concepts


def test_a_deprecated_concept_keeps_its_name_and_says_what_replaces_it() -> None:
    read = _read(
        """: a skos:ConceptScheme . :a a skos:Concept ; skos:inScheme : ; skos:prefLabel "New"@en .
        :b owl:deprecated true ; skos:inScheme : ; rdfs:label "Old"@en ; dct:isReplacedBy :a ;
        skos:historyNote "Used until 2020"@en ."""
    )
    old = read.concepts[f"{BASE}b"]
    assert (old.deprecated, old.pref("en"), old.replaced_by) == (True, "Old", (f"{BASE}a",))
    written = skos.write(read).decode()
    assert 'rdfs:label "Old"@en' in written
    assert written.count("a skos:Concept ;") == 1
    assert skos.read(written.encode()) == read


def test_narrower_is_read_as_broader() -> None:
    read = _read(": a skos:ConceptScheme . :a a skos:Concept ; skos:narrower :b . :b a skos:Concept .")
    assert read.concepts[f"{BASE}b"].broader == (f"{BASE}a",)


def test_labels_of_skos_xl_are_read() -> None:
    read = _read(
        """@prefix xl: <http://www.w3.org/2008/05/skos-xl#> .
        :a a skos:Concept ; xl:prefLabel [ xl:literalForm "Water"@en ] ."""
    )
    assert read.concepts[f"{BASE}a"].pref("en") == "Water"


def test_of_several_schemes_the_largest_is_read_or_the_one_asked_for() -> None:
    turtle = """:s1 a skos:ConceptScheme . :s2 a skos:ConceptScheme .
    :a a skos:Concept ; skos:inScheme :s2 . :b a skos:Concept ; skos:inScheme :s2, :s1 ."""
    assert _read(turtle).uri == f"{BASE}s2"
    assert list(_read(turtle, scheme=f"{BASE}s1").concepts) == [f"{BASE}b"]
    with pytest.raises(NoScheme, match="holds no concept scheme"):
        _read(turtle, scheme=f"{BASE}s3")


def test_a_file_without_concepts_is_refused_in_a_sentence() -> None:
    with pytest.raises(NoScheme, match="no concepts"):
        _read(':a rdfs:label "only a label" .')


@pytest.mark.parametrize(
    ("data", "format"),
    [
        (b"<nonsense", "turtle"),
        (b"<rdf", "xml"),
        (b"{", "json-ld"),
        (b"\xff\xfe\x00", "turtle"),
        (b"[" * 9999, "json-ld"),
    ],
)
def test_broken_files_are_refused_in_a_sentence(data: bytes, format: str) -> None:
    with pytest.raises(BrokenFile):
        skos.read(data, format)


@pytest.mark.parametrize(
    "context",
    ['"https://example.org/context.jsonld"', '[{}, "context.jsonld"]', '{"a": {"@id": "x:a", "@context": "http://e.org/"}}',
     '{"@import": "http://e.org/"}'],
)  # fmt: skip
def test_a_remote_context_is_refused_not_fetched(context: str) -> None:
    with pytest.raises(RemoteContext):
        skos.read(f'{{"@context": {context}, "@id": "http://e.org/1"}}'.encode(), "json-ld")


def test_entities_that_grow_are_refused() -> None:
    start = b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaa">'
    for bad in (b'<!ENTITY b "&a;&a;">', b'<!ENTITY b SYSTEM "file:///etc/passwd">', b'<!ENTITY % b "x">',
                b'<!ENTITY b "' + b"x" * 400 + b'">'):  # fmt: skip
        with pytest.raises(BrokenFile, match="entities"):
            skos.read(start + bad + b"]><r/>", "xml")


def test_short_entities_for_namespaces_are_read() -> None:
    data = b"""<?xml version="1.0"?><!DOCTYPE rdf:RDF [<!ENTITY t "https://example.org/t/">]>
    <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:skos="http://www.w3.org/2004/02/skos/core#">
    <skos:Concept rdf:about="&t;a"><skos:prefLabel xml:lang="en">Water</skos:prefLabel></skos:Concept></rdf:RDF>"""
    assert skos.read(data, "xml").concepts[f"{BASE}a"].pref("en") == "Water"


def test_sizes_are_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(skos.FORMATS, "xml", ("xml", 10))
    with pytest.raises(TooLarge):
        skos.read(b"x" * 11, "xml")


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(UnknownFormat):
        skos.read(b"", "docx")


def test_json_for_the_sandbox_comes_back_the_same() -> None:
    answer = json.loads(json.dumps(skos.read_json(common_bytes(), format="turtle", url="https://example.org/x")))
    assert scheme_from_json(answer) == common()
    assert scheme_to_json(scheme_from_json(answer)) == answer


@pytest.mark.parametrize("value", [{}, {"uri": "x", "concepts": [{"uri": "a", "labels": [["shown", "en", "x"]]}]}, []])
def test_json_of_another_shape_is_refused(value: object) -> None:
    with pytest.raises(SchemeError):
        scheme_from_json(value)  # type: ignore[arg-type]


@pytest.mark.skipif(not (DATA / "agift").is_dir(), reason="../shared/data/agift is absent: real lists were not read.")
def test_real_lists_give_the_known_findings() -> None:
    agift = skos.read((DATA / "agift" / "agift.ttl").read_bytes())
    found = rules.check(agift)
    assert (sum(one.rule == 4 for one in found), sum(one.rule == 12 for one in found)) == (20, 27)
    assert skos.read(skos.write(agift)) == agift
    cofog = rules.check(skos.read((DATA / "agift" / "cofog-a.ttl").read_bytes()))
    assert sum(one.rule == 6 for one in cofog) == 1
