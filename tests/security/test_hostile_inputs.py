"""Ten thousand broken documents and forms: each becomes an answer or a sentence; nothing hangs, stops or goes out."""

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harvesters.errors import ReadError
from harvesters.problems import PROBLEMS
from harvesters.sandbox import READERS, Sandbox
from tests.hub.site import BASE, Site, filled_site
from tests.security.crawl import Crawl
from tests.security.mutants import ODD, SOUND, mutants, request
from tests.security.payloads import faults

SEED = int(os.environ.get("MOOTHALL_TEST_SEED", "20261127"))
EACH = int(os.environ.get("MOOTHALL_TEST_HOSTILE", "640"))
"""Broken documents a reader."""
FILLED = 2000
"""Forms that are sent, at least."""
LONGEST = 35.0
"""Seconds that one may take."""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


def test_every_reader_has_sound_documents_to_break() -> None:
    assert set(SOUND) == set(READERS)
    assert EACH * len(READERS) + FILLED >= 10_000


@pytest.mark.parametrize("reader", sorted(READERS))
def test_a_sound_document_is_read(sandbox: Sandbox, reader: str) -> None:
    for data in map(request, SOUND[reader]) if reader == "enrich" else SOUND[reader]:
        assert sandbox.read(reader, data, **options(reader))


@pytest.mark.parametrize("reader", sorted(READERS))
def test_a_broken_document_is_an_answer_or_a_sentence(sandbox: Sandbox, tried: list[str], reader: str) -> None:
    """No fault of the sandbox, no crash of a reader of ours, no connection, and an end in time."""

    def told(data: bytes) -> tuple[str, float]:
        begun = time.monotonic()
        try:
            sandbox.read(reader, data, **options(reader))
        except ReadError as error:
            return error.problem.code, time.monotonic() - begun
        return "read", time.monotonic() - begun

    documents = list(mutants(reader, EACH, SEED))
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(told, documents))
    counted = Counter(code for code, _ in outcomes)
    print(f"seed {SEED}: {reader} {dict(counted)}, longest {max(took for _, took in outcomes):.1f} s")
    assert set(counted) <= {"read", *PROBLEMS}
    crashed = [data for data, (code, _) in zip(documents, outcomes, strict=True) if code == "reader-crashed"]
    assert not crashed, (len(crashed), crashed[0][:500])
    assert max(took for _, took in outcomes) < LONGEST
    assert tried == []
    test_a_sound_document_is_read(sandbox, reader)


def options(reader: str) -> dict[str, object]:
    """What a reader is told besides."""
    if reader in ("feed", "sitemap", "listing", "signs"):
        return {"base_url": "https://n.example/"}
    return {} if reader in ("skos", "enrich", "oai", "picture") else {"url": "https://n.example/a"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("hostile") / "hub"
    with filled_site(folder) as made:
        made.app.config["WTF_CSRF_ENABLED"] = False
        yield made


def test_every_form_takes_anything_that_is_sent_to_it(site: Site, tried: list[str]) -> None:
    """As operator and as stranger: no fault of ours, no hang, nothing of it run, nothing fetched from inside."""
    dice = random.Random(SEED)
    sent, slowest, codes = 0, 0.0, Counter[int]()
    clients = [site.operator(), site.app.test_client()]
    forms = [
        (client, form)
        for client in clients
        for form in Crawl(site, client)
        .walk("/sources/new", "/register", "/sign-in", "/new-password", "/confirm")
        .forms.values()
        if form.held
    ]
    assert len(forms) >= 12
    while sent < FILLED:
        for client, form in forms:
            odd = dice.choice(ODD).decode("utf-8", "surrogateescape").encode("utf-8", "replace").decode()
            data = form.filled(odd * dice.choice((1, 1, 1, 30)))
            for name in list(data):
                if dice.random() < 0.15:
                    data[name] = dice.choice(([], [odd, odd], [""], ["9" * 30]))
            data.pop("csrf_token", None)
            begun = time.monotonic()
            if form.method == "POST":
                answer = client.post(form.action, data=data, base_url=BASE)
            else:
                answer = client.get(form.action, query_string=data, base_url=BASE)
            slowest = max(slowest, time.monotonic() - begun)
            codes[answer.status_code] += 1
            assert answer.status_code < 500, (form.action, data)
            if sent % 10 == 0 and answer.mimetype == "text/html" and answer.text:
                assert not list(faults(answer.text)), form.action
            sent += 1
    print(f"seed {SEED}: {sent} forms, {dict(codes)}, longest {slowest:.1f} s")
    assert slowest < LONGEST
    assert all("127.0.0.1" in one or one.startswith("/") for one in tried), tried
