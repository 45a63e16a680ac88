"""Inside a transaction: whom what follows on a case concerns, because they were told of it."""

from datetime import datetime

from jobs.steps import match
from storage.database import Work
from storage.records import Alert
from storage.words import Cause, MsgType, Status


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
    if followed and alert.status is not Status.DRAFT:
        turn, drill = (match.lane(alert), now), alert.status is not Status.ACTUAL
        more += work.stances.queue(alert.id, alert.case_id, *turn, held=held, drill=drill)
    if alert.msg_type is not MsgType.CANCEL:
        more -= work.stances.hush(alert.id, alert.case_id)
    return more


def hasten(work: Work, alert: Alert) -> None:
    """News that is as pressing as a call goes among the calls to whoever has heard nothing of its case.

    The strokes through what is over go before updates, and ten thousand of them take minutes: who was told
    of this case has had its first word, and the others have not.
    """
    if alert.case_id is not None and match.is_first_word(alert):
        work.deliveries.hasten(alert.id, alert.case_id, alert.status, match.PRESSING)


def amend(work: Work, alert: Alert, now: datetime) -> None:
    """What was said before, and holds no more, is due to be changed where it stands.

    After the end of a call that is all that was told of it; after an edit, what was told of that statement.
    But what we took back says so for good.
    """
    if not alert.references:
        return
    if alert.msg_type is MsgType.CANCEL:
        work.told.amend(alert, now, but=_taken_back(work, alert))
    elif alert.cause is Cause.EDIT and not work.alerts.correction_of(alert.statement.id):
        work.told.amend(alert, now, statement_id=alert.statement.id)


def _taken_back(work: Work, alert: Alert) -> frozenset[int]:
    """The statements on the alert's case that we took back."""
    on_case = work.alerts.on_case(alert.case_id) if alert.case_id is not None else ()
    return work.alerts.taken_back([one.statement.id for one in on_case])
