"""vigil status: how the whole installation fares, over all its nodes, once or as long as one looks."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from bot.cli.common import DEFAULT, ConfigFile
from bot.cli.opened import opened
from bot.metrics import LANES
from bot.render.text import shorten, single_line
from jobs.presence import EVERY_ALONE, LATE_AFTER
from storage.database import Database, now_utc
from storage.measures import STAGES, Measures, Watched
from storage.words import DeliveryState, SourceState

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
_WAITS = (DeliveryState.QUEUED, DeliveryState.HELD, DeliveryState.SENDING)
_WELL = (SourceState.OK, SourceState.UNCHANGED)
_MOST = 8
"""Sources in trouble that are named."""
_REASON = 120
"""Characters of what one of them answered."""


def status(
    config: ConfigFile = DEFAULT,
    once: Annotated[bool, typer.Option("--once", help="Show it once and end.")] = False,
    every: Annotated[float, typer.Option(min=0.5, max=60, help="Seconds between two looks.")] = 2.0,
) -> None:
    """Show nodes, queue, messages and sources, as they are now. Nothing is changed; Ctrl-C ends it."""
    console = Console(highlight=False)
    with opened(config) as database:
        if once or not console.is_terminal:
            found, now = _look(database)
            console.print(picture(found, now))
            return
        try:
            _watch(database, console, every)
        except KeyboardInterrupt:
            return


def _watch(database: Database, console: Console, every: float) -> None:
    found, now = _look(database)
    with Live(picture(found, now), console=console, auto_refresh=False) as live:
        while True:
            time.sleep(every)
            before, then = found, now
            found, now = _look(database)
            seconds = max(0.1, (now - then).total_seconds())
            rate = max(0, found.told - before.told) / seconds
            live.update(picture(found, now, rate), refresh=True)


def _look(database: Database) -> tuple[Measures, datetime]:
    now = now_utc()
    with database.read() as work:
        return work.measures(now), now


def picture(found: Measures, now: datetime, rate: float | None = None) -> RenderableType:
    """All of it; `rate` is how many messages a second have been sent since the last look."""
    parts: list[RenderableType] = [Text(f"Vigil, {now:%Y-%m-%d %H:%M:%S} UTC", "bold"), Text()]
    if found.offline_since:
        parts += [Text(f"No source can be reached since {found.offline_since:%H:%M} UTC", "bold red"), Text()]
    parts += [_nodes(found), Text()]
    if found.senders is not None:
        parts += [_queue(found), Text()]
    return Group(*parts, _messages(found, now, rate), Text(), _way(found), Text(), _sources(found, now))


def _table(title: str, *columns: str) -> Table:
    table = Table(box=None, pad_edge=False, title=title, title_justify="left", title_style="bold")
    for number, name in enumerate(columns):
        table.add_column(name, justify="left" if number == 0 else "right")
    return table


def _nodes(found: Measures) -> RenderableType:
    table = Table(box=None, pad_edge=False, title="Nodes", title_justify="left", title_style="bold")
    for name in ("node", "version", "does", "holds", "at work", "seen"):
        table.add_column(name)
    for one in found.nodes:
        late = one.ago.total_seconds() > _late_after(found)
        holds = [name for name, by in (found.senders or {}).items() if by.endswith(f"-{one.node.place}")]
        does = "all" if len(one.node.roles) == 5 else ", ".join(one.node.roles)
        seen = Text(f"{told(one.ago)} ago" + (", perhaps dead" if late else ""), "red" if late else "")
        cells = (one.node.place, one.node.version, does, ", ".join(holds) or "-", told(one.at_work))
        table.add_row(*cells, seen)
    if not found.nodes:
        return Text("Nodes: none is at work; `vigil run` starts one", "red")
    return table


def _late_after(found: Measures) -> float:
    """With SQLite the one program says once a minute that it is there."""
    return 2 * EVERY_ALONE if found.senders is None else LATE_AFTER


def _queue(found: Measures) -> RenderableType:
    table = _table("Queue", "role", "waiting", "for", "being done")
    roles = sorted({one.role for one in found.queue})
    for role in roles:
        waits = next((one for one in found.queue if one.role == role and not one.taken), None)
        taken = next((one for one in found.queue if one.role == role and one.taken), None)
        table.add_row(
            role,
            str(waits.jobs if waits else 0),
            told(waits.oldest) if waits else "-",
            str(taken.jobs if taken else 0),
        )
    return table if roles else Text("Queue: nothing waits for a node")


def _messages(found: Measures, now: datetime, rate: float | None) -> RenderableType:
    table = _table("Messages", "lane", *(state.value for state in _WAITS))
    for lane, name in enumerate(LANES):
        counts = [found.deliveries.get((state, lane), 0) for state in _WAITS]
        if any(counts):
            table.add_row(name, *(f"{count:,}" for count in counts))
    uncertain, failed = (_count(found, state) for state in (DeliveryState.UNCERTAIN, DeliveryState.FAILED))
    speed = "" if rate is None else f" ({rate:.1f} a second)"
    over = Text(
        f"told at once within a day {found.told:,}{speed}; uncertain {uncertain:,}, failed {failed:,}"
    )
    oldest = now - found.oldest_due if found.oldest_due else None
    late = Text(f"the oldest that could be sent waits for {told(oldest)}") if oldest else Text("none is due")
    return Group(table, over, late) if table.row_count else Group(Text("Messages", "bold"), over, late)


def _way(found: Measures) -> RenderableType:
    table = _table("An alert's way, within the last hour", "", *STAGES)
    if not any(found.stages.values()):
        return Text("No alert was sent within the last hour")
    for name, share in (("half of them within", 0.5), ("nineteen of twenty within", 0.95)):
        cells = []
        for stage in STAGES:
            seconds = found.stages.get(stage, ())
            place = max(0, -(-int(share * 100) * len(seconds) // 100) - 1)
            cells.append(f"{seconds[place]:,.1f} s" if seconds else "-")
        table.add_row(name, *cells)
    return table


def _sources(found: Measures, now: datetime) -> RenderableType:
    states = ", ".join(f"{count:,} {state.value}" for state, count in found.sources.items() if count)
    ill = [one for one in found.watched if one.state not in (*_WELL, SourceState.NEW, SourceState.DEGRADED)]
    lines: list[RenderableType] = [Text("Sources", "bold"), Text(states or "none is watched")]
    lines += [Text(line) for line in _overdue(found, now)]
    for one in ill[:_MOST]:
        last = f"last well {told(now - one.last_success)} ago" if one.last_success else "never well yet"
        why = f": {shorten(single_line(one.detail), _REASON)}" if one.detail else ""
        lines.append(Text(f"  {one.name}: {one.state.value}, {last}{why}", "yellow"))
    if len(ill) > _MOST:
        lines.append(Text(f"  and {len(ill) - _MOST:,} more: `vigil source list`"))
    return Group(*lines)


def _overdue(found: Measures, now: datetime) -> Iterator[str]:
    """How many should have been asked by now, and for how long the first of them."""
    late: list[Watched] = [one for one in found.watched if one.next_due and one.next_due < now]
    if late:
        longest = max(now - one.next_due for one in late if one.next_due)
        yield f"{len(late):,} due, the first for {told(longest)}"


def _count(found: Measures, state: DeliveryState) -> int:
    return sum(count for (one, _), count in found.deliveries.items() if one is state)


def told(span: timedelta) -> str:
    """A span of time in its largest unit."""
    seconds = int(span.total_seconds())
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return "0 s"
