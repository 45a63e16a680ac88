"""vigil admin audit: who did what at the admins' desk, and whether anybody altered the record of it."""

from typing import Annotated

import typer

from bot.cli.common import DEFAULT, ConfigFile, fail, readers
from bot.cli.opened import opened
from storage.audit import Noted
from storage.words import OF_SOURCES, Act

_OF_ALERTS = frozenset({Act.RETRACTED, Act.KEPT, Act.RELEASED, Act.REDACTED, Act.REFUSED, Act.EXPIRED})
_OF_PEOPLE = frozenset({Act.INVITED, Act.JOINED, Act.REVOKED, Act.SUSPENDED, Act.REINSTATED})
_OF_STATEMENTS = frozenset({Act.TAKEN_DOWN})
"""What is done with an alert that was held, with people and with statements; with sources, `OF_SOURCES`.

All the rest is done with an appeal.
"""
_SHOWN = 8
"""Characters of the keyed hash that stands for an admin."""


def audit(
    config: ConfigFile = DEFAULT,
    verify: Annotated[
        bool, typer.Option("--verify", help="Prove that no line was altered, added or taken out since.")
    ] = False,
) -> None:
    """Show what admins did with appeals and what was held. When, who (as a hash), what, to how many."""
    with opened(config) as database, database.read() as work:
        found = tuple(work.audit.all())
        broken = work.audit.broken() if verify else None
    for one in found:
        typer.echo(_line(one))
    if not found and not verify:
        typer.echo("Nothing was done at the desk yet.")
    if broken is not None:
        fail(f"line {broken} is not as it was written, or a line before it is missing: restore from a backup")
    if verify:
        last = found[-1].chain[:16] if found else "none"
        typer.echo(f"{len(found)} lines, each as it was written; the last one's hash: {last}")


def _line(one: Noted) -> str:
    who = one.admin[:_SHOWN] or "vigil"
    people = f", {readers(one.people)}" if one.people else ""
    kinds = (
        ("alert", _OF_ALERTS),
        ("statement", _OF_STATEMENTS),
        ("source", OF_SOURCES),
        ("person", _OF_PEOPLE),
    )
    what = next((name for name, acts in kinds if one.act in acts), "appeal")
    return f"{one.id}  {one.at:%Y-%m-%d %H:%M:%S} UTC  {who}  {one.act} {what} {one.matter}{people}"
