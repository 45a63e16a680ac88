"""Does a transaction again that the database undid because two of them waited for each other."""

import time
from collections.abc import Callable
from typing import TypeVar

import structlog
from sqlalchemy.exc import DBAPIError

log = structlog.get_logger()

_Value = TypeVar("_Value")
_UNDONE = {"40P01", "40001"}
"""Deadlock detected, serialization failure (PostgreSQL manual, appendix A); the whole is to be done again."""
_PAUSES = (0.0, 0.2)
"""Seconds before each further attempt."""


def repeated(does: Callable[[], _Value]) -> _Value:
    """What a whole transaction returns; again, twice at most, where it was undone for another one's sake.

    What it does outside the database must bear to be done again.
    """
    for pause in _PAUSES:
        try:
            return does()
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in _UNDONE:
                raise
            log.warning("database.undone_and_done_again")
        time.sleep(pause)
    return does()
