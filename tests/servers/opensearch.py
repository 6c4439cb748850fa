"""A real OpenSearch for the tests: one node on loopback, from the official distribution, started once a session.

MOOTHALL_TEST_OPENSEARCH_URL (`opensearch://…`) takes a server that is there already. Else the distribution comes from
Maven Central, once, into a cache folder outside the tree, and runs on a Java of this machine.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final

VARIABLE: Final = "MOOTHALL_TEST_OPENSEARCH_URL"
VERSION: Final = "3.8.0"
ARTIFACT: Final = f"org.opensearch.distribution.integ-test-zip:opensearch:{VERSION}:zip"
OLDEST_JAVA: Final = 21
MODULES: Final = ("jdk.incubator.vector", "jdk.localedata")
"""Without these a Java starts the node, but no index can be made."""
USER, GROUP = "nobody", "nogroup"
PATIENCE: Final = 120.0


class NotHad(Exception):
    """There can be no node on this machine; says why."""


class Node:
    """One node with a folder of its own: `start`, `kill` and `start` again keep what it holds and where it listens."""

    def __init__(self, java: Path, home: Path, folder: Path, options: Sequence[str]) -> None:
        self._folder = folder
        self._environment = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "OPENSEARCH_JAVA_HOME": str(java),
            "OPENSEARCH_PATH_CONF": str(folder / "config"),
            "OPENSEARCH_TMPDIR": str(folder / "tmp"),
        }
        self._command = [str(home / "bin" / "opensearch")]
        if shutil.which("setpriv"):
            # Killed with us, even when we are killed without a chance to stop it.
            self._command = ["setpriv", "--pdeathsig", "KILL", *self._command]
        self._port = _configure(home, folder, options)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """`opensearch://127.0.0.1:…`."""
        return f"opensearch://127.0.0.1:{self._port}"

    @property
    def process(self) -> int:
        """The number of its process, 0 when it has none."""
        return self._process.pid if self._process else 0

    @property
    def log(self) -> Path:
        """What it says."""
        return self._folder / "out.log"

    def begin(self) -> None:
        """Start it, and do not wait: that takes some fifteen seconds."""
        root = os.geteuid() == 0
        if root:
            for path in (self._folder, *self._folder.rglob("*")):
                shutil.chown(path, USER, GROUP)
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=USER if root else None,
                group=GROUP if root else None,
                extra_groups=[] if root else None,
            )

    def start(self) -> None:
        """Start it, and wait until it answers. NotHad when it does not."""
        self.begin()
        deadline = time.monotonic() + PATIENCE
        while self.runs() and time.monotonic() < deadline:
            if self.answers():
                return
            time.sleep(0.25)
        raise NotHad(f"OpenSearch {VERSION} did not start: …{self.log.read_text(errors='replace')[-1500:]}")

    def runs(self) -> bool:
        """Whether its process is there."""
        return self._process is not None and self._process.poll() is None

    def answers(self) -> bool:
        """Whether it is ready for requests, all shards there."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=5)
        try:
            connection.request("GET", "/_cluster/health?wait_for_status=yellow&timeout=3s")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def kill(self) -> None:
        """kill -9."""
        assert self._process
        self._signal(signal.SIGKILL)
        self._process.wait(30)

    def hang(self) -> None:
        """It goes on to take connections, and says nothing."""
        self._signal(signal.SIGSTOP)

    def wake(self) -> None:
        """It goes on where it hung."""
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it in good order, and without when that takes too long."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self._process and self.runs():
                self._signal(number)
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(30)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process
        os.killpg(self._process.pid, number)


@contextmanager
def node(heap: str = "512m", *options: str) -> Iterator[Node]:
    """A node of ours with this heap and other options of its virtual machine, as long as it is needed. NotHad.

    The variable is set meanwhile: processes that a test starts find the same node.
    """
    java, home = find_java(), distribution()
    # Below a folder that the node's user can reach, whoever runs the tests.
    folder = Path(tempfile.mkdtemp(prefix="moothall-opensearch-", dir="/tmp"))
    made = None
    try:
        made = Node(java, home, folder, (f"-Xms{heap}", f"-Xmx{heap}", *options))
        made.start()
        os.environ[VARIABLE] = made.address
        yield made
    finally:
        os.environ.pop(VARIABLE, None)
        if made:
            made.stop()
        shutil.rmtree(folder, ignore_errors=True)


def find_java() -> Path:
    """The home of a Java that can run the node, from the usual places. NotHad."""
    named = [os.environ.get(name) for name in ("OPENSEARCH_JAVA_HOME", "JAVA_HOME")]
    homes = [Path(home) for home in named if home]
    on_path = shutil.which("java")
    if on_path:
        homes.append(Path(on_path).resolve().parents[1])
    homes += sorted(Path("/usr/lib/jvm").glob("*"))
    for home in homes:
        if _is_able(home / "bin" / "java"):
            return home
    looked = ", ".join(dict.fromkeys(map(str, homes))) or "nowhere: neither JAVA_HOME nor `java` nor /usr/lib/jvm"
    raise NotHad(f"OpenSearch needs a JDK of Java {OLDEST_JAVA} or newer; looked at {looked}")


def _is_able(java: Path) -> bool:
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=60, check=True).stderr
        found = re.search(r'version "(\d+)', said)
        if not found or int(found[1]) < OLDEST_JAVA:
            return False
        modules = subprocess.run([java, "--list-modules"], capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return False
    return all(f"{name}@" in modules.stdout for name in MODULES)


def cache() -> Path:
    """The folder for what is fetched once; root's home is closed to the user that the node runs as."""
    given = os.environ.get("MOOTHALL_TEST_CACHE")
    if given:
        return Path(given)
    return Path("/var/cache/moothall-tests") if os.geteuid() == 0 else Path.home() / ".cache" / "moothall-tests"


def distribution() -> Path:
    """The unpacked distribution; fetched with Maven the first time. NotHad."""
    home = cache() / f"opensearch-{VERSION}"
    if home.is_dir():
        return home
    maven = shutil.which("mvn")
    if not maven:
        raise NotHad(f"OpenSearch {VERSION} is fetched with Maven, and there is no `mvn` on the path")
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.parent, prefix="fetch-") as folder:
        command = [maven, "-q", "-B", "dependency:copy", f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={folder}"]
        try:
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)
        except subprocess.TimeoutExpired as error:
            raise NotHad(f"Maven did not fetch OpenSearch {VERSION} within ten minutes") from error
        if done.returncode:
            raise NotHad(
                f"Maven could not fetch OpenSearch {VERSION}: {' '.join((done.stdout + done.stderr).split())[:300]}"
            )
        _unpack(Path(folder) / f"opensearch-{VERSION}.zip", Path(folder))
        # At one stroke: another session may do the same at this moment.
        try:
            os.rename(Path(folder) / home.name, home)
        except OSError:
            if not home.is_dir():
                raise
    return home


def _unpack(archive: Path, folder: Path) -> None:
    """With the permissions that the archive names, which Python's own way forgets."""
    with zipfile.ZipFile(archive) as packed:
        for one in packed.infolist():
            path = Path(packed.extract(one, folder))
            if one.external_attr >> 16:
                path.chmod((one.external_attr >> 16) & 0o755)


def _configure(home: Path, folder: Path, options: Sequence[str]) -> int:
    """Settings, options of the virtual machine, and folders for data and logs, all in `folder`; the port of HTTP."""
    config, logs = folder / "config", folder / "logs"
    shutil.copytree(home / "config", config)
    for name in ("data", "logs", "tmp"):
        (folder / name).mkdir()
    http, transport = _free_ports(2)
    settings = {
        "discovery.type": "single-node",
        "network.host": "127.0.0.1",
        "http.port": http,
        "transport.port": transport,
        "path.data": folder / "data",
        "path.logs": logs,
        "cluster.routing.allocation.disk.threshold_enabled": "false",
    }
    (config / "opensearch.yml").write_text("".join(f"{name}: {value}\n" for name, value in settings.items()))
    usual = (config / "jvm.options").read_text().splitlines()
    # The log of the collector would go into the distribution, which the node's user may not write.
    kept = [line.replace("=logs/", f"={logs}/") for line in usual if ":-Xlog" not in line]
    (config / "jvm.options").write_text("\n".join(kept) + "\n")
    (config / "jvm.options.d" / "ours.options").write_text("\n".join(options) + "\n")
    return http


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports
