"""A mail server on loopback (aiosmtpd) that keeps what it takes, and does everything wrong which relays do wrong.

with smtp() as post:
    post.recipients["nobody@x.example"] = "550 5.1.1 No such user"
    ...
    assert post.mails[0].message["Subject"] == "Hello"
"""

import asyncio
import email
import socket
import ssl
import threading
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass(frozen=True)
class Received:
    """One mail as it came: the envelope, the bytes, and whether the line was encrypted and signed in."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    secure: bool
    user: str

    @property
    def message(self) -> EmailMessage:
        """The mail, taken apart."""
        return cast(EmailMessage, email.message_from_bytes(self.content, policy=default))


@dataclass
class Post:
    """The running server, and how it behaves from now on: answers such as `451 4.3.0 Later`, empty for a good one."""

    port: int = 0
    mails: list[Received] = field(default_factory=list)
    connections: int = 0
    tried: list[str] = field(default_factory=list)
    """Each recipient that was named, taken or not."""
    sender: str = ""
    recipients: dict[str, str] = field(default_factory=dict)
    """What a recipient is answered; `*` stands for all."""
    data: str = ""
    hang: str = ""
    """`data`: never answers a mail that it was given; `answer`: the same, but keeps it; `rcpt`: nor a recipient."""
    cut: str = ""
    """`data`: ends the connection after the mail instead of answering; `rcpt`: at a recipient."""
    open: list[SMTP] = field(default_factory=list)

    def hang_up(self) -> None:
        """End every connection, as relays do with those that say nothing for long."""
        for one in self.open:
            if one.transport is not None:
                one.loop.call_soon_threadsafe(one.transport.abort)
        self.open.clear()


class _Handler:
    def __init__(self, post: Post) -> None:
        self.post = post

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.post.sender:
            return self.post.sender
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Sender accepted"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.post.tried.append(address)
        await self._fault("rcpt", server)
        wrong = self.post.recipients.get(address) or self.post.recipients.get("*")
        if wrong:
            return wrong
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient accepted"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await self._fault("data", server)
        if self.post.data:
            return self.post.data
        signed = cast(Any, session.auth_data)
        self.post.mails.append(
            Received(
                envelope.mail_from or "",
                tuple(envelope.rcpt_tos),
                cast(bytes, envelope.original_content),
                server.transport is not None and server.transport.get_extra_info("sslcontext") is not None,
                signed.login.decode() if signed else "",
            )
        )
        await self._fault("answer", server)
        return "250 2.0.0 Kept"

    async def _fault(self, stage: str, server: SMTP) -> None:
        if self.post.hang == stage:
            await asyncio.sleep(600)
        if self.post.cut == stage:
            assert server.transport is not None
            server.transport.abort()
            await asyncio.sleep(600)


@contextmanager
def smtp(
    *, port: int = 0, tls: ssl.SSLContext | None = None, implicit: bool = False, login: tuple[str, str] | None = None
) -> Iterator[Post]:
    """The server, on a free port unless one is given.

    With `tls` it demands STARTTLS, or speaks TLS from the first byte where that is `implicit`; with `login` it demands
    this user and password.
    """
    post, loop = Post(), asyncio.new_event_loop()

    def sign_in(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
        assert isinstance(given, LoginPassword)
        right = login is not None and (given.login.decode(), given.password.decode()) == login
        return AuthResult(success=right, handled=False, auth_data=given if right else None)

    def connected() -> SMTP:
        post.connections += 1
        with warnings.catch_warnings():
            # It does not know that TLS which is there from the first byte is TLS.
            warnings.filterwarnings("ignore", "Requiring AUTH while not requiring TLS")
            one = SMTP(
                _Handler(post),
                hostname="relay.example",
                loop=loop,
                tls_context=None if implicit else tls,
                require_starttls=tls is not None and not implicit,
                authenticator=sign_in if login else None,
                auth_required=login is not None,
                auth_require_tls=not implicit,
            )
        post.open.append(one)
        return one

    async def start() -> asyncio.Server:
        return await loop.create_server(connected, "127.0.0.1", port, ssl=tls if implicit else None)

    thread = threading.Thread(target=loop.run_forever, daemon=True, name="smtp")
    thread.start()
    server = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    post.port = server.sockets[0].getsockname()[1]
    try:
        yield post
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(server: asyncio.Server) -> None:
    server.close()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.sleep(0)


@contextmanager
def saying(words: bytes = b"", *, every: float = 0.0) -> Iterator[int]:
    """The port of a server that says these bytes and then nothing; with `every` one byte after so many seconds each."""
    stop = threading.Event()
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        listening.settimeout(0.1)

        def speak(line: socket.socket) -> None:
            with closing(line):
                try:
                    for number in range(len(words)) if every else ():
                        line.sendall(words[number : number + 1])
                        if stop.wait(every):
                            return
                    if not every:
                        line.sendall(words)
                except OSError:
                    return
                stop.wait(600)

        def accept() -> None:
            while not stop.is_set():
                try:
                    line, _ = listening.accept()
                except TimeoutError:
                    continue
                threads.append(threading.Thread(target=speak, args=(line,), daemon=True))
                threads[-1].start()

        threads = [threading.Thread(target=accept, daemon=True)]
        threads[0].start()
        try:
            yield listening.getsockname()[1]
        finally:
            stop.set()
            for thread in threads:
                thread.join()


def nobody() -> int:
    """A port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
