"""Inside a transaction: what waits for somebody who takes a wish back, or asks for it again after all.

Nothing is sent any more that nobody asks for. It is not forgotten: who pressed the wrong button and says so
gets what waited, and still holds, as if nothing had been.
"""

from datetime import datetime

from jobs.steps import match
from storage.database import Work
from storage.notices import FOR_SUBSCRIBERS
from storage.people import Delivery, Recipient
from storage.records import Alert
from storage.words import DeliveryState, MsgType, Stance

UNASKED = "the recipient does not ask for it any more"
_HELD = "the recipient does not ask for it any more, and it was held"
_WAITS = (DeliveryState.QUEUED, DeliveryState.HELD, DeliveryState.SENDING)


def withdraw(work: Work, recipient: Recipient, now: datetime) -> int:
    """Cancels what waits and none of the recipient's wishes asks for; returns how much.

    The end of a call that was told stays, and what becomes of a case that they follow. What is just being
    sent is not tried again, should it not arrive. What another transaction queues at this very moment, which
    has read the wishes as they were, is looked at again when it is sent (`jobs.choice`).
    """
    work.recipients.narrow(recipient.id, now)
    waiting = work.deliveries.of_recipient(recipient.id, _WAITS)
    gone = no_longer(work, recipient, waiting)
    unasked = [one for one in waiting if one.id in gone]
    for one in unasked:
        if one.state is DeliveryState.SENDING:
            work.deliveries.call_off(one.id)
        else:
            why = UNASKED if one.state is DeliveryState.QUEUED else _HELD
            work.attempts.settle(one.id, DeliveryState.CANCELLED, detail=f"{why}; {one.detail}")
    return len(unasked)


def mute(work: Work, recipient: Recipient, case_id: int, now: datetime) -> None:
    """The recipient wants no more of a case; also of what is queued at this very moment, as in `withdraw`."""
    work.recipients.narrow(recipient.id, now)
    work.stances.take(recipient.id, case_id, Stance.MUTE)


def no_longer(work: Work, recipient: Recipient, waiting: tuple[Delivery, ...]) -> set[int]:
    """The ids of those of these, for one recipient, that none of their wishes asks for."""
    return {one.id for one in waiting} - _wanted(work, recipient, waiting)


def resume(work: Work, recipient: Recipient, now: datetime) -> int:
    """Lets wait again what was cancelled so, is asked for now and holds; returns how much."""
    found = work.deliveries.of_recipient(recipient.id, (DeliveryState.CANCELLED,), detail=UNASKED)
    wanted = _wanted(work, recipient, found, now)
    for one in found:
        if one.id in wanted:
            why, _, before = one.detail.partition("; ")
            state = DeliveryState.HELD if why == _HELD else DeliveryState.QUEUED
            work.attempts.settle(one.id, state, detail=before)
    return len(wanted)


def _wanted(
    work: Work, recipient: Recipient, waiting: tuple[Delivery, ...], now: datetime | None = None
) -> set[int]:
    """Which of these are asked for; with `now`, only of those that have not expired and are not over."""
    routes = work.routes.of(recipient.id)
    stances = {case: stance for stance, case, _ in work.stances.of(recipient.id)}
    alerts = work.alerts.many([one.alert_id for one in waiting if one.alert_id])
    over = work.alerts.over(list(alerts)) if now is not None else set()
    notices = work.notices.many([one.notice_id for one in waiting if one.notice_id])

    def is_wanted(alert: Alert) -> bool:
        if now is not None and alert.expires is not None and alert.expires < now:
            return False
        if alert.id in over:
            return False
        stance = stances.get(alert.case_id) if alert.case_id else None
        if alert.msg_type is MsgType.CANCEL or stance is Stance.FOLLOW:
            return True
        if stance is Stance.MUTE:
            return False
        told = bool(alert.case_id and work.told.heard(recipient.id, alert.case_id, alert.id))
        return any(match.wants(one, alert, followed=told, drills=recipient.drills) for one in routes)

    def is_for_them(one: Delivery) -> bool:
        if one.notice_id:  # what admins are told is nobody's subscription
            return bool(routes) or notices[one.notice_id].events[0].kind not in FOR_SUBSCRIBERS
        return is_wanted(alerts[one.alert_id])

    return {one.id for one in waiting if is_for_them(one)}
