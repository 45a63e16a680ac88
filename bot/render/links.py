"""Decides whether a link may be shown as one, and whether its text hides where it leads."""

import re
import unicodedata
from urllib.parse import urlsplit

LONGEST_URL = 2048
_UNFIT = re.compile(r"[\s\x00-\x1f\x7f<>\"\\^`{|}]")
_ADDRESS = re.compile(r"(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w-])|(?:\d{1,3}\.){3}\d{1,3}")


def host(href: str) -> str:
    """The host of an http or https address, in lower case; "" if it must not be shown as a link."""
    if len(href) > LONGEST_URL or _UNFIT.search(href):
        return ""
    try:
        parts = urlsplit(href)
        _ = parts.port  # a port beyond 65535 raises here
    except ValueError:
        return ""
    if parts.scheme.lower() not in {"http", "https"}:
        return ""
    return (parts.hostname or "").rstrip(".")


def disguised(text: str, href: str) -> bool:
    """True when the text looks like another address than the one that `href` leads to.

    A user name before the host counts as a disguise too: `https://nkhr.or.kr@example.net/`.
    """
    target = _bare(host(href))
    if "@" in urlsplit(href).netloc:
        return True
    seen = unicodedata.normalize("NFKC", text).replace("。", ".")
    return any(_bare(found.group()) != target for found in _ADDRESS.finditer(seen))


def shown(host_name: str) -> str:
    """The host as it is resolved: letters that only look Latin become visible (RFC 3490)."""
    try:
        return host_name.encode("idna").decode("ascii")
    except UnicodeError:
        return host_name.encode("ascii", "backslashreplace").decode("ascii")


def _bare(host_name: str) -> str:
    return shown(host_name.lower()).removeprefix("www.")
