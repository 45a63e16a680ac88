"""The one place where the clock is read."""

from datetime import UTC, datetime


def now_utc() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)
