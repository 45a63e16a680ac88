"""Reads many rows at once; one that cannot be read keeps none of the others back."""

from collections.abc import Callable, Iterable
from typing import TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

log = structlog.get_logger()

Row = TypeVar("Row")


def readable(find: Callable[[list[int]], dict[int, Row]], ids: Iterable[int]) -> dict[int, Row]:
    """What `find` gives for these ids; without those for which it raises, which are logged.

    The database's own errors are raised: they are about all of them.
    """
    wanted = list(ids)
    if not wanted:
        return {}
    try:
        return find(wanted)
    except SQLAlchemyError:
        raise
    except Exception:  # noqa: BLE001 - whatever is wrong with one row, the others are read
        found: dict[int, Row] = {}
        for key in wanted:
            found |= _one(find, key)
        return found


def _one(find: Callable[[list[int]], dict[int, Row]], key: int) -> dict[int, Row]:
    try:
        return find([key])
    except SQLAlchemyError:
        raise
    except Exception:
        log.exception("row.unreadable", id=key)
        return {}
