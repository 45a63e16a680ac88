"""Notices to admins that are shown anew where they stand: how far a sending is, then its report.

They go ahead of everything, and there are few: `jobs.progress` says when one is due. To show a notice twice
does no harm, so nothing is noted before it is tried.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from jobs.outcome import Gone, Migrated, Outcome, Rejected, RetryLater, Sent, Uncertain
from jobs.readable import readable
from storage.database import Work
from storage.notices import Renewal
from storage.people import Delivery, Event, Notice
from storage.words import EventKind

log = structlog.get_logger()

_AGAIN = timedelta(seconds=5)
"""Until then newer numbers are most often there, which take its place."""
_QUARTERS = 4
REPORTS = (EventKind.APPEAL_REPORT, EventKind.STOP_REPORT, EventKind.CORRECTION_REPORT)
"""What stands at the end of a sending, for good."""


def is_report(event: Event) -> bool:
    """Whether it says what became of a sending, at its end."""
    return event.kind in REPORTS or bool(event.counts.get("over"))


@dataclass(frozen=True, slots=True)
class Renewed:
    """A message to an admin, and the notice that it is to show as it stands now."""

    wish: Renewal
    notice: Notice

    @property
    def key(self) -> str:
        """The same for each repetition, another one for other numbers."""
        at = self.notice.events[0].at
        return f"notice-{self.notice.id}:{self.wish.delivery_id}:{at.timestamp():.6f}"


@dataclass(slots=True)
class Printed:
    """For a platform where what was printed stays: each quarter of the way is printed, and the end.

    Which were, is forgotten when the program ends; then one may be printed twice.
    """

    _seen: dict[int, int] = field(default_factory=dict)
    """The last quarter that was printed, by the notice."""

    def is_news(self, notice: Notice) -> bool:
        """Whether it says so much more than what was printed last that it is printed again."""
        event = notice.events[0]
        if is_report(event):
            self._seen.pop(notice.id, None)
            return True
        quarter = _QUARTERS * event.counts.get("done", 0) // max(1, event.counts.get("all", 0))
        news = self._seen.get(notice.id, 0) < quarter < _QUARTERS
        if news:
            self._seen[notice.id] = quarter
        return news


def due(
    work: Work, transport: str, now: datetime, most: int, *, without: Collection[int], printed: Printed | None
) -> tuple[Renewed, ...]:
    """What is to be shown anew, to `most` admins at most; `without`: whom not to write to now.

    `printed` is given where nothing can be changed in its place.
    """
    wishes = work.notices.to_renew(transport, now, most, without)
    notices = readable(work.notices.many, {one.notice_id for one in wishes})
    news = {key: printed is None or printed.is_news(notice) for key, notice in notices.items()}
    found = []
    for one in wishes:
        if news.get(one.notice_id):
            found.append(Renewed(one, notices[one.notice_id]))
        else:
            work.notices.renewed(one, None)
    return tuple(found)


def missed(work: Work, delivery: Delivery, now: datetime) -> None:
    """Nobody knows whether a notice came that was leaving just as its sending ended: its report is sent.

    Once: it is not to be renewed any more.
    """
    notice = work.notices.many([delivery.notice_id]).get(delivery.notice_id)
    if notice is not None and is_report(notice.events[0]):
        work.notices.send_once_more(delivery.id, now)


def settle(work: Work, one: Renewed, outcome: Outcome, now: datetime) -> None:
    """Writes down what became of an attempt; the chat itself is the ledger's."""
    match outcome:
        case Sent(reference):
            work.notices.renewed(one.wish, reference)
        case RetryLater(seconds):
            work.notices.renew_later(one.wish, now + max(_AGAIN, timedelta(seconds=seconds)))
        case Uncertain():
            work.notices.renew_later(one.wish, now + _AGAIN)
        case Rejected(detail):
            # Whom it was for has deleted it, most often.
            log.info("renewal.rejected", delivery=one.wish.delivery_id, why=detail)
            work.notices.renewed(one.wish, None)
        case Gone() | Migrated():
            work.notices.renewed(one.wish, None)
