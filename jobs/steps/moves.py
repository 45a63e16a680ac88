"""Decides when a source has moved for good (RFC 9110 15.4.2, 15.4.9)."""

from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from storage.records import Source

_CONSISTENT = timedelta(days=3)
"""For so long a server must have said the same: a mistake in its configuration is found sooner."""


def moved(source: Source, permanent: str | None, now: datetime) -> Source:
    """The source after an answer as it should be; `permanent` is where it came from, if moved for good.

    The same address over https is believed at once. Another one is adopted when every answer for
    days named it; a single answer without it begins anew. What was configured stays as it was.
    """
    if not permanent or _is_downgrade(source.asked, permanent):
        return _settled(source) if source.moved_to else source
    if _only_safer(source.asked, permanent):
        return replace(_settled(source), address=permanent)
    if permanent != source.moved_to or source.moved_since is None:
        return replace(source, moved_to=permanent, moved_since=now)
    if now - source.moved_since < _CONSISTENT:
        return source
    return replace(_settled(source), address=permanent)


def back_home(source: Source) -> Source:
    """The source asked at its configured address again: where it had moved to, it has gone dark."""
    return replace(_settled(source), address="") if source.address else source


def _settled(source: Source) -> Source:
    return replace(source, moved_to="", moved_since=None)


def _only_safer(old: str, new: str) -> bool:
    """Whether only the scheme became https: the same host, path and question, no port of its own."""
    before, after = urlsplit(old), urlsplit(new)
    same = (before.hostname, before.path or "/", before.query) == (
        after.hostname,
        after.path or "/",
        after.query,
    )
    usual = before.port in (None, 80) and after.port in (None, 443)
    return same and usual and (before.scheme.lower(), after.scheme.lower()) == ("http", "https")


def _is_downgrade(old: str, new: str) -> bool:
    return urlsplit(old).scheme.lower() == "https" and urlsplit(new).scheme.lower() == "http"
