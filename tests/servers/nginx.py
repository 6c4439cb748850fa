"""A real nginx with TLS and basic authentication in front of a server on loopback (Debian's nginx).

It runs in a folder of its own, with its own configuration, logs and process file, and is gone with it at the end.
"""

import hashlib
import os
import shutil
import socket
import subprocess
import tempfile
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
import trustme

from tests.hub.tasks.waiting import until

NGINX: Final = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")

USER, GROUP = "nobody", "nogroup"

CONFIGURATION: Final = """\
{user}
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_max_body_size 0;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_set_header Authorization "";
  upstream behind {{ server {behind}; keepalive 8; }}
{servers}}}
"""

SERVER: Final = """\
  server {{
    listen 127.0.0.1:{port}{tls};
    {certificate}
    auth_basic "search";
    auth_basic_user_file {folder}/users;
    location / {{ proxy_pass http://behind; }}
  }}
"""


@dataclass(frozen=True)
class Front:
    """One way in: its name, and the certificate that it shows; None for plain HTTP."""

    name: str
    certificate: trustme.LeafCert | None


@contextmanager
def nginx(behind: str, users: Mapping[str, str], *fronts: Front) -> Iterator[dict[str, int]]:
    """{name of a front: its port} of an nginx before the server at `behind` (host:port), which lets `users` in.

    Skips, or fails where servers are required, when there is no nginx.
    """
    if NGINX is None:
        pytest.skip("TLS and passwords before the search server: nginx is not installed.")
    # Below a folder that the user of its workers can reach, whoever runs the tests.
    folder = Path(tempfile.mkdtemp(prefix="moothall-nginx-", dir="/tmp"))
    folder.chmod(0o711)
    try:
        ports = _configure(folder, behind, users, fronts)
        process = subprocess.Popen(_command(folder), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            assert until(lambda: all(map(_listens, ports.values()))), (folder / "error.log").read_text()
            yield ports
        finally:
            process.terminate()
            process.wait(10)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _command(folder: Path) -> list[str]:
    assert NGINX
    command = [NGINX, "-e", f"{folder}/error.log", "-p", str(folder), "-c", f"{folder}/nginx.conf"]
    # Told to end with us, even when we are killed.
    return ["setpriv", "--pdeathsig", "TERM", *command] if shutil.which("setpriv") else command


def _configure(folder: Path, behind: str, users: Mapping[str, str], fronts: tuple[Front, ...]) -> dict[str, int]:
    """The files, and a free port for each front. The workers read the users' file, the master the keys."""
    (folder / "users").write_text("".join(f"{user}:{_hashed(word)}\n" for user, word in users.items()))
    ports, servers = {}, ""
    for front in fronts:
        with socket.create_server(("127.0.0.1", 0)) as free:
            ports[front.name] = port = free.getsockname()[1]
        shown = ""
        if front.certificate:
            file = folder / f"{port}.pem"
            front.certificate.private_key_and_cert_chain_pem.write_to_path(file)
            file.chmod(0o600)
            shown = f"ssl_certificate {file}; ssl_certificate_key {file};"
        tls = " ssl" if front.certificate else ""
        servers += SERVER.format(port=port, tls=tls, certificate=shown, folder=folder)
    user = f"user {USER} {GROUP};" if os.geteuid() == 0 else ""
    made = CONFIGURATION.format(user=user, folder=folder, behind=behind, servers=servers)
    (folder / "nginx.conf").write_text(made)
    return ports


def _hashed(word: str) -> str:
    """The hash of a password as nginx reads it, without the program that usually writes it."""
    return "{SHA}" + b64encode(hashlib.sha1(word.encode()).digest()).decode()


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 1):
            return True
    except OSError:
        return False
