"""Reads the configuration: TOML in, one frozen Config out, or every fault at once.

Each table is read by one function, each key by one line of it.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.config.accounts import is_proxy, read_matrix, read_telegram
from bot.config.reader import Reader, flaw_of_postgresql, is_web
from bot.config.servers import check_servers, read_metrics, read_web
from bot.config.settings import (
    AdminsConfig,
    AlertsConfig,
    Config,
    ConfigError,
    FetchConfig,
    LogConfig,
    ReviewConfig,
)
from jobs.steps.selectors import selector
from storage.records import Source
from storage.vault import parse_key
from storage.words import Concern, SourceKind, Trust

DEFAULT_FILE = "config.toml"
LEVELS = ("debug", "info", "warning", "error")
FORMATS = ("auto", "text", "logfmt", "json")
_LEAST_IDLE = 10 * 86_400
"""Seconds: as long as an alert may be taken back, whoever was told it has to hear so."""
_LEAST_TOLD = 30 * 86_400
"""Seconds: the end of a case mostly comes within weeks, and those who were told of it have to hear so."""
_ROOM = re.compile(r"telegram:-[0-9]{1,20}|matrix:![^\s]{1,255}")
_EVERY_TABLE: Mapping[str, Any] = {
    **{name: {"more": [{}]} for name in ("telegram", "matrix")},
    "web": {},
    "metrics": {},
    "sources": [{}],
}
"""A configuration with every table that may be left out."""


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
        why = "it is no text in UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror
        remedy = (
            "let this user read it" if isinstance(error, PermissionError) else "give the path of a TOML file"
        )
        raise ConfigError([f"{path}: cannot be read ({why}): {remedy}"]) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([f"{path}: not TOML: {error}: mend that line"]) from error
    reader = Reader(path, table, environ)
    config = _read(reader)
    if reader.findings.faults:
        raise ConfigError(reader.findings.faults)
    return config


def postgresql(name: str, text: str, environ: Mapping[str, str] = os.environ) -> str:
    """The address that the option `name` of the command line gives, `env:` and `file:` resolved.

    Raises ConfigError where it cannot be read as it is meant.
    """
    reader = Reader(Path(name), {"address": text}, environ)
    found = reader.address("address")
    what, remedy = flaw_of_postgresql(found) if not reader.findings.faults else ("", "")
    if what:
        reader.fault("address", what, remedy)
    if reader.findings.faults:
        raise ConfigError(reader.findings.faults)
    return found


def keys() -> frozenset[str]:
    """Every key that can be set, as `table.key`: learnt by reading, so that no second list can be wrong."""
    reader = Reader(Path(DEFAULT_FILE), _EVERY_TABLE, {})
    _read(reader)
    return frozenset(reader.findings.keys)


def _read(reader: Reader) -> Config:
    base = reader.file.parent
    vigil = reader.section("vigil")
    config = Config(
        database=_database(vigil, base),
        key_file=base / vigil.text("key_file", "vigil.key"),
        forgotten_file=base / named if (named := vigil.text("forgotten_file", "")) else None,
        key=_read_key(vigil),
        key_command=_read_key_command(vigil),
        timezone=vigil.checked(
            "timezone", vigil.text("timezone", "UTC"), _is_zone, 'use a name such as "Asia/Seoul" or "UTC"'
        ),
        language=vigil.one_of("language", ("en", "ko"), "en"),
        forget_idle=vigil.duration("forget_idle", 90 * 86_400, least=_LEAST_IDLE),
        forget_told=vigil.duration("forget_told", 400 * 86_400, least=_LEAST_TOLD),
        fetch=_read_fetch(reader.section("fetch")),
        alerts=_read_alerts(reader.section("alerts")),
        review=_read_review(reader.section("review")),
        telegram=read_telegram(reader.section("telegram")) if reader.has("telegram") else None,
        matrix=read_matrix(reader.section("matrix"), base) if reader.has("matrix") else None,
        admins=_read_admins(reader.section("admins")),
        log=_read_log(reader.section("log")),
        web=read_web(reader.section("web")) if reader.has("web") else None,
        metrics=read_metrics(reader.section("metrics")) if reader.has("metrics") else None,
        sources=_read_sources(reader),
        file=reader.file,
    )
    check_servers(reader, config)
    vigil.unknown()
    reader.unknown()
    return replace(config, secrets=frozenset(reader.findings.secrets - {""}))


def _read_key(vigil: Reader) -> str:
    """The key itself: mostly from the environment."""
    found = vigil.secret("key")
    try:
        if found:
            parse_key(found)
    except ValueError as error:
        vigil.fault("key", f"cannot be used ({error})", "give the copy you kept, or take the line out")
    return found


def _read_key_command(vigil: Reader) -> tuple[str, ...]:
    """A program and its arguments: no shell reads them."""
    words = vigil.words("key_command")
    if not all(isinstance(word, str) for word in words):
        vigil.fault("key_command", "holds something else than strings", 'write ["pass", "show", "vigil"]')
        return ()
    ways = [name for name in ("key_file", "key", "key_command") if vigil.table.get(name)]
    if len(ways) > 1:
        vigil.fault(
            ways[1], f"stands beside {ways[0]}", "keep the key in one way, and take the other line out"
        )
    return tuple(words)


def _database(vigil: Reader, base: Path) -> str:
    text = vigil.address("database", "sqlite:///vigil.db", required="database" in vigil.table)
    scheme, _, name = text.partition(":///")
    if scheme == "sqlite" and name and "?" not in name:
        return f"sqlite:///{base / name}"
    if text.startswith("postgresql://"):
        what, remedy = flaw_of_postgresql(text)
        if what:
            vigil.fault("database", what, remedy)
        return text
    if text:  # that it is empty has been told already
        what = "is no address of a database"
        vigil.fault("database", what, 'use "sqlite:///vigil.db" (three slashes) or "postgresql://..."')
    return "sqlite:///vigil.db"


def _read_fetch(fetch: Reader) -> FetchConfig:
    proxy = fetch.address("proxy")
    fetch.checked("proxy", proxy, is_proxy, 'use "http://host:port" or "socks5://host:port"')
    contact = fetch.text("contact")
    fetch.checked("contact", contact, _is_contact, "give an e-mail or web address, in plain Latin letters")
    made = FetchConfig(
        allow_private=fetch.flag("allow_private", default=False),
        timeout=float(fetch.duration("timeout", 20)),
        max_bytes=fetch.size("max_bytes", 10_000_000),
        user_agent=fetch.text("user_agent"),
        contact=contact,
        proxy=proxy,
    )
    fetch.unknown()
    return made


def _is_contact(text: str) -> bool:
    return not text or (text.isascii() and text.isprintable() and not set("()<> ") & set(text))


def _read_alerts(alerts: Reader) -> AlertsConfig:
    usual = AlertsConfig()
    hour = alerts.count("per_source_hour", usual.per_source_hour, least=1)
    ends = alerts.count("ends_per_source_hour", usual.ends_per_source_hour, least=1)
    # Three full hours: whoever raised the hour's bound alone means no day to hold less.
    day, ends_day = max(usual.per_source_day, 3 * hour), max(usual.ends_per_source_day, 3 * ends)
    made = AlertsConfig(
        window=alerts.duration("window", usual.window, least=3600),
        per_source_hour=hour,
        per_source_day=alerts.count("per_source_day", day, least=1),
        per_hour=alerts.count("per_hour", usual.per_hour, least=1),
        ends_per_source_hour=ends,
        ends_per_source_day=alerts.count("ends_per_source_day", ends_day, least=1),
    )
    alerts.unknown()
    return made


def _read_review(review: Reader) -> ReviewConfig:
    usual = ReviewConfig()
    made = ReviewConfig(
        official=_read_concerns(review, "official", usual.official),
        relay=_read_concerns(review, "relay", usual.relay),
        remind_after=review.duration("remind_after", usual.remind_after, least=60),
    )
    review.unknown()
    return made


def _read_concerns(review: Reader, key: str, usual: frozenset[Concern]) -> frozenset[Concern]:
    known = {str(one): one for one in Concern if one is not Concern.TRIAL}  # that is nobody's policy
    named = review.words(key)
    if not review.has(key):
        return usual
    if wrong := [one for one in named if not isinstance(one, str) or one not in known]:
        review.fault(key, f'holds "{wrong[0]}"', f"choose among {', '.join(known)}")
        return usual
    return frozenset(known[str(one)] for one in named)


def _read_log(log: Reader) -> LogConfig:
    made = LogConfig(level=log.one_of("level", LEVELS, "info"), format=log.one_of("format", FORMATS, "auto"))
    log.unknown()
    return made


def _read_admins(admins: Reader) -> AdminsConfig:
    ids = admins.words("telegram")
    if not all(isinstance(one, int) and not isinstance(one, bool) and one > 0 for one in ids):
        remedy = "list numeric Telegram user ids; a group, whose id is negative, cannot be an admin"
        admins.fault("telegram", "holds something else than numbers of people", remedy)
        ids = ()
    names = admins.words("matrix")
    if not all(isinstance(one, str) and re.fullmatch(r"@[^\s:@]{1,255}:[^\s@]{1,255}", one) for one in names):
        admins.fault("matrix", "holds something else than full names", 'list them as "@user:example.org"')
        names = ()
    rooms = admins.words("rooms")
    if not all(isinstance(one, str) and _ROOM.fullmatch(one) for one in rooms):
        remedy = 'list them as "telegram:-1001234567890" and "matrix:!room:example.org"'
        admins.fault("rooms", "holds something else than groups and rooms", remedy)
        rooms = ()
    made = AdminsConfig(
        telegram=ids,
        matrix=names,
        rooms=tuple((name, room) for name, _, room in (one.partition(":") for one in rooms)),
        approvals=admins.count("approvals", 2, least=1),
        cooling_off=admins.duration("cooling_off", 60),
        appeals_per_day=admins.count("appeals_per_day", 5, least=1),
        organisation=admins.text("organisation"),
    )
    admins.unknown()
    return made


def _read_sources(reader: Reader) -> tuple[Source, ...]:
    made = [_read_source(table) for table in reader.sections("sources")]
    names = [source.name for source in made]
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        reader.fault("sources", f'the name "{name}" is used twice', "give each source its own name")
    first: dict[str, Source] = {}
    for source in made:
        same = first.setdefault(source.url, source)
        if same is not source and source.url:
            what = f'"{same.name}" and "{source.name}" watch one address'
            reader.fault("sources", what, "leave one of them out: each call would be told twice")
    return tuple(made)


def _read_source(table: Reader) -> Source:
    url = table.address("url", required=True)
    table.checked("url", url, is_web, "give a full address that begins with http:// or https://")
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


def _read_selectors(table: Reader) -> dict[str, str]:
    names = ("item", "title", "link", "date", "text")
    read = {name: table.text(name) for name in names}
    for name, text in read.items():
        table.checked(name, text, _is_selector, "use tags, .class, #id, [attribute], spaces, > and commas")
    table.unknown()
    return {name: text for name, text in read.items() if table.has(name)}


def _is_selector(text: str) -> bool:
    try:
        selector(text)
    except ValueError:
        return False
    return True


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
