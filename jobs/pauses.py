"""Remembers which places asked to be left alone: a whole host after 429, one address after 503."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from storage.urls import without_credentials

_HOST_PAUSE = timedelta(minutes=5)
"""For how long a host is left alone that says 429, and not for how long."""
_LONGEST_WISH = timedelta(days=1)
_PLAIN = re.compile(r"https?://([a-z0-9.-]+)(?::[0-9]+)?/[^@]*$")
"""An address as they mostly are; every round looks at the hosts of all that is due."""


@dataclass(frozen=True, slots=True)
class Pauses:
    """The pauses that one program knows of; those not stored yet go with its next commit."""

    _until: dict[str, datetime] = field(default_factory=dict)
    _unwritten: dict[str, datetime] = field(default_factory=dict)

    def learn(self, known: Mapping[str, datetime]) -> None:
        """Adds what is stored; the longer pause counts."""
        for place, until in known.items():
            self._until[place] = max(until, self._until.get(place, until))

    def impose(self, url: str, until: datetime, *, host: bool) -> None:
        """From now on nobody asks the address, or with `host` anything on its host."""
        place = host_of(url) if host else address_of(url)
        self.learn({place: until})
        self._unwritten[place] = self._until[place]

    def obey(self, status: int, wish: float | None, now: datetime, *urls: str) -> None:
        """Does as an answer asks: 429 speaks for the whole host, 503 with a wish for the one address.

        `wish` in seconds (Retry-After); `urls` are what was asked and where the answer came from.
        """
        asked_for = timedelta(seconds=min(wish or 0.0, _LONGEST_WISH.total_seconds()))
        if status == 429:
            for url in urls:
                self.impose(url, now + (asked_for or _HOST_PAUSE), host=True)
        elif status == 503 and asked_for:
            for url in urls:
                self.impose(url, now + asked_for, host=False)

    def unwritten(self) -> dict[str, datetime]:
        """What is to be stored with the next commit."""
        return dict(self._unwritten)

    def written(self, stored: Mapping[str, datetime]) -> None:
        """These were committed."""
        for place, until in stored.items():
            if self._unwritten.get(place) == until:
                del self._unwritten[place]

    def until(self, url: str, now: datetime) -> datetime | None:
        """Until when the address may not be asked; None when it may."""
        if not self._until:
            return None
        found = [self._until[place] for place in (host_of(url), address_of(url)) if place in self._until]
        latest = max(found, default=now)
        return latest if latest > now else None

    def forget(self, now: datetime) -> None:
        """Drops what has passed."""
        for place in [place for place, until in self._until.items() if until <= now]:
            del self._until[place]


def host_of(url: str) -> str:
    """The host of an address, as a place; "" where it has none."""
    plain = _PLAIN.match(url)
    if plain:
        return plain[1]
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def address_of(url: str) -> str:
    """The address as a place: without credentials."""
    return without_credentials(url)
