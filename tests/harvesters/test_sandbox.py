"""The sandbox for real: whatever a document does to its reader becomes one typed error, and nothing else is touched."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from harvesters.base import Sandbox as Contract
from harvesters.errors import HarvestError, ReadError
from harvesters.readers import answers
from harvesters.sandbox import READERS, Limits, Sandbox

pytestmark = pytest.mark.alone

HOSTILE = {
    name: f"tests.harvesters.hostile:{name}"
    for name in [
        "echo",
        "segfault",
        "abort",
        "spin",
        "sleep",
        "stubborn",
        "hog",
        "shout",
        "quit_early",
        "raise_error",
        "recurse",
        "no_json",
        "refuse",
        "connect",
        "resolve",
        "write_file",
        "append_low_level",
        "read_file",
        "list_folder",
        "remove_file",
        "fork",
        "run_program",
        "shell",
        "replace_program",
        "load_library",
        "kill_template",
        "environment",
    ]
}
SHORT = Limits(wall=6.0, cpu=3.0, memory=1 << 30, output=1 << 20)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(limits=SHORT, readers={**READERS, **HOSTILE}) as made:
        yield made


def refused(sandbox: Sandbox, reader: str, data: bytes = b"", **options: Any) -> str:
    with pytest.raises(ReadError) as error:
        sandbox.read(reader, data, **options)
    assert error.value.problem.what
    assert "{" not in error.value.problem.what
    return error.value.problem.code


def test_answer_comes_back_as_json(sandbox: Sandbox) -> None:
    contract: Contract = sandbox
    assert contract.read("echo", "é".encode(), a=[1, None]) == {"text": "é", "options": {"a": [1, None]}}


def test_large_documents_pass_both_ways() -> None:
    with Sandbox(readers=HOSTILE) as roomy:
        assert len(roomy.read("echo", b"x" * 10_000_000)["text"]) == 10_000_000


@pytest.mark.parametrize(
    ("reader", "code"),
    [
        ("segfault", "reader-crashed"),
        ("abort", "reader-crashed"),
        ("hog", "reader-crashed"),
        ("quit_early", "reader-crashed"),
        ("raise_error", "reader-crashed"),
        ("recurse", "reader-crashed"),
        ("no_json", "reader-crashed"),
    ],
)
def test_crash_is_one_typed_error(sandbox: Sandbox, reader: str, code: str) -> None:
    assert refused(sandbox, reader, url="https://e.example/a.pdf") == code


def test_problem_names_the_document_and_the_reason(sandbox: Sandbox) -> None:
    with pytest.raises(ReadError) as error:
        sandbox.read("segfault", b"", url="https://e.example/a.pdf")
    problem = error.value.problem
    assert (problem.where, problem.stage, problem.severity) == ("https://e.example/a.pdf", "read", "error")
    assert "https://e.example/a.pdf" in problem.what
    assert "SIGSEGV" in problem.what
    assert error.value.permanent
    with pytest.raises(ReadError, match="1024 MB"):
        sandbox.read("hog", b"")


def test_endless_loop_ends_at_the_cpu_limit(sandbox: Sandbox) -> None:
    started = time.monotonic()
    assert refused(sandbox, "spin") == "reader-too-slow"
    assert time.monotonic() - started < 8


@pytest.mark.parametrize("reader", ["sleep", "stubborn"])
def test_sleeper_ends_at_the_wall_limit(reader: str) -> None:
    with Sandbox(limits=Limits(wall=1.0, cpu=3.0), readers=HOSTILE) as strict:
        started = time.monotonic()
        assert refused(strict, reader) == "reader-too-slow"
        assert time.monotonic() - started < 5
        assert strict.read("echo", b"next")["text"] == "next"


def test_too_long_an_answer_is_refused_and_noise_is_ignored(sandbox: Sandbox) -> None:
    assert refused(sandbox, "shout", b"2000000") == "answer-too-large"
    assert sandbox.read("shout", b"10") == "x" * 10


def test_refusal_carries_its_code_but_not_its_place(sandbox: Sandbox) -> None:
    with pytest.raises(ReadError) as error:
        sandbox.read("refuse", b"encrypted", url="https://e.example/a")
    problem = error.value.problem
    assert (problem.code, problem.where, problem.stage) == ("encrypted", "https://e.example/a", "read")
    assert refused(sandbox, "refuse", b"no-such-code") == "reader-crashed"


@pytest.mark.parametrize("reader", ["resolve", "fork", "run_program", "shell", "replace_program", "load_library"])
def test_machine_is_out_of_reach(sandbox: Sandbox, reader: str) -> None:
    with pytest.raises(ReadError, match="PermissionError"):
        sandbox.read(reader, b"x")


def test_no_connection_is_opened(sandbox: Sandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.3)
        with pytest.raises(ReadError, match="PermissionError"):
            sandbox.read("connect", str(listener.getsockname()[1]).encode())
        with pytest.raises(TimeoutError):
            listener.accept()


def test_files_are_out_of_reach(sandbox: Sandbox, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    canary.write_text("secret")
    for reader in ("read_file", "write_file", "append_low_level", "remove_file"):
        with pytest.raises(ReadError, match="PermissionError"):
            sandbox.read(reader, str(canary).encode())
    with pytest.raises(ReadError, match="PermissionError"):
        sandbox.read("list_folder", str(tmp_path).encode())
    assert canary.read_text() == "secret"
    assert refused(sandbox, "read_file", b"/etc/passwd") == "reader-crashed"
    assert "sandbox" in sandbox.read("read_file", str(ROOT / "harvesters" / "sandbox.py").encode())


def test_cache_may_be_read_but_not_written(tmp_path: Path) -> None:
    (tmp_path / "trie").write_text("words")
    (tmp_path / "way-out").symlink_to("/etc/passwd")
    with Sandbox(cache=tmp_path, readers=HOSTILE) as made:
        assert made.read("read_file", str(tmp_path / "trie").encode()) == "words"
        for reader, name in (
            ("write_file", "trie"),
            ("read_file", "way-out"),
            ("read_file", "../" + tmp_path.name + "x"),
        ):
            with pytest.raises(ReadError, match="PermissionError"):
                made.read(reader, str(tmp_path / name).encode())


def test_child_sees_no_secret_and_no_descriptor_of_the_hub(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOOTHALL_SECRET_KEY", "secret")
    with Sandbox(readers=HOSTILE) as made:
        seen = made.read("environment", b"")
    assert set(seen["environment"]) <= {"PYTHONPATH", "LANG", "LC_CTYPE"}
    # Standard streams and its own answer.
    assert len(seen["descriptors"]) == 4


# --- the template ----------------------------------------------------------------------------------------------------


def test_template_that_dies_is_started_again() -> None:
    with Sandbox(readers=HOSTILE) as made:
        assert made.read("echo", b"one")["text"] == "one"
        os.kill(made.template_pid, 9)
        assert made.read("echo", b"two")["text"] == "two"


def test_document_that_kills_the_template_twice_is_a_fault_and_the_next_one_is_read() -> None:
    with Sandbox(readers=HOSTILE) as made:
        with pytest.raises(HarvestError) as error:
            made.read("kill_template", b"")
        assert not isinstance(error.value, ReadError)
        assert error.value.problem.code == "fault"
        assert not error.value.permanent
        assert made.read("echo", b"next")["text"] == "next"


def test_labels_are_loaded_once_by_the_template_and_anew_after_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harvesters.sandbox.PRELOAD", ("tests.harvesters.hostile:load", "no.such:module"))
    labels = tmp_path / "labels"
    labels.write_text("first")
    with Sandbox(cache=tmp_path, labels=labels, readers={"loaded": "tests.harvesters.hostile:loaded"}) as made:
        assert made.read("loaded", b"") == made.read("loaded", b"") == [f"first {tmp_path.name}"]
        labels.write_text("second")
        made.restart(labels=labels)
        assert made.read("loaded", b"") == [f"second {tmp_path.name}"]
        made.restart(labels=tmp_path / "absent")
        with pytest.raises(HarvestError, match="FileNotFoundError"):
            made.read("loaded", b"")


def test_reader_that_is_not_there_is_told_without_stopping_the_others() -> None:
    with Sandbox(readers={**HOSTILE, "absent": "tests.harvesters.no_such_module:read"}) as made:
        assert refused(made, "absent") == "reader-crashed"
        assert made.read("echo", b"x")["text"] == "x"
        with pytest.raises(KeyError):
            made.read("unknown", b"")


def test_template_that_cannot_start_says_why(tmp_path: Path) -> None:
    readers = {"broken": "tests.harvesters.hostile:no_such_function"}
    with Sandbox(readers=readers) as made, pytest.raises(HarvestError, match="no_such_function"):
        made.read("broken", b"")


def test_threads_read_side_by_side_and_each_gets_its_own_answer(sandbox: Sandbox) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: sandbox.read("echo", str(n).encode())["text"], range(64)))
    assert found == [str(number) for number in range(64)]


def test_slow_document_does_not_hold_up_another(sandbox: Sandbox) -> None:
    slow = threading.Thread(target=sandbox.read, args=("sleep", b"2"))
    slow.start()
    started = time.monotonic()
    sandbox.read("echo", b"quick")
    assert time.monotonic() - started < 1.5
    slow.join()


def test_restart_finishes_what_is_being_read() -> None:
    with Sandbox(readers=HOSTILE) as made, ThreadPoolExecutor(1) as pool:
        made.read("echo", b"warm")
        slow = pool.submit(made.read, "sleep", b"1")
        time.sleep(0.3)
        before = made.template_pid
        made.restart()
        assert made.template_pid != before
        assert made.read("echo", b"new")["text"] == "new"
        assert slow.result(timeout=5) == {"slept": True}


def test_closing_ends_template_and_children() -> None:
    made = Sandbox(readers=HOSTILE)
    made.read("echo", b"warm")
    pid = made.template_pid
    slow = threading.Thread(target=lambda: pytest.raises(HarvestError, made.read, "sleep", b"60"))
    slow.start()
    time.sleep(0.3)
    children = _children_of(pid)
    assert len(children) == 1
    made.close()
    made.close()
    slow.join(timeout=5)
    assert not slow.is_alive()
    assert _ended(pid, *children)
    with pytest.raises(HarvestError):
        made.read("echo", b"")


def test_template_and_children_end_when_their_parent_is_killed() -> None:
    source = (
        "import threading, time\nfrom harvesters.sandbox import Sandbox\n"
        "made = Sandbox(readers={'sleep': 'tests.harvesters.hostile:sleep'})\n"
        "threading.Thread(target=made.read, args=('sleep', b'60'), daemon=True).start()\n"
        "print(made.template_pid, flush=True)\ntime.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE, cwd=ROOT) as parent:
        assert parent.stdout is not None
        template = int(parent.stdout.readline())
        deadline = time.monotonic() + 20
        while not (children := _children_of(template)) and time.monotonic() < deadline:
            time.sleep(0.05)
        parent.kill()
    assert len(children) == 1
    assert _ended(template, *children)


def test_no_parser_is_ever_imported_by_the_parent() -> None:
    source = (
        "import sys\nfrom harvesters.sandbox import Sandbox\nfrom harvesters.readers import answers, sniff\n"
        "with Sandbox() as made:\n"
        "    answers.document(made.read('html', b'<html><body><p>Some words to read.</p></body></html>'))\n"
        "    answers.sitemap(made.read('sitemap', b'<urlset/>'))\n"
        "    answers.feed(made.read('feed', b'<rss><channel><title>x</title></channel></rss>'))\n"
        "wanted = {'feedparser', 'lxml', 'trafilatura', 'pypdfium2', 'python_calamine', 'rdflib', 'requests'}\n"
        "print(sorted(wanted & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", source], capture_output=True, cwd=ROOT, timeout=60, text=True
    )
    assert (done.stdout.strip(), done.stderr, done.returncode) == ("[]", "", 0)


def test_small_document_costs_little_more_than_its_reading(sandbox: Sandbox) -> None:
    feed = b"<rss version='2.0'><channel><item><title>A</title><link>https://e.example/</link></item></channel></rss>"
    assert answers.feed(sandbox.read("feed", feed)).entries[0].title == "A"
    started = time.monotonic()
    for _ in range(20):
        sandbox.read("echo", b"x")
    assert (time.monotonic() - started) / 20 < 0.1


def _children_of(pid: int) -> list[int]:
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def _ended(*pids: int) -> bool:
    deadline = time.monotonic() + 5
    while any(_runs(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not any(_runs(pid) for pid in pids)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
