"""Inside a transaction: whom what follows on a case concerns, because they were told of it."""

from datetime import datetime

from jobs.steps import match
from storage.database import Work
from storage.records import Alert
from storage.words import Cause, MsgType

Wanted = dict[tuple[int, str], tuple[int, datetime]]
"""(recipient, transport) -> (lane, not before)."""


def of_its_end(work: Work, alert: Alert, now: datetime, *, held: bool) -> Wanted:
    """Takes back what still waits on the case; returns who was told of it, or may have been, and nobody else.

    They hear of the end whatever they asked for, and though they took it back since. Where an admin
    looks first (`held`) nothing is taken back, and those for whom the call waits are among them.
    """
    assert alert.case_id is not None  # noqa: S101 - it ends the case
    if not held:
        work.deliveries.cancel_case(alert.case_id)
    told = work.told.receivers(alert.case_id, waiting=held)
    return {key: (match.lane(alert), now) for key in sorted(told)}


def is_followed(work: Work, alert: Alert, *, again: bool) -> bool:
    """Whether somebody follows the case, to whom this is news: not a call that is said `again`."""
    return alert.case_id is not None and not again and work.stances.followed(alert.case_id)


def persons(work: Work, alert: Alert, now: datetime, *, followed: bool, held: str) -> int:
    """What each person said of this one case is done to the deliveries; returns how many more there are.

    The end of a call goes to whom it was told, muted or not: nobody acts on what is over.
    """
    if alert.case_id is None:
        return 0
    more = 0
    if followed:
        more += work.stances.queue(alert.id, alert.case_id, match.lane(alert), now, held=held)
    if alert.msg_type is not MsgType.CANCEL:
        more -= work.stances.hush(alert.id, alert.case_id)
    return more


def amend(work: Work, alert: Alert, now: datetime) -> None:
    """What was said before, and holds no more, is due to be changed where it stands.

    After the end of a call that is all that was told of it; after an edit, what was told of that statement.
    """
    if not alert.references:
        return
    if alert.msg_type is MsgType.CANCEL:
        work.told.amend(alert, now)
    elif alert.cause is Cause.EDIT:
        work.told.amend(alert, now, statement_id=alert.statement.id)
