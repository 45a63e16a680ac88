"""Decides whether a link may be shown as one, and whether its text hides where it leads."""

import re
import unicodedata
from urllib.parse import urlsplit

LONGEST_URL = 2048
_UNFIT = re.compile(r"[\s\x00-\x1f\x7f<>\"\\^`{|}]")
_ADDRESS = re.compile(
    r"(?:[\w-]{1,63}\.){1,8}(?:xn--[a-zA-Z0-9-]{2,59}|[^\W\d_]{2,24})(?![\w-])|(?:\d{1,3}\.){3}\d{1,3}"
)
_DOTS = str.maketrans(dict.fromkeys("\u3002\uff61\u2024\u00b7\u2027\ua4f8\u30fb\u0701\u0702\u05c4", "."))
"""What looks like the dot between the parts of a host, besides what NFKC makes of it."""
_CHATS = frozenset({"t.me", "telegram.me", "telegram.dog", "matrix.to"})
"""Hosts where what stands behind the first slash says whose place it is."""
_NAMED = re.compile(
    r"@(\w{4,64})|(?:t\.me|telegram\.me|telegram\.dog|matrix\.to)/[#/@+]{0,4}([\w:!.-]{1,128})"
)
_LOOKS_LATIN = frozenset({"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "LISU", "COPTIC"})
"""Scripts with letters that are drawn as Latin ones (UTS 39)."""


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
    seen = unicodedata.normalize("NFKC", text.translate(_DOTS)).translate(_DOTS)
    if any(_bare(found.group()) != target for found in _ADDRESS.finditer(seen)):
        return True
    return target in _CHATS and _another_place(seen, urlsplit(href).path)


def exposed(text: str) -> str:
    """The text, each host in it that mixes scripts followed by itself as it is resolved."""
    return text if text.isascii() else _ADDRESS.sub(_exposed, text)


def _exposed(found: re.Match[str]) -> str:
    name = found.group()
    scripts = {unicodedata.name(char, "").partition(" ")[0] for char in name if char.isalpha()}
    if "LATIN" not in scripts or not scripts & _LOOKS_LATIN or not name.rpartition(".")[2].islower():
        return name
    return f"{name} ({shown(name.lower())})"


def _another_place(text: str, path: str) -> bool:
    """Whether the words name another chat than the one that the path leads to."""
    leads = path.strip("/#").partition("/")[0].lstrip("@+").lower()
    named = (one or other for one, other in _NAMED.findall(text.lower()))
    return any(one.rstrip(".") != leads for one in named)


def shown(host_name: str) -> str:
    """The host as it is resolved: letters that only look Latin become visible (RFC 3490)."""
    try:
        return host_name.encode("idna").decode("ascii")
    except UnicodeError:
        return host_name.encode("ascii", "backslashreplace").decode("ascii")


def _bare(host_name: str) -> str:
    return shown(host_name.lower()).removeprefix("www.")
