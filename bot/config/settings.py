"""What an operator can set, as frozen values; each default stands where it is used."""

from dataclasses import dataclass, field
from pathlib import Path

from storage.records import Source
from storage.words import Concern


class ConfigError(Exception):
    """The configuration cannot be used; `faults` lists everything that is wrong with it."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class FetchConfig:
    """How sources are asked. `timeout` in seconds, `max_bytes` after decompression."""

    allow_private: bool = False
    timeout: float = 20.0
    max_bytes: int = 10_000_000
    user_agent: str = ""
    contact: str = ""
    proxy: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class TelegramConfig:
    """The bot's account on Telegram."""

    token: str = field(repr=False)
    api_url: str = "https://api.telegram.org/bot"
    messages_per_second: float = 30.0
    proxy: str = field(default="", repr=False)
    webhook: bool = False
    """Whether Telegram brings updates to the built-in server, in place of our polling."""
    more: tuple["TelegramConfig", ...] = ()
    """Further accounts, which share the work: recipients belong to the one that they wrote to."""

    @property
    def account(self) -> str:
        """The number of the account, which stays when its token is exchanged."""
        return self.token.partition(":")[0]


@dataclass(frozen=True, slots=True)
class MatrixConfig:
    """The bot's account on Matrix: a password, or a token that somebody has made for it."""

    homeserver: str
    user: str
    password: str = field(default="", repr=False)
    access_token: str = field(default="", repr=False)
    device_name: str = "vigil"
    store: Path = Path("matrix-store")
    """The folder of the session and of the keys of the encryption."""
    messages_per_second: float = 50.0
    """The most; how many the homeserver takes is learnt."""
    strict: bool = False
    """Whether devices that their owners have not confirmed get no keys, rather than a word about them."""
    invitations: str = "anyone"
    """Whose are accepted: "anyone", "direct" (to rooms of two, of anyone), "listed" (`invited_by`)."""
    invited_by: tuple[str, ...] = ()
    """Full names, or servers, whose invitations are always accepted."""
    more: tuple["MatrixConfig", ...] = ()
    """Further accounts, as on Telegram; each has a folder of its own."""


@dataclass(frozen=True, slots=True)
class AlertsConfig:
    """What may ring. `window` in seconds: what was published earlier is stored and never rings."""

    window: int = 3 * 86400
    per_source_hour: int = 10
    per_source_day: int = 30
    per_hour: int = 60
    ends_per_source_hour: int = 3
    ends_per_source_day: int = 9


@dataclass(frozen=True, slots=True)
class ReviewConfig:
    """Which calls an admin looks at first, by whose word they are; `remind_after` in seconds."""

    official: frozenset[Concern] = frozenset({Concern.MINOR, Concern.HIDING})
    relay: frozenset[Concern] = frozenset(Concern)
    remind_after: int = 900


@dataclass(frozen=True, slots=True)
class AdminsConfig:
    """Who looks after the bot in chats, and how many must agree to an appeal."""

    telegram: tuple[int, ...] = ()
    matrix: tuple[str, ...] = ()
    rooms: tuple[tuple[str, str], ...] = ()
    """Chats of several people in which admins work: (transport, address)."""
    approvals: int = 2
    cooling_off: int = 60
    """Seconds between the last approval of an appeal and its sending."""
    appeals_per_day: int = 5
    """For how many appeals within a day of each other one admin may stand."""
    organisation: str = ""
    """Who runs this watch, as people know them."""


@dataclass(frozen=True, slots=True)
class LogConfig:
    """How much is logged, and in which form; "auto" is text on a terminal and logfmt elsewhere."""

    level: str = "info"
    format: str = "auto"


@dataclass(frozen=True, slots=True)
class WebConfig:
    """The built-in server. Without a `public_url` nobody can push to it."""

    listen: tuple[str, int]
    public_url: str = ""


@dataclass(frozen=True, slots=True)
class MetricsConfig:
    """A server of its own for monitoring: what the public reaches must not tell how the watch fares."""

    listen: tuple[str, int]


@dataclass(frozen=True, slots=True)
class Config:
    """Everything an operator can set; a default stands for each key that is not."""

    database: str = "sqlite:///vigil.db"
    key_file: Path = Path("vigil.key")
    key: str = field(default="", repr=False)
    """The key itself, where it is not kept in a file."""
    key_command: tuple[str, ...] = ()
    """What prints the key, where it is kept elsewhere: a program and its arguments."""
    forgotten_file: Path | None = None
    """Where the tombstones of those who left are kept outside the database; None for beside the key."""
    timezone: str = "UTC"
    language: str = "en"
    forget_idle: int = 90 * 86_400
    """Seconds for which a chat that wants nothing any more is remembered."""
    forget_told: int = 400 * 86_400
    """Seconds for which it is known who was told of a case, once that rests."""
    fetch: FetchConfig = FetchConfig()
    alerts: AlertsConfig = AlertsConfig()
    review: ReviewConfig = ReviewConfig()
    telegram: TelegramConfig | None = None
    matrix: MatrixConfig | None = None
    admins: AdminsConfig = AdminsConfig()
    log: LogConfig = LogConfig()
    web: WebConfig | None = None
    metrics: MetricsConfig | None = None
    sources: tuple[Source, ...] = ()
    file: Path | None = None
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    """Tokens and passwords among the values: what the log must never show."""

    @property
    def forgotten(self) -> Path:
        """Where the tombstones are kept."""
        return self.forgotten_file or self.key_file.with_name("vigil.forgotten")
