"""Addresses of sources as they may be shown: who may read them is nobody's business."""

import re
from urllib.parse import urlsplit, urlunsplit


def without_credentials(url: str) -> str:
    """The address without a user name and a password; "" for what is no address at all."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def place_of(url: str) -> str:
    """What tells one address from another, whoever asks there: without scheme, "www." and credentials."""
    try:
        parts = urlsplit(without_credentials(url))
    except ValueError:
        return url
    host = parts.netloc.lower().removeprefix("www.")
    return urlunsplit(("", host, parts.path.rstrip("/"), parts.query, "")).removeprefix("//")


_SECRET = re.compile(
    r"token|secret|passw(?:or)?d|passphrase|credential|signature"
    r"|(?:^|[-_.])(?:api|access|feed|rss|user)?(?:key|pass|pwd|auth|sig|sid|session)$",
    re.IGNORECASE,
)
"""Names of questions whose answers let their holder in: `access_token`, `apikey`, `sig`; not `keyword`."""


def without_secrets(url: str) -> str:
    """The address without credentials, also those that stand among its questions: "?token=…"."""
    address, mark, rest = without_credentials(url).partition("?")
    asked, hash_, fragment = rest.partition("#")
    return address + mark + "&".join(map(_unanswered, asked.split("&"))) + hash_ + fragment


def _unanswered(question: str) -> str:
    name, is_, answer = question.partition("=")
    return f"{name}=…" if is_ and answer and _SECRET.search(name) else question
