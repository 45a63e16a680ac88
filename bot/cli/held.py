"""vigil admin held, release, drop: what waits until somebody has looked, and what becomes of it."""

import json
from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.text import Text

from bot.cli.common import DEFAULT, ConfigFile, configuration, fail, readers
from bot.cli.opened import opened
from bot.desk import TERMINAL
from jobs.held import NothingHeld
from jobs.held import drop as drop_alert
from jobs.held import release as release_alert
from storage.database import now_utc
from storage.held import HeldAlert
from storage.records import Alert

_SHOWN = timedelta(days=9)
"""How long what expired unseen is listed."""
Number = Annotated[
    int, typer.Argument(metavar="NUMBER", help="The number of the alert, as `vigil admin held` shows it.")
]


def held(
    config: ConfigFile = DEFAULT,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of lines.")] = False,
) -> None:
    """List the alerts that are held, and why. Also those that expired before anybody had looked."""
    with opened(config) as database, database.read() as work:
        found = (*work.held.waiting(), *work.held.expired(now_utc() - _SHOWN))
        alerts = work.alerts.many([one.alert_id for one in found])
    if as_json:
        typer.echo(json.dumps({"held": [_as_json(one, alerts[one.alert_id]) for one in found]}))
        return
    if not found:
        typer.echo("Nothing is held.")
        return
    console = Console(highlight=False, soft_wrap=True)
    for one in found:
        for line in _told(one, alerts[one.alert_id]):
            console.print(line)


def release(number: Number, config: ConfigFile = DEFAULT) -> None:
    """Send an alert that is held. Its source and its words were looked at."""
    zone = ZoneInfo(configuration(config).timezone)
    with opened(config) as database, database.write() as work:
        try:
            count = release_alert(work, number, work.audit.admin(*TERMINAL), now_utc(), zone)
        except NothingHeld as error:
            fail(str(error))
    if not count:
        fail(f"alert {number} is over by now, or another source told its case, or it was muted: nobody waits")
    typer.echo(f"alert {number} is queued for {readers(count)}")


def drop(number: Number, config: ConfigFile = DEFAULT) -> None:
    """Do not send an alert that is held. What it is about stays in the archive."""
    with opened(config) as database, database.write() as work:
        try:
            count = drop_alert(work, number, work.audit.admin(*TERMINAL), now_utc())
        except NothingHeld as error:
            fail(str(error))
    typer.echo(f"alert {number} is not sent; it was held for {readers(count)}")


def _told(one: HeldAlert, alert: Alert) -> list[Text]:
    state = "expired, and nobody was told" if one.expired else f"held for {readers(one.recipients)}"
    until = f", until {alert.expires:%Y-%m-%d %H:%M} UTC" if alert.expires and not one.expired else ""
    head = f"{one.alert_id}  {alert.sent:%Y-%m-%d %H:%M} UTC  {alert.msg_type}  {state}{until}"
    statement = alert.statement
    return [
        Text(head, "bold"),
        Text(f"      {alert.source.name}: {statement.title}  {statement.url}"),
        Text(f"      {one.why}", "dim"),
    ]


def _as_json(one: HeldAlert, alert: Alert) -> dict[str, object]:
    return {
        "alert": one.alert_id,
        "state": "expired" if one.expired else "held",
        "why": one.why,
        "recipients": one.recipients,
        "since": alert.sent.isoformat(),
        "expires": alert.expires.isoformat() if alert.expires else None,
        "msg_type": str(alert.msg_type),
        "source": alert.source.name,
        "title": alert.statement.title,
        "url": alert.statement.url,
    }
