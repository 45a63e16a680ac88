"""vigil admin timeline: one alert from the moment it was published to its last message."""

import json
from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.cli.common import DEFAULT, ConfigFile, fail
from bot.cli.opened import opened
from storage.courses import Course
from storage.records import Alert

_UNITS = ((86_400.0, "d"), (3_600.0, "h"), (60.0, "min"))
_Steps = list[tuple[str, datetime | None]]


def timeline(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="The number of the alert.")],
    config: ConfigFile = DEFAULT,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Show the way of an alert. When it was published, fetched, understood and sent, and its messages."""
    with opened(config) as database, database.read() as work:
        course = work.courses.of(number)
        if course is None:
            newest = work.alerts.newest()
            known = f"the newest is {newest}; /audit, /correct and `vigil admin held` show their numbers"
            fail(f"there is no alert {number}: {known if newest else 'none has been made yet'}")
        alert = work.alerts.many([number])[number]
    steps = _steps(alert, course)
    if as_json:
        typer.echo(json.dumps(_as_json(number, alert, course, steps)))
        return
    console = Console(highlight=False)
    console.print(Text(f"Alert {number}: {alert.statement.title}", "bold"))
    console.print(_table(steps))
    counted = [f"{count} {state}" for state, count in course.states.items()]
    console.print(f"Deliveries: {', '.join(counted) or 'none'}")


def _steps(alert: Alert, course: Course) -> _Steps:
    return [
        ("published", alert.statement.published),
        ("fetched", alert.statement.fetched),
        ("understood", course.understood),
        ("queued", course.queued),
        ("first send", course.first_sent),
        ("last send", course.last_sent),
    ]


def _table(steps: _Steps) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("step", "UTC", "after the step before"):
        table.add_column(title, justify="left" if title == "step" else "right")
    before: datetime | None = None
    for name, at in steps:
        passed = _duration(at - before) if at and before else ""
        table.add_row(
            name, f"{at:%Y-%m-%d %H:%M:%S.}{at.microsecond // 1000:03}" if at else "not known", passed
        )
        before = at or before
    return table


def _duration(passed: timedelta) -> str:
    """In the unit that fits, from milliseconds to days; a step before the last one has a minus."""
    seconds = passed.total_seconds()
    for long, unit in _UNITS:
        if abs(seconds) >= 2 * long:
            return f"{seconds / long:.1f} {unit}"
    return f"{seconds:.3f} s"


def _as_json(number: int, alert: Alert, course: Course, steps: _Steps) -> dict[str, object]:
    told = {name.replace(" ", "_"): at.isoformat() if at else None for name, at in steps}
    seconds: dict[str, float] = {}
    before: datetime | None = None
    for name, at in steps:
        if at and before:
            seconds[name.replace(" ", "_")] = round((at - before).total_seconds(), 3)
        before = at or before
    return {
        "alert": number,
        "title": alert.statement.title,
        "moments": told,
        "seconds_after_the_step_before": seconds,
        "deliveries": {str(state): count for state, count in course.states.items()},
    }
