"""The one place where the clock is read.

Several machines differ: on one database all live by its clock, as each finds how far its own is behind.
"""

from datetime import UTC, datetime, timedelta

_behind = timedelta()
"""How far this machine's clock is behind the one that all nodes live by."""


def machine() -> datetime:
    """What this machine takes for the time."""
    return datetime.now(UTC)


def now_utc() -> datetime:
    """This moment, aware, in UTC."""
    return machine() + _behind


def behind() -> timedelta:
    """How far this machine is taken to be behind."""
    return _behind


def live_by(other: timedelta) -> None:
    """From now on the time is that of a clock which is so far ahead of this machine's."""
    global _behind  # noqa: PLW0603 - there is one clock
    _behind = other
