"""`moothall run`: two processes under one parent, which starts again what falls and leaves nothing behind."""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.config import environment
from hub.processes import YIELDS, end, start, supervise
from hub.workshop import Workshop
from tests.hub.running import ENDS, alive, answers, hub_in, roles, running, templates
from tests.hub.tasks.waiting import until

pytestmark = [
    pytest.mark.alone,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc: supervision is not looked at"),
]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with hub_in(tmp_path_factory.mktemp("run") / "hub") as parts:
        yield parts


def test_a_killed_role_is_started_again_and_sigterm_ends_all(hub: Workshop) -> None:
    with running(hub.settings, "-m", "hub.cli", "run") as parent:
        assert until(lambda: answers(hub.settings))
        assert until(lambda: set(roles(parent.pid)) == {"web", "work"})
        for role in ("web", "work"):
            before = roles(parent.pid)
            os.kill(before[role], signal.SIGKILL)
            assert until(lambda was=before[role], role=role: roles(parent.pid).get(role, was) != was), role
            other = ({"web", "work"} - {role}).pop()
            assert roles(parent.pid)[other] == before[other], "the other one is left alone"
        assert until(lambda: answers(hub.settings))
        last = roles(parent.pid)
        assert until(lambda: nice(last["work"]) == nice(last["web"]) + YIELDS), "people who wait for a page come first"
        parent.terminate()
        out, err = parent.communicate(timeout=ENDS)
    assert parent.returncode == 0
    assert not any(map(alive, last.values()))
    assert out == f"{hub.settings.name} is at {hub.settings.base_url}. Stop it with Ctrl-C.\n"
    assert "The process web ended with status -9; it is started again." in err
    assert "The process work ended with status -9; it is started again." in err
    assert "Traceback" not in err


def nice(process: int) -> int:
    """By how much a process gives way to others."""
    return os.getpriority(os.PRIO_PROCESS, process)


def test_ctrl_c_in_a_terminal_ends_all_without_a_trace(hub: Workshop) -> None:
    """A terminal sends the signal to the whole group of processes."""
    with running(hub.settings, "-m", "hub.cli", "run") as parent:
        assert until(lambda: answers(hub.settings))
        assert until(lambda: set(roles(parent.pid)) == {"web", "work"})
        last = roles(parent.pid)
        for pid in (parent.pid, *last.values()):
            os.kill(pid, signal.SIGINT)
        _, err = parent.communicate(timeout=ENDS)
    assert parent.returncode == 0
    assert not any(map(alive, last.values()))
    assert "Traceback" not in err, err


@pytest.mark.parametrize("early", [True, False], ids=["while they start", "while they work"])
def test_children_end_when_their_parent_is_killed(hub: Workshop, early: bool) -> None:
    with running(hub.settings, "-m", "hub.cli", "run") as parent:
        assert until(lambda: set(roles(parent.pid)) == {"web", "work"}, pause=0.002)
        if not early:
            assert until(lambda: answers(hub.settings))
        last = list(roles(parent.pid).values())
        sandboxes = templates(last)
        parent.kill()
        parent.wait()
        assert until(lambda: not any(map(alive, [*last, *sandboxes])), seconds=ENDS)


def test_a_role_that_dies_at_once_ends_the_parent_after_some_tries(hub: Workshop) -> None:
    port = int(hub.settings.base_url.rpartition(":")[2])
    impatient = "import hub.processes; hub.processes.TRIES = 2; from hub.cli.__main__ import main; main(['run'])"
    with socket.create_server(("127.0.0.1", port)), running(hub.settings, "-c", impatient) as parent:
        _, err = parent.communicate(timeout=60)
    assert parent.returncode == 1
    last = err.splitlines()[-1]
    assert last.startswith("moothall: A process of the hub ends again and again. `moothall doctor`")
    assert err.count(f"moothall web: The site cannot be served at 127.0.0.1, port {port}: Address already in use.") == 3
    assert "The process work ended" not in err
    assert "Traceback" not in err
    assert roles(parent.pid) == {}, "the role that was well is ended too"


def handles_sigterm(pid: int) -> bool:
    """Whether the process has a handler for SIGTERM, by the mask that the system shows."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    caught = next(int(line.split()[1], 16) for line in lines if line.startswith("SigCgt"))
    return bool(caught >> (signal.SIGTERM - 1) & 1)


def test_a_supervisor_that_is_told_to_stop_before_it_starts_leaves_nothing(hub: Workshop) -> None:
    stop = threading.Event()
    stop.set()
    assert supervise(hub.settings, stop) == 0
    assert roles(os.getpid()) == {}


def test_a_process_that_does_not_want_to_end_is_made_to(hub: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.processes.PATIENCE", 0.2)
    process = start("work", hub.settings)
    assert until(lambda: handles_sigterm(process.pid))
    os.kill(process.pid, signal.SIGSTOP)
    end([process])
    assert process.returncode == -signal.SIGKILL


def test_a_role_gets_the_settings_of_its_parent(hub: Workshop) -> None:
    process = start("web", hub.settings)
    try:
        assert until(lambda: answers(hub.settings))
        raw = Path(f"/proc/{process.pid}/environ").read_bytes().decode()
        given = dict(line.split("=", 1) for line in raw.split("\0") if line.startswith("MOOTHALL_"))
        wanted = environment(hub.settings)
        assert given == {name: value for name, value in wanted.items() if name.startswith("MOOTHALL_")}
    finally:
        end([process])
