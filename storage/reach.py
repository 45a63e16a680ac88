"""Whether a recipient may be written to, and what the log says of a delivery where that is not so."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from storage.columns import Moment
from storage.tables.log import deliveries
from storage.tables.people import recipients
from storage.words import DeliveryState, RecipientState, Status

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""When something was tried that no platform knows any more."""
UNREACHABLE = "the recipient cannot be reached"
HELD_FROM_THEM = f"{UNREACHABLE}, and it was held; "
"""What the detail of such a delivery begins with, if an admin was to look first."""
REPEATED = "repeated, as it is uncertain whether it arrived"
"""In the detail of what may have arrived already and was tried again: that is done once."""
FORGOTTEN = "the platform would not know a repetition: it was tried too long ago, or by another account"
"""In the detail of what was repeated although the platform may not have recognised it."""


def reachable(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Whether its recipient may be written to at this moment."""
    rested = sa.or_(recipients.c.rests.is_(None), recipients.c.rests <= now)
    return (recipients.c.state == RecipientState.ACTIVE, rested)


def meant(status: Status) -> sa.ColumnElement[bool]:
    """Whether a recipient may be told what is of this status: drills who asked for them, a draft nobody."""
    if status is Status.ACTUAL:
        return sa.true()
    return sa.false() if status is Status.DRAFT else recipients.c.drills


def at_rest_until(due: sa.ColumnElement[datetime]) -> sa.ColumnElement[datetime]:
    """When something that is `due` may go: later where its recipient is to be left alone until then."""
    return sa.case((recipients.c.rests > due, recipients.c.rests), else_=due)


def given_up(why: str) -> dict[str, sa.ColumnElement[Any]]:
    """State and detail of what waits and is not to go any more: uncertain, if it may have arrived."""
    perhaps = sa.or_(deliveries.c.detail.contains(REPEATED, autoescape=True), deliveries.c.tried.is_not(None))
    return {
        "state": sa.case((perhaps, DeliveryState.UNCERTAIN), else_=DeliveryState.CANCELLED),
        "detail": sa.case((perhaps, deliveries.c.detail), else_=why),
        "tried": sa.null(),
    }


IS_KEPT = sa.and_(
    deliveries.c.state.in_((DeliveryState.CANCELLED, DeliveryState.FAILED)),
    deliveries.c.detail.startswith(UNREACHABLE),
)
"""Of a delivery: it is sent when its recipient can be reached again, if it holds then."""
IS_KEPT_AND_HELD = sa.and_(IS_KEPT, deliveries.c.detail.startswith(HELD_FROM_THEM))
"""Of a delivery that is kept: an admin looks first."""


def kept_from_them(detail: sa.ColumnElement[str], before: str = f"{UNREACHABLE}; ") -> sa.ColumnElement[str]:
    """The detail of what waited for somebody who cannot be reached; what it was before stays told.

    So does that it may have arrived: when it was tried is not kept for long.
    """
    unsaid = sa.and_(
        deliveries.c.tried.is_not(None), sa.not_(deliveries.c.detail.contains(REPEATED, autoescape=True))
    )
    perhaps = sa.case((unsaid, f"; {REPEATED}"), else_="")
    return sa.literal(before, sa.Text()) + detail + perhaps


def on_return() -> dict[str, sa.ColumnElement[Any]]:
    """Detail, and since when it may have arrived, of what was kept for somebody who is there again.

    Where that is not known any more, it was too long ago for any platform to know a repetition.
    """
    repeated = deliveries.c.detail.contains(REPEATED, autoescape=True)
    twice = deliveries.c.detail.contains(FORGOTTEN, autoescape=True)
    return {
        "detail": sa.case((twice, f"{REPEATED}: {FORGOTTEN}"), (repeated, REPEATED), else_=""),
        "tried": sa.case(
            (repeated, sa.func.coalesce(deliveries.c.tried, sa.literal(LONG_AGO, Moment))), else_=sa.null()
        ),
    }
