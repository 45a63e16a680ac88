"""vigil status: nodes, queue, messages and sources in one picture, and nothing about a person."""

from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
from rich.console import Console
from typer.testing import CliRunner

from bot.__main__ import command_line
from bot.cli.status import picture, told
from storage.database import Database
from storage.measures import Measures, Watched
from storage.nodes import Node, Seen
from storage.queue import Waiting
from storage.words import DeliveryState, SourceState
from tests.backends import Backend
from tests.builders import NOON
from tests.filled import fill


def drawn(found: Measures, rate: float | None = None) -> list[str]:
    """The picture's lines, without their spaces."""
    console = Console(file=StringIO(), width=120)
    console.print(picture(found, NOON, rate))
    assert isinstance(console.file, StringIO)
    return [" ".join(line.split()) for line in console.file.getvalue().splitlines()]


@pytest.fixture
def found(database: Database) -> Measures:
    """What a filled database tells."""
    with database.write() as work:
        fill(work)
    with database.read() as work:
        return work.measures(NOON + timedelta(seconds=1))


def a_node(place: str, ago: float, *roles: str) -> Seen:
    """A node that was seen so many seconds ago."""
    return Seen(Node(place, place, "1.0", roles), timedelta(hours=3), timedelta(seconds=ago))


def test_each_node_is_shown_with_what_it_does_and_holds(found: Measures) -> None:
    """One that has missed several words is told apart."""
    nodes = (a_node("vm1:7", 2, "poll", "keep"), a_node("vm2:9", 40, "send"))
    queue = (
        Waiting("poll", taken=False, jobs=12, oldest=timedelta(seconds=75)),
        Waiting("poll", taken=True, jobs=3, oldest=timedelta(seconds=5)),
    )
    lines = drawn(replace(found, nodes=nodes, queue=queue, senders={"telegram": "vigil-vm2:9"}))
    assert "vm1:7 1.0 poll, keep - 3 h 2 s ago" in lines
    assert "vm2:9 1.0 send telegram 3 h 40 s ago, perhaps dead" in lines
    assert "poll 12 1 min 3" in lines


def test_what_waits_and_what_is_in_trouble_is_shown(found: Measures) -> None:
    """By lane; with the sources that fail, since when, and what they answered."""
    waits = {(DeliveryState.QUEUED, 1): 1200, (DeliveryState.UNCERTAIN, 3): 2}
    watched = Watched("northlight", SourceState.DARK, NOON - timedelta(hours=5), None, detail="HTTP 404")
    shown = replace(
        found,
        deliveries=waits,
        told=34,
        oldest_due=NOON - timedelta(minutes=3),
        stages={"fetch": (1.0, 2.0, 30.0)},
        watched=(watched,),
        sources={SourceState.DARK: 1},
    )
    lines = drawn(shown, rate=24.5)
    assert "immediate 1,200 0 0" in lines
    assert "told at once within a day 34 (24.5 a second); uncertain 2, failed 0" in lines
    assert "the oldest that could be sent waits for 3 min" in lines
    assert "half of them within 2.0 s - - - -" in lines
    assert "nineteen of twenty within 30.0 s - - - -" in lines
    assert "1 dark" in lines
    assert "northlight: dark, last well 5 h ago: HTTP 404" in lines


def test_where_nobody_is_at_work_it_says_so(found: Measures) -> None:
    """And how to begin."""
    lines = drawn(replace(found, nodes=(), queue=(), deliveries={}, stages={}, oldest_due=None, senders=None))
    assert "Nodes: none is at work; `vigil run` starts one" in lines
    assert not [line for line in lines if line.startswith("Queue")], "with SQLite there is none"


def test_the_command_shows_it_once(backend: Backend, database: Database, tmp_path: object) -> None:
    """From the configured database; no address, no keyword, nobody's name."""
    with database.write() as work:
        fill(work)
    file = f"{tmp_path}/config.toml"
    key = f"{tmp_path}/vigil.key"
    with open(file, "w", encoding="utf-8") as opened:  # noqa: PTH123 - a path of the test's own
        opened.write(f'[vigil]\ndatabase = "{backend.url}"\nkey_file = "{key}"\n')
    with open(key, "w", encoding="ascii") as opened:  # noqa: PTH123 - likewise
        import base64

        opened.write(base64.b64encode(bytes(range(32))).decode() + "\n")
    done = CliRunner().invoke(command_line("status"), ["status", "--once", "--config", file])
    assert done.exit_code == 0, done.output
    assert "machine:1" in done.output
    assert "Sources" in done.output
    assert "telegram:" not in done.output


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.4, "0 s"), (59, "59 s"), (60, "1 min"), (7_300, "2 h"), (200_000, "2 d")]
)
def test_a_span_is_told_in_its_largest_unit(seconds: float, said: str) -> None:
    """As short as a table wants it."""
    assert told(timedelta(seconds=seconds)) == said
