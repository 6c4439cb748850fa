"""Keys made of the hub's secret key: a copy of the database alone opens nothing that was sealed or hashed with one."""

import hashlib
import hmac
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken
from itsdangerous import BadData, URLSafeTimedSerializer

from hub.accounts.sealing import box, derived


@dataclass(frozen=True, slots=True)
class Keys:
    """One key for each purpose, so that what was made for one is of no use for another."""

    sealing: Fernet
    recovery: bytes
    challenges: bytes

    @classmethod
    def of(cls, secret: str) -> "Keys":
        """Those of the hub with this secret key."""
        return cls(box(secret, "codes of an app"), derived(secret, "recovery codes"), derived(secret, "challenges"))

    def seal(self, text: str) -> str:
        """Encrypted."""
        return self.sealing.encrypt(text.encode()).decode()

    def unseal(self, sealed: str, seconds: int | None = None) -> str | None:
        """What was sealed, within so many seconds if they are given; None for what was not sealed with this key."""
        try:
            return self.sealing.decrypt(sealed.encode(), ttl=seconds).decode()
        except (InvalidToken, UnicodeError):
            return None

    def hashed(self, text: str) -> str:
        """A hash that nobody can search for without the key, however short the text is."""
        return hmac.new(self.recovery, text.encode(), hashlib.sha256).hexdigest()

    def sign(self, text: str, purpose: str) -> str:
        """Text with its time and our signature."""
        return str(self._serializer(purpose).dumps(text))

    def signed(self, token: str, purpose: str, seconds: int) -> str | None:
        """What was signed for this purpose within so many seconds, None for anything else."""
        try:
            return str(self._serializer(purpose).loads(token, max_age=seconds))
        except BadData:
            return None

    def _serializer(self, purpose: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self.challenges, salt=purpose)
