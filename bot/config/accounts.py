"""Reads the tables of the accounts: [telegram] and [matrix], each with as many more as there are."""

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from bot.config.reader import Reader, is_base, is_web
from bot.config.settings import MatrixConfig, TelegramConfig


def read_telegram(telegram: Reader) -> TelegramConfig:
    """The table [telegram], with each [[telegram.more]]."""
    url = _read_server(telegram, "https://api.telegram.org/bot")
    token, proxy = _read_token(telegram), _read_proxy(telegram)
    first = TelegramConfig(
        token,
        url,
        telegram.number("messages_per_second", 30.0, least=0.1),
        proxy,
        webhook=telegram.one_of("mode", ("polling", "webhook"), "polling") == "webhook",
    )
    made = replace(first, more=tuple(_read_bot(one, first) for one in telegram.sections("more")))
    telegram.unknown()
    accounts = [one.account for one in (made, *made.more) if one.token]
    if len(set(accounts)) < len(accounts):
        telegram.fault("more", "names one bot twice", "give each account the token of a bot of its own")
    return made


def _read_bot(table: Reader, first: TelegramConfig) -> TelegramConfig:
    """One more account: what is not said is as with the first."""
    made = replace(
        first,
        token=_read_token(table),
        api_url=_read_server(table, first.api_url),
        messages_per_second=table.number("messages_per_second", first.messages_per_second, least=0.1),
        proxy=_read_proxy(table, first.proxy),
    )
    table.unknown()
    return made


def _read_server(table: Reader, usual: str) -> str:
    url = table.address("api_url", usual).rstrip("/")
    return table.checked(
        "api_url", url, lambda text: is_web(text) and text.endswith("/bot"), "it must end in /bot"
    )


def _read_token(table: Reader) -> str:
    return table.checked(
        "token",
        table.secret("token", required=True),
        lambda text: re.fullmatch(r"\d{3,20}:[\w-]{20,64}", text) is not None,
        "copy it from @BotFather as it stands: a number, a colon, and about 35 letters and signs",
    )


def _read_proxy(table: Reader, usual: str = "") -> str:
    found = table.address("proxy", usual)
    return table.checked("proxy", found, is_proxy, 'use "http://host:port" or "socks5://host:port"')


def read_matrix(matrix: Reader, base: Path) -> MatrixConfig:
    """The table [matrix], with each [[matrix.more]]; relative folders are taken from `base`."""
    first = _read_account(matrix, base)
    more = tuple(_read_account(one, base, required=True) for one in matrix.sections("more"))
    matrix.unknown()
    accounts = (first, *more)
    if len({(one.homeserver, one.user) for one in accounts}) < len(accounts):
        matrix.fault("more", "names one account twice", "give each an account of its own")
    if len({one.store for one in accounts}) < len(accounts):
        matrix.fault("more", "names one store twice", "give each account a folder of its own as `store`")
    return replace(first, more=more)


def _read_account(matrix: Reader, base: Path, *, required: bool = False) -> MatrixConfig:
    """One account; the folder of a further one has to be named."""
    url = matrix.address("homeserver", required=True).rstrip("/")
    matrix.checked("homeserver", url, is_base, 'give its full address, as "https://matrix.example.org"')
    made = MatrixConfig(
        homeserver=url,
        user=matrix.text("user", required=True),
        password=matrix.secret("password"),
        access_token=matrix.secret("access_token"),
        device_name=matrix.text("device_name", "vigil"),
        store=base / matrix.text("store", "" if required else "matrix-store", required=required),
        messages_per_second=matrix.number("messages_per_second", 50.0, least=0.1),
        strict=matrix.one_of("unverified_devices", ("send", "strict"), "send") == "strict",
        invitations=matrix.one_of("invitations", ("anyone", "direct", "listed"), "anyone"),
        invited_by=_read_invited_by(matrix),
    )
    matrix.checked(
        "user",
        made.user,
        lambda text: re.fullmatch(r"[^\s:@]+|@[^\s:@]+:[^\s@]+", text) is not None,
        'give its full name, as "@vigil:example.org"',
    )
    if not made.password and not made.access_token:
        matrix.fault("password", "is missing, as is access_token", "give one of the two")
    if required:
        matrix.unknown()
    return made


def _read_invited_by(matrix: Reader) -> tuple[str, ...]:
    names = matrix.words("invited_by")
    if not all(
        isinstance(one, str) and re.fullmatch(r"(@[^\s:@]{1,255}:)?[^\s@:]{1,230}(:\d{1,5})?", one)
        for one in names
    ):
        remedy = 'list people as "@user:example.org", and servers as "example.org"'
        matrix.fault("invited_by", "holds something else than names of people and servers", remedy)
        return ()
    return tuple(map(str, names))


def is_proxy(url: str) -> bool:
    """Whether it is the address of a proxy that we can use."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "socks5") and bool(parts.hostname) and parts.port is not None
    except ValueError:
        return False
