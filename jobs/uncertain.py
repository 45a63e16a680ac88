"""What is done about a delivery of which nobody can say whether it arrived (promise 2)."""

from datetime import datetime, timedelta

from storage.database import Work
from storage.records import Delivery
from storage.words import DeliveryState

_REPEATED = "repeated, as it is uncertain whether it arrived"
_REPEAT_AFTER = timedelta(seconds=5)


def was_repeated(delivery: Delivery) -> bool:
    """Whether this is the one repetition already."""
    return delivery.detail.startswith(_REPEATED)


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
        note = f"{_REPEATED}: {detail}"
        work.deliveries.settle(delivery.id, DeliveryState.QUEUED, detail=note, not_before=again)
        return DeliveryState.QUEUED
    work.deliveries.settle(delivery.id, DeliveryState.UNCERTAIN, detail=detail)
    return DeliveryState.UNCERTAIN
