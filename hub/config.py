"""Settings: one frozen class, from the environment (`MOOTHALL_*`). Nothing else reads it."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

from platformdirs import user_cache_dir
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from hub.errors import BadInput

SECRET_FILE: Final = "secret-key"


@dataclass(frozen=True, slots=True)
class Times:
    """The pace of the work, in seconds (foundations.md §8). Tests hand in SHORT."""

    lease: float = 30
    heartbeat: float = 10
    tick: float = 5
    sweep: float = 15
    night: float = 60
    batch: float = 0.1
    idle: float = 2
    first_wait: float = 300
    longest_wait: float = 86400
    start: float = 60
    link: float = 15 * 60
    session: float = 12 * 3600
    kept: float = 30 * 86400
    connect: float = 5
    read: float = 10
    list: float = 30
    document: float = 120
    mail_tick: float = 2
    mail_idle: float = 60
    mail_total: float = 180
    mail_first_wait: float = 60
    mail_longest_wait: float = 3600
    mail_give_up: float = 48 * 3600


SHORT: Final = Times(
    lease=2,
    heartbeat=0.6,
    tick=0.2,
    sweep=1,
    night=1,
    idle=0.5,
    first_wait=2,
    start=10,
    connect=1,
    read=2,
    list=3,
    document=5,
    mail_tick=0.2,
    mail_idle=1,
    mail_total=2,
    mail_first_wait=1,
)


class Settings(BaseSettings):
    """Every setting of a hub. Each has a default that works on one machine without any server."""

    model_config = SettingsConfigDict(env_prefix="MOOTHALL_", frozen=True, extra="ignore")

    data: Path = Field(Path("moothall-data"), description="Folder that holds everything the hub owns.")
    database_url: str = Field(
        "", description="Address of the database, as `postgresql://…`; default SQLite in the data folder."
    )
    search_url: str = Field(
        "embedded:",
        description="Search engine: `embedded:` keeps the index in the data folder, `opensearch://host` on a server.",
        repr=False,
    )
    courier_url: str = Field("sqlite:", description="Where jobs wait: `sqlite:` (data folder), PostgreSQL, Redis.")
    secret_key: str = Field("", description="Key that signs cookies and forms; made by `moothall init` as a file.")
    secret_key_file: Path | None = Field(None, description="File that holds the secret key.")
    base_url: str = Field("http://127.0.0.1:8000", description="Address at which people reach the hub.")
    trusted_hosts: str = Field("", description="Host names we answer to, with commas; default: that of the base URL.")
    trusted_proxy: str = Field(
        "", description="IP address of the proxy in front, `*` for whoever connects; its X-Forwarded-For counts."
    )
    fetch_allow: str = Field("", description="Private networks that may be fetched, as `127.0.0.0/8:*`, with commas.")
    contact: str = Field("", description="Address or page named in our user agent, for sites that we visit.")
    cache: Path = Field(
        Path(user_cache_dir("moothall")), description="Folder for what is built once a machine (word forms)."
    )
    log: Literal["text", "json"] = Field("text", description="Form of the logs: `text` or `json`, one line each.")
    metrics_token: str = Field("", description="Bearer token for /metrics; without one only an operator reads them.")
    name: str = Field("Moothall", description="Name of this hub, on every page.")
    run_by: str = Field("", description="Who runs this hub, for the foot of every page.")
    privacy_contact: str = Field("", description="Whom to ask about personal data: an address or page; else `contact`.")
    accessibility_contact: str = Field("", description="Whom to tell what is not accessible; else `contact`.")
    accessibility_prepared: str = Field("", description="Day when the accessibility statement was prepared.")
    accessibility_reviewed: str = Field("", description="Day when that was last reviewed, as `2026-11-27`.")
    mail_url: str = Field(
        "",
        description="Relay that takes our mails: `smtp://user:password@relay.example:587`; empty: mails wait.",
        repr=False,
    )
    mail_from: str = Field("", description="Sender of our mails: `Our hub <hub@host.example>`.")
    mail_reply: str = Field(
        "",
        description="Address at which answers by mail arrive, as `reply@hub.example`; empty: nobody answers by mail.",
    )
    times: str = Field("", description="Pace of the work: empty for the ordinary one, `short` for tests.")

    @property
    def pace(self) -> Times:
        """The times that all work keeps to."""
        return SHORT if self.times == "short" else Times()

    @property
    def database(self) -> str:
        """The database's address, with the default filled in."""
        return self.database_url or f"sqlite:///{(self.data / 'moothall.sqlite').absolute()}"

    @property
    def index_folder(self) -> Path:
        """Where the embedded index lives."""
        return self.data / "index"

    @property
    def allowed_networks(self) -> tuple[str, ...]:
        """`fetch_allow` in its parts."""
        return tuple(part.strip() for part in self.fetch_allow.split(",") if part.strip())

    @property
    def hosts(self) -> list[str]:
        """The host names that we answer to."""
        named = [part.strip() for part in self.trusted_hosts.split(",") if part.strip()]
        return named or [urlsplit(self.base_url).hostname or "localhost"]

    def secret(self) -> str:
        """The key that signs cookies; from the setting, its file, or the file that `init` made. BadInput when none."""
        if self.secret_key:
            return self.secret_key
        place = self.secret_key_file or self.data / SECRET_FILE
        try:
            return place.read_text().strip()
        except OSError as error:
            raise BadInput(f"The secret key {place} cannot be read. Run `moothall init` first.") from error


def read_settings(**given: object) -> Settings:
    """The settings from the environment, with `given` ones on top; BadInput names the one that cannot be used."""
    try:
        return Settings(**{key: value for key, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = "MOOTHALL_" + str(first["loc"][0]).upper()
        raise BadInput(f"The setting {name} cannot be used: {first['msg']}.") from error


def make_secret(folder: Path) -> None:
    """Write a new secret key that only its owner can read; an existing one stays."""
    try:
        handle = os.open(folder / SECRET_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(48))


def environment(settings: Settings) -> dict[str, str]:
    """The environment for a child process that is to have the same settings; everything else is passed on."""
    ours = {
        f"MOOTHALL_{name.upper()}": str(value)
        for name, value in settings.model_dump().items()
        if value not in (None, "")
    }
    return {**os.environ, **ours}
