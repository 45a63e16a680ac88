"""Tells trouble of our own network from trouble of the sources: when none can be reached, it is ours."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from storage.records import Source

_FOR = timedelta(minutes=5)
"""A machine that has just woken up finds its network within seconds."""
_LEAST_HOSTS = 2


def is_down(unreached: Sequence[Source], watched: int, answered: datetime | None, now: datetime) -> bool:
    """Whether it is rather our network than every single source.

    `unreached` are the sources whose hosts gave no answer when last asked, of `watched` in all;
    `answered` is when any source last answered. Since then at least half of the sources must have
    been tried in vain, on two hosts at least, and for some minutes: one host may be down by itself.
    """
    tried = [
        source
        for source in unreached
        if source.last_polled
        and (answered is None or source.last_polled > answered)
        and source.unreached_since
        and now - source.unreached_since >= _FOR
    ]
    hosts = {urlsplit(source.asked).hostname for source in tried}
    return len(hosts) >= _LEAST_HOSTS and 2 * len(tried) >= watched
