"""The Nu HTML checker (the W3C's, MIT licence): what is wrong with pages, found in one call of Java.

It comes from Maven Central, once, into the folder of tests/servers/opensearch.py, and runs on the same Java.
"""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from tests.servers.opensearch import NotHad, cache, find_java

VERSION: Final = "26.5.2"
MAIN: Final = "nu.validator.client.SimpleCommandLineValidator"
PROJECT: Final = (
    "<project><modelVersion>4.0.0</modelVersion><groupId>tests</groupId><artifactId>nu</artifactId><version>1</version>"
    "<dependencies><dependency><groupId>nu.validator</groupId><artifactId>validator</artifactId>"
    f"<version>{escape(VERSION)}</version></dependency></dependencies></project>"
)


def complaints(pages: Mapping[str, str]) -> list[str]:
    """What the checker says about each page (name -> HTML), a line each: errors and warnings. NotHad."""
    java, home = find_java() / "bin" / "java", _checker()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = {folder / f"{number}.html": page for number, page in enumerate(pages)}
        for file, page in files.items():
            file.write_text(pages[page], encoding="utf-8")
        # Quick to start, as the call is short; its schema needs a deep stack.
        command = [
            java,
            "-XX:TieredStopAtLevel=1",
            "-Xss4m",
            "-cp",
            f"{home}/*",
            MAIN,
            "--format",
            "json",
            "--stdout",
            folder,
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.stdout, f"the Nu HTML checker said nothing: {done.stderr[:1000]}"
    found = []
    for one in json.loads(done.stdout)["messages"]:
        page = files[Path(one["url"].removeprefix("file:"))]
        kind = one.get("subType", one["type"])
        place = f"line {one.get('lastLine', '?')}: {' '.join(one.get('extract', '').split())}"
        found.append(f"{page}: {kind}: {one['message']} ({place})")
    return found


def _checker() -> Path:
    """The folder with the checker and what it needs; fetched with Maven the first time. NotHad."""
    home = cache() / f"nu-{VERSION}"
    if home.is_dir():
        return home
    maven = shutil.which("mvn")
    if not maven:
        raise NotHad(f"The Nu HTML checker {VERSION} is fetched with Maven, and there is no `mvn` on the path")
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.parent, prefix="fetch-") as name:
        folder = Path(name)
        (folder / "pom.xml").write_text(PROJECT)
        command = [maven, "-q", "-B", "dependency:copy-dependencies", f"-DoutputDirectory={folder / home.name}"]
        try:
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)
        except subprocess.TimeoutExpired as error:
            raise NotHad(f"Maven did not fetch the Nu HTML checker {VERSION} within ten minutes") from error
        if done.returncode:
            said = " ".join((done.stdout + done.stderr).split())[:300]
            raise NotHad(f"Maven could not fetch the Nu HTML checker {VERSION}: {said}")
        # At one stroke: another session may do the same at this moment.
        try:
            os.rename(folder / home.name, home)
        except OSError:
            if not home.is_dir():
                raise
    return home
