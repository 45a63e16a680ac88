"""What one poll of one source came to, and what of it the log should tell."""

from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from storage.records import Alert, Source
from storage.urls import without_secrets
from storage.words import SourceState

log = structlog.get_logger()

_WELL = (SourceState.OK, SourceState.UNCHANGED, SourceState.DEGRADED)
_TOLD = (SourceState.DARK, SourceState.GONE, SourceState.MOVED, SourceState.NOT_A_FEED)


@dataclass(frozen=True, slots=True)
class Polled:
    """What one poll of one source came to."""

    source: Source
    new: int = 0
    notes: tuple[str, ...] = ()
    """Entries with a remark for an admin, such as a link that leads nowhere."""
    alerts: tuple[tuple[Alert, int], ...] = ()
    """What rang, each with the number of its recipients."""


def waiting(source: Source, until: datetime) -> Polled:
    """The source was not asked: its server wants to be left alone, and that is for everybody."""
    detail = f"not asked: its server asked us to wait until {until:%Y-%m-%d %H:%M} UTC"
    return Polled(replace(source, state=SourceState.THROTTLED, detail=detail))


def by_the_clock(source: Source, meant: datetime, began: datetime, now: datetime) -> Source:
    """The source that was polled as if it had been `meant` when it was `began`, with its times by the clock.

    Else a poll of the past would leave it ill since then, and one of the future well until that comes.
    One that was not asked stays as it is.
    """
    at, moved = source.last_polled, began - meant
    if at is None or not meant <= at <= meant + (now - began):
        return source

    def by_it(moment: datetime | None) -> datetime | None:
        return at + moved if moment == at else moment

    return replace(
        source,
        last_polled=at + moved,
        last_success=by_it(source.last_success),
        since=by_it(source.since),
        unreached_since=by_it(source.unreached_since),
        next_due=source.next_due and source.next_due + moved,
    )


def tell(before: Source, polled: Polled) -> None:
    """What became of it, for the log; what an admin should hear is a warning, once and when it ends."""
    after = polled.source
    if polled.new or after.state is not before.state:
        log.info("poll.done", source=after.name, state=after.state, new=polled.new)
    ill, was_ill = after.state in _TOLD, before.state in _TOLD
    if ill and after.state is not before.state:
        log.warning("source.ill", source=after.name, state=after.state, detail=after.detail)
    if was_ill and after.state in _WELL:
        log.warning("source.well", source=after.name, was=before.state)
    if after.address != before.address:
        log.warning("source.moved", source=after.name, to=without_secrets(after.asked))
    if bool(after.silent_since) is not bool(before.silent_since):
        event = "source.silent" if after.silent_since else "source.speaks"
        log.warning(event, source=after.name, newest=after.newest and after.newest.isoformat())
