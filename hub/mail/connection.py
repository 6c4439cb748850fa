"""Speaking SMTP with the relay (RFC 5321): limited in time, and whatever goes wrong is one of two errors in words."""

import base64
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any, Final

from hub.config import Times
from hub.errors import HubError, Unavailable
from hub.mail.relay import Relay

TOO_LARGE: Final = 552
"""Of the sender's line: this mail is too large. Every other refusal there is of us, not of the mail."""

ENDING: Final = 421
"""Of any line: the relay ends the connection (RFC 5321, 3.8)."""

WORDS: Final = 500
"""Characters of what a relay says that are kept."""

GOODBYE: Final = 2.0
"""Seconds that a relay gets to answer our goodbye."""


class RelayAway(Unavailable):
    """The relay cannot be used at all: no mail can be handed in, whichever it is."""


class MailRefused(HubError):
    """This mail was not taken. `permanent`: the relay will not take it tomorrow either."""

    def __init__(self, sentence: str, *, permanent: bool) -> None:
        super().__init__(sentence)
        self.permanent = permanent


class _Smtp(smtplib.SMTP):
    """smtplib's, with TLS from the first byte where that is asked for, and a socket that can be cut at any time."""

    def __init__(self, relay: Relay, times: Times) -> None:
        super().__init__(local_hostname=relay.greeting, timeout=times.connect)
        self._relay = relay
        self._times = times
        self.line: socket.socket | None = None
        # What certificates are compared with; smtplib sets it in its constructor only.
        self._host = relay.host

    def _get_socket(self, host: str, port: int, timeout: Any) -> socket.socket:
        line = socket.create_connection((host, port), timeout)
        line.settimeout(self._times.mail_idle)
        self.line = line
        if self._relay.tls == "implicit":
            secure = ssl.create_default_context().wrap_socket(line, server_hostname=host, do_handshake_on_connect=False)
            self.line = secure
            secure.do_handshake()
        return self.line


class Connection:
    """One connection to the relay, opened when it is first needed, and again after it was lost."""

    def __init__(self, relay: Relay, times: Times) -> None:
        self._relay = relay
        self._times = times
        self._smtp: _Smtp | None = None
        self._deadline = 0.0

    def send(self, message: EmailMessage, recipient: str) -> str:
        """Hand the message in for `recipient`; gives the relay's words. MailRefused or RelayAway in time, else.

        Neither stands in the way of the next mail.
        """
        content = message.as_bytes()
        with self._limited():
            kept = self._smtp is not None
            smtp = self._smtp or self._open()
            try:
                return self._hand_in(smtp, content, recipient)
            except _Ended as error:
                self.close(politely=False)
                if not kept or error.handed:
                    raise MailRefused(self._cut_off(error.why), permanent=False) from error.why
            # It was kept open since the mail before, and the relay had ended it meanwhile: that says nothing.
            try:
                return self._hand_in(self._open(), content, recipient)
            except _Ended as error:
                self.close(politely=False)
                raise MailRefused(self._cut_off(error.why), permanent=False) from error.why

    def check(self) -> None:
        """Connect and sign in, and hand in nothing. RelayAway says what is wrong."""
        with self._limited():
            self._open()
        self.close()

    def close(self, *, politely: bool = True) -> None:
        """End the connection, if there is one."""
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        try:
            if politely and smtp.sock is not None:
                smtp.sock.settimeout(GOODBYE)
                smtp.quit()
        except (OSError, smtplib.SMTPException):
            pass
        finally:
            _end(smtp)

    def cut(self) -> None:
        """End whatever is going on, from another thread: it fails there as if the relay had done it."""
        smtp = self._smtp
        line = smtp and (smtp.sock or smtp.line)
        try:
            if line:
                # Not that of ssl, which first forgets its keys: the next bytes would go in clear.
                socket.socket.shutdown(line, socket.SHUT_RDWR)
        except OSError:
            pass

    @contextmanager
    def _limited(self) -> Iterator[None]:
        """Cut the connection when the block takes longer than a mail may."""
        self._deadline = time.monotonic() + self._times.mail_total
        done = threading.Event()

        def watch() -> None:
            # Again and again: while TLS begins, there is nothing yet that could be cut.
            wait = self._times.mail_total
            while not done.wait(wait):
                self.cut()
                wait = 0.1

        thread = threading.Thread(target=watch, daemon=True, name="mail limit")
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _open(self) -> _Smtp:
        """Connect, begin TLS, sign in. RelayAway."""
        relay = self._relay
        smtp = self._smtp = _Smtp(relay, self._times)
        try:
            code, words = smtp.connect(relay.host, relay.port)
            if code != 220:
                raise smtplib.SMTPConnectError(code, words)
            smtp.ehlo_or_helo_if_needed()
            if relay.tls == "starttls":
                smtp.starttls(context=ssl.create_default_context())
                smtp.ehlo()
            if relay.user:
                smtp.login(relay.user, relay.password)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            self._smtp = None
            _end(smtp)
            what, fix = self._why_away(self._cause(error))
            raise RelayAway(f"The mail relay {relay.place} cannot be used: {what}. {fix}") from None
        return smtp

    def _hand_in(self, smtp: _Smtp, content: bytes, recipient: str) -> str:
        size = [f"size={len(content)}"] if smtp.does_esmtp and smtp.has_extn("size") else []
        handed = False
        try:
            self._take(smtp.mail(self._relay.sender.addr_spec, size), ours=True)
            self._take(smtp.rcpt(recipient))
            if self._late():
                raise TimeoutError
            handed = True
            try:
                return self._take(smtp.data(content))
            except smtplib.SMTPDataError as error:
                return self._take((error.smtp_code, _bytes(error.smtp_error)))
        except MailRefused:
            self._reset(smtp)
            raise
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise _Ended(self._cause(error), handed) from None

    def _take(self, answer: tuple[int, bytes], *, ours: bool = False) -> str:
        """The words of an answer that is well; MailRefused. `ours`: it is about the sender, the same for all mails."""
        code, words = answer
        if code == ENDING:
            raise smtplib.SMTPResponseException(code, words)
        said = self._said(code, words)
        if code in (250, 251, 252):
            return said
        permanent = code >= 500 and (not ours or code == TOO_LARGE)
        raise MailRefused(f"The mail relay {self._relay.place} refused: {said}", permanent=permanent)

    def _reset(self, smtp: _Smtp) -> None:
        """Begin anew after a refusal; any doubt ends the connection."""
        try:
            if smtp.rset()[0] == 250:
                return
        except (OSError, smtplib.SMTPException):
            pass
        self.close(politely=False)

    def _said(self, code: int, words: bytes | str) -> str:
        """`550 No such user here`, in one line; without the password, should the relay repeat it."""
        text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
        text = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
        for secret in self._secrets():
            text = text.replace(secret, "…")
        return f"{code} {text}"[:WORDS].strip()

    def _secrets(self) -> list[str]:
        """The password in every form in which it goes over the wire."""
        user, password = self._relay.user, self._relay.password
        if not password:
            return []
        plain = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
        return [plain, base64.b64encode(password.encode()).decode(), password]

    def _late(self) -> bool:
        return time.monotonic() >= self._deadline

    def _cause(self, error: Exception) -> Exception:
        """The error of the socket that smtplib has hidden behind one of its own; TimeoutError for what we cut."""
        hidden = error.__context__
        ended = isinstance(error, smtplib.SMTPServerDisconnected)
        found = hidden if ended and isinstance(hidden, OSError) else error
        cut = self._late() and (ended or isinstance(found, OSError))
        return TimeoutError() if cut else found

    def _cut_off(self, error: Exception) -> str:
        place = self._relay.place
        if isinstance(error, smtplib.SMTPResponseException):
            return f"The mail relay {place} refused: {self._said(error.smtp_code, _bytes(error.smtp_error))}"
        if isinstance(error, TimeoutError):
            return f"The mail relay {place} did not answer in time."
        return f"The mail relay {place} ended the connection before it had taken the mail."

    def _why_away(self, error: Exception) -> tuple[str, str]:
        """(what is wrong, what to do)."""
        relay, right = self._relay, "Is MOOTHALL_MAIL_URL right?"
        match error:
            case smtplib.SMTPAuthenticationError():
                return f"it refuses user or password ({self._said(error.smtp_code, _bytes(error.smtp_error))})", right
            case smtplib.SMTPNotSupportedError() if relay.tls == "starttls" and not relay.user:
                return "it offers no STARTTLS", "Use `smtps://`, or `?tls=no` where nobody else can listen."
            case smtplib.SMTPNotSupportedError():
                what = "STARTTLS, or no signing in with a password" if relay.tls == "starttls" else "signing in"
                return f"it offers no {what}", right
            case smtplib.SMTPResponseException() if error.smtp_code < 200:
                return "it does not speak SMTP", right
            case smtplib.SMTPResponseException():
                said = self._said(error.smtp_code, _bytes(error.smtp_error))
                return f"it says {said}", "Ask those who run it."
            case smtplib.SMTPServerDisconnected():
                return "it ends the connection at once", "Ask those who run it."
            case smtplib.SMTPException():
                return "it offers no way of signing in that we know", "Ask those who run it."
            case ssl.SSLCertVerificationError():
                why = error.verify_message.rstrip(".")
                fix = "Name the file of its authority in SSL_CERT_FILE."
                return f"its certificate is not to be trusted ({why})", fix if "issuer" in why else right
            case ssl.SSLError():
                return "it does not speak TLS there as it should", "Is `smtp://` or `smtps://`, and the port, right?"
            case socket.gaierror():
                return "no such host is known", right
            case TimeoutError():
                return "it does not answer", f"Does it run? {right}"
            case ConnectionRefusedError():
                return "nobody listens there", f"Does it run? {right}"
        reason = (error.strerror if isinstance(error, OSError) else "") or "it does not speak SMTP as it should"
        return reason[0].lower() + reason[1:], f"Does it run? {right}"


class _Ended(Exception):
    """The connection ended. `handed`: in the middle of the mail, so that it may have been taken."""

    def __init__(self, why: Exception, handed: bool) -> None:
        super().__init__()
        self.why = why
        self.handed = handed


def _bytes(words: Any) -> bytes:
    return words if isinstance(words, bytes) else str(words).encode()


def _end(smtp: _Smtp) -> None:
    smtp.close()
    if smtp.line is not None:
        smtp.line.close()
