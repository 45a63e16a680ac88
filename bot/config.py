"""Reads the configuration: TOML in, one frozen Config out, or every fault at once.

Each key is read by one line of a `_read_*` function; a fault names the file, the key and the
remedy. Any string may be `env:NAME` or `file:PATH`, so that secrets stay out of the file.
"""

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from storage.records import Source
from storage.words import SourceKind, Trust

DEFAULT_FILE = "config.toml"
_DURATION = re.compile(r"(\d{1,6})\s*(s|m|h|d)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_SIZE = re.compile(r"(\d{1,6})\s*(KB|MB|GB)")
_BYTES = {"KB": 1000, "MB": 1000**2, "GB": 1000**3}


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
    proxy: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class TelegramConfig:
    """The bot's account on Telegram."""

    token: str = field(repr=False)
    api_url: str = "https://api.telegram.org/bot"
    messages_per_second: float = 30.0
    proxy: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class AlertsConfig:
    """What may ring. `window` in seconds: what was published earlier is stored and never rings."""

    window: int = 3 * 86400
    per_source_hour: int = 10


@dataclass(frozen=True, slots=True)
class Config:
    """Everything an operator can set; a default stands for each key that is not."""

    database: str = "sqlite:///vigil.db"
    key_file: Path = Path("vigil.key")
    timezone: str = "UTC"
    language: str = "en"
    fetch: FetchConfig = FetchConfig()
    alerts: AlertsConfig = AlertsConfig()
    telegram: TelegramConfig | None = None
    sources: tuple[Source, ...] = ()
    admins_telegram: tuple[int, ...] = ()
    later: tuple[str, ...] = ()
    """Tables that are understood, but not used by this version yet: `vigil check` says so."""
    file: Path | None = None


def load(path: Path, environ: Mapping[str, str] = os.environ) -> Config:
    """The configuration in the file. Raises ConfigError with all faults.

    Relative paths (database, key file) are taken from the folder of the file.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError(
            [f"{path}: there is no such file: copy config.example.toml to {path} and edit it"]
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([f"{path}: cannot be read ({error}): give the path of a TOML file"]) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([f"{path}: not TOML: {error}: mend that line"]) from error
    reader = _Reader(path, table, environ)
    config = _read(reader)
    if reader.faults:
        raise ConfigError(reader.faults)
    return config


class _Reader:
    """One table of the file; remembers what was asked for, and collects what is wrong."""

    def __init__(
        self,
        file: Path,
        table: Mapping[str, Any],
        environ: Mapping[str, str],
        prefix: str = "",
        faults: list[str] | None = None,
    ) -> None:
        self.file = file
        self.environ = environ
        self.faults: list[str] = [] if faults is None else faults
        self.table = table
        self.prefix = prefix
        self.known: set[str] = set()

    def fault(self, key: str, what: str, remedy: str) -> None:
        """Something is wrong with a key, and how to mend it."""
        self.faults.append(f"{self.file}: {self.prefix}{key}: {what}: {remedy}")

    def section(self, name: str) -> "_Reader":
        """The table [name], empty where there is none."""
        self.known.add(name)
        value = self.table.get(name, {})
        if not isinstance(value, dict):
            self.fault(name, "is not a table", f"write it as [{name}]")
            value = {}
        return _Reader(self.file, value, self.environ, f"{self.prefix}{name}.", self.faults)

    def sections(self, name: str) -> list["_Reader"]:
        """The tables [[name]]."""
        self.known.add(name)
        values = self.table.get(name, [])
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            self.fault(name, "is not a list of tables", f"begin each with [[{name}]]")
            return []
        return [
            _Reader(self.file, value, self.environ, f"{name}[{number}].", self.faults)
            for number, value in enumerate(values, start=1)
        ]

    def text(self, key: str, default: str = "", *, required: bool = False) -> str:
        """A string, `env:` and `file:` resolved."""
        value = self._value(key, str, "a string in quotes")
        if value is None:
            if required and key not in self.table:
                self.fault(key, "is missing", f'add a line: {key} = "..."')
            return default
        before = len(self.faults)
        found = self._resolved(key, str(value))
        if required and not found and len(self.faults) == before:
            self.fault(key, "is empty", f'give it a value: {key} = "..."')
        return found

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self._value(key, bool, "true or false")
        return default if value is None else bool(value)

    def number(self, key: str, default: float, *, least: float) -> float:
        """A number of at least `least`."""
        value = self._value(key, (int, float), "a number")
        if value is None:
            return default
        if isinstance(value, bool) or value < least:
            self.fault(key, f"is {value}", f"give a number of {least:g} or more")
            return default
        return float(value)

    def duration(self, key: str, default: int, *, least: int = 1) -> int:
        """Seconds, from "20s", "10m", "6h" or "3d"."""
        text = self.text(key)
        if not text:
            return default
        found = _DURATION.fullmatch(text.strip())
        seconds = int(found[1]) * _SECONDS[found[2]] if found else 0
        if seconds < least:
            self.fault(
                key, f'is "{text}"', f'give a time such as "20s", "10m", "6h" or "3d", at least {least}s'
            )
            return default
        return seconds

    def size(self, key: str, default: int) -> int:
        """Bytes, from "10MB"."""
        text = self.text(key)
        found = _SIZE.fullmatch(text.strip().upper()) if text else None
        if text and not found:
            self.fault(key, f'is "{text}"', 'give a size such as "500KB" or "10MB"')
        return int(found[1]) * _BYTES[found[2]] if found else default

    def one_of(self, key: str, allowed: tuple[str, ...], default: str) -> str:
        """One of a few words."""
        text = self.text(key) or default
        if text not in allowed:
            self.fault(key, f'is "{text}"', "use one of " + ", ".join(f'"{word}"' for word in allowed))
            return default
        return text

    def checked(self, key: str, text: str, good: Callable[[str], bool], remedy: str) -> str:
        """`text`, with a fault when it is given and not good."""
        if text and not good(text):
            self.fault(key, "cannot be used", remedy)
        return text

    def words(self, key: str) -> tuple[Any, ...]:
        """A list."""
        value = self._value(key, list, "a list in square brackets")
        return tuple(value or ())

    def unknown(self) -> None:
        """Every key nobody asked for is a fault: a mistyped key must not be passed over in silence."""
        for key in self.table.keys() - self.known:
            near = get_close_matches(key, self.known, 1)
            self.fault(
                key, "is not a key of Vigil", f"did you mean {near[0]}?" if near else "remove the line"
            )

    def _value(self, key: str, kind: type | tuple[type, ...], wanted: str) -> Any:  # noqa: ANN401 - TOML values
        self.known.add(key)
        value = self.table.get(key)
        if value is not None and not isinstance(value, kind):
            self.fault(
                key, f"is {value!r}" if not isinstance(value, str) else "is a string", f"give {wanted}"
            )
            return None
        return value

    def _resolved(self, key: str, text: str) -> str:
        if text.startswith("env:"):
            name = text.removeprefix("env:")
            if name not in self.environ:
                self.fault(key, f"the environment has no {name}", f"set {name} before the start")
            return self.environ.get(name, "")
        if text.startswith("file:"):
            path = self.file.parent / text.removeprefix("file:")
            try:
                return path.read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError):
                self.fault(key, f"the file {path} cannot be read", "make it, or mend the path")
                return ""
        return text


def _read(reader: _Reader) -> Config:
    base = reader.file.parent
    vigil = reader.section("vigil")
    config = Config(
        database=_database(vigil, base),
        key_file=base / vigil.text("key_file", "vigil.key"),
        timezone=vigil.checked(
            "timezone", vigil.text("timezone", "UTC"), _is_zone, 'use a name such as "Asia/Seoul" or "UTC"'
        ),
        language=vigil.one_of("language", ("en", "ko"), "en"),
        fetch=_read_fetch(reader.section("fetch")),
        alerts=_read_alerts(reader.section("alerts")),
        telegram=_read_telegram(reader.section("telegram")) if "telegram" in reader.table else None,
        admins_telegram=_read_admins(reader.section("admins")),
        sources=_read_sources(reader),
        later=_read_later(reader),
        file=reader.file,
    )
    vigil.unknown()
    reader.known |= {"telegram"}
    reader.unknown()
    return config


def _database(vigil: _Reader, base: Path) -> str:
    text = vigil.text("database", "sqlite:///vigil.db")
    scheme, _, name = text.partition(":///")
    if scheme == "sqlite" and name:
        return f"sqlite:///{base / name}"
    if text.startswith("postgresql://"):
        return text
    vigil.fault("database", "is no address of a database", 'use "sqlite:///vigil.db" or "postgresql://..."')
    return "sqlite:///vigil.db"


def _read_fetch(fetch: _Reader) -> FetchConfig:
    proxy = fetch.text("proxy")
    fetch.checked("proxy", proxy, _is_proxy, 'use "http://host:port" or "socks5://host:port"')
    made = FetchConfig(
        allow_private=fetch.flag("allow_private", default=False),
        timeout=float(fetch.duration("timeout", 20)),
        max_bytes=fetch.size("max_bytes", 10_000_000),
        user_agent=fetch.text("user_agent"),
        proxy=proxy,
    )
    fetch.unknown()
    return made


def _read_alerts(alerts: _Reader) -> AlertsConfig:
    made = AlertsConfig(
        window=alerts.duration("window", 3 * 86400, least=3600),
        per_source_hour=int(alerts.number("per_source_hour", 10, least=1)),
    )
    alerts.unknown()
    return made


def _read_telegram(telegram: _Reader) -> TelegramConfig:
    url = telegram.text("api_url", "https://api.telegram.org/bot").rstrip("/")
    telegram.checked(
        "api_url", url, lambda text: _is_web(text) and text.endswith("/bot"), "it must end in /bot"
    )
    token = telegram.text("token", required=True)
    telegram.checked(
        "token",
        token,
        lambda text: re.fullmatch(r"\d{3,20}:[\w-]{20,64}", text) is not None,
        "copy it from @BotFather as it stands",
    )
    proxy = telegram.text("proxy")
    telegram.checked("proxy", proxy, _is_proxy, 'use "http://host:port" or "socks5://host:port"')
    if telegram.one_of("mode", ("polling", "webhook"), "polling") == "webhook":
        telegram.fault("mode", "webhooks are not served by this version", 'set mode = "polling"')
    made = TelegramConfig(token, url, telegram.number("messages_per_second", 30.0, least=0.1), proxy)
    telegram.unknown()
    return made


def _read_admins(admins: _Reader) -> tuple[int, ...]:
    ids = admins.words("telegram")
    if not all(isinstance(one, int) and not isinstance(one, bool) for one in ids):
        admins.fault("telegram", "holds something else than numbers", "list numeric Telegram user ids")
        ids = ()
    admins.words("matrix")
    admins.number("approvals", 2, least=1)
    admins.unknown()
    return ids


def _read_later(reader: _Reader) -> tuple[str, ...]:
    """Matrix has its keys fixed already, so that one configuration serves this version and the next."""
    if "matrix" not in reader.table:
        return ()
    matrix = reader.section("matrix")
    for key in ("homeserver", "user", "password", "access_token", "device_name", "store"):
        matrix.text(key)
    matrix.unknown()
    return ("matrix",)


def _read_sources(reader: _Reader) -> tuple[Source, ...]:
    made = [_read_source(table) for table in reader.sections("sources")]
    names = [source.name for source in made]
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        reader.fault("sources", f'the name "{name}" is used twice', "give each source its own name")
    return tuple(made)


def _read_source(table: _Reader) -> Source:
    url = table.text("url", required=True)
    table.checked("url", url, _is_web, "give a full address that begins with http:// or https://")
    countries = table.words("countries")
    if not all(isinstance(code, str) and re.fullmatch("[A-Z]{2}", code) for code in countries):
        table.fault(
            "countries", "holds something else than codes", 'use two capital letters each, as in ["KP"]'
        )
        countries = ()
    source = Source(
        name=table.text("name", required=True),
        url=url,
        kind=SourceKind(table.one_of("kind", ("feed", "page"), "feed")),
        title=table.text("title"),
        organisation=table.text("organisation"),
        language=table.text("language"),
        countries=countries,
        trust=Trust(table.one_of("trust", ("official", "relay"), "official")),
        every=table.duration("every", 600, least=60),
        selectors=_read_selectors(table.section("selectors")),
    )
    table.unknown()
    return source


def _read_selectors(table: _Reader) -> dict[str, str]:
    names = ("item", "title", "link", "date", "text")
    made = {name: table.text(name) for name in names if name in table.table}
    table.known |= set(names)
    table.unknown()
    return made


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _is_proxy(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "socks5") and bool(parts.hostname) and parts.port is not None
    except ValueError:
        return False
