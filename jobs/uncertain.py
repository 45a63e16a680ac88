"""What is done about a delivery of which nobody can say whether it arrived (promise 2)."""

from datetime import datetime, timedelta

from storage.database import Work
from storage.people import Delivery
from storage.reach import FORGOTTEN, REPEATED, UNREACHABLE
from storage.words import DeliveryState

_REFUSED = "in plain text, as it was refused"
_REPEAT_AFTER = timedelta(seconds=5)


def remembered(memory: timedelta, delivery: Delivery, now: datetime) -> bool:
    """Whether the platform, which knows a repetition for so long, knows one of this delivery still.

    A delivery of which an earlier version began the attempt does not say when: it was lately.
    """
    return bool(memory) and (delivery.tried is None or now - delivery.tried < memory)


def forgotten(work: Work, delivery: Delivery, now: datetime, *, immediate: bool) -> DeliveryState:
    """Settles what waits to be repeated, and would not be recognised any more; returns what it is now.

    What was repeated before was recognised, and has harmed nobody: an Immediate alert goes once more.
    """
    again = immediate and FORGOTTEN not in delivery.detail
    detail = f"{REPEATED}: {FORGOTTEN}{_in_plain_text(delivery)}" if again else FORGOTTEN
    state = DeliveryState.QUEUED if again else DeliveryState.UNCERTAIN
    work.attempts.settle(delivery.id, state, detail=detail, not_before=now if again else None)
    return state


def was_repeated(delivery: Delivery) -> bool:
    """Whether this is the one repetition already."""
    return REPEATED in delivery.detail


def lost(delivery: Delivery, detail: str) -> str:
    """The note of one whose recipient cannot be reached; that it may have arrived before stays told."""
    perhaps = delivery.tried is not None or was_repeated(delivery)
    return f"{UNREACHABLE}: {detail}" + (f"; {REPEATED}" if perhaps else "") + _once_more(delivery)


def noted(delivery: Delivery, detail: str) -> str:
    """Why it waits again; that it was repeated, or refused, stays told whatever comes between."""
    return delivery.detail if was_repeated(delivery) or was_refused(delivery) else detail


def was_refused(delivery: Delivery) -> bool:
    """Whether the platform refused it as it was, so that it goes in plain text."""
    return _REFUSED in delivery.detail


def refused(delivery: Delivery, detail: str) -> str:
    """The note of a delivery that was refused; what it was before stays told."""
    return (
        f"{_REFUSED}: {detail}" + (f"; {REPEATED}" if was_repeated(delivery) else "") + _once_more(delivery)
    )


def unanswered(
    work: Work, delivery: Delivery, detail: str, now: datetime, *, immediate: bool, recognised: bool = False
) -> DeliveryState:
    """Queues the delivery once more, or leaves it uncertain; returns which.

    What the platform recognises as a repetition (`recognised`) is sent again. Where it cannot tell, an
    Immediate alert is repeated once, for a miss is worse than a double, and so is a notice to an admin,
    which is mostly about trouble and sent in its midst (`immediate`); anything else stays uncertain.
    """
    if recognised or (immediate and not was_repeated(delivery)):
        again = now + (timedelta() if recognised else _REPEAT_AFTER)
        note = f"{REPEATED}: {detail}{_in_plain_text(delivery)}{_once_more(delivery)}"
        settle = work.attempts.settle
        settle(delivery.id, DeliveryState.QUEUED, detail=note, not_before=again, perhaps=recognised)
        return DeliveryState.QUEUED
    work.attempts.settle(delivery.id, DeliveryState.UNCERTAIN, detail=detail)
    return DeliveryState.UNCERTAIN


def _in_plain_text(delivery: Delivery) -> str:
    return f"; {_REFUSED}" if was_refused(delivery) else ""


def _once_more(delivery: Delivery) -> str:
    """That it went once more already, though it was not recognised."""
    return f"; {FORGOTTEN}" if FORGOTTEN in delivery.detail else ""
